"""The team's group in words: what is missing there and how it is put right, step by step; what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.core.ports import Tx
from bot.core.support.groups import TeamGroup
from bot.telegram.formats import language_name
from bot.telegram.keyboards import Button, rows
from bot.telegram.locales import SHIPPED
from bot.telegram.standing import Lack, Standing
from bot.telegram.team.here import tap
from bot.telegram.team.says import Saying, saying
from bot.telegram.texts import Html, Line, _, _p, join


def step(lack: Lack) -> Line:
    """What to do about something that is missing."""
    match lack:
        case Lack.SUPERGROUP:
            # Translators: a step of setting up a Telegram group; in quotation marks: what Telegram calls it.
            return _("Open the settings of this group and switch on “Topics”. Telegram then turns it into a supergroup by itself, and I come along.")
        case Lack.TOPICS:
            # Translators: a step of setting up a Telegram group; in quotation marks: what Telegram calls it.
            return _("Open the settings of this group and switch on “Topics”. Each case then gets a topic of its own.")
        case Lack.ADMIN:
            # Translators: a step of setting up a Telegram group; in quotation marks: what Telegram calls it.
            return _("Open the settings of this group, go to “Administrators” and add me. I need three rights: to delete messages, to pin messages, and to manage topics.")
        case Lack.MANAGE_TOPICS:
            # Translators: a step of setting up a Telegram group; in quotation marks: what Telegram calls it.
            return _("Allow me to manage topics: settings of this group, “Administrators”, my name, “Manage topics”. Without it I cannot open a topic for a case.")
        case Lack.PIN:
            # Translators: a step of setting up a Telegram group; in quotation marks: what Telegram calls it.
            return _("Allow me to pin messages: settings of this group, “Administrators”, my name, “Pin messages”. Without it the card of a case is not on top of its topic.")
        case Lack.DELETE:
            # Translators: a step of setting up a Telegram group; in quotation marks: what Telegram calls it.
            return _("Allow me to delete messages: settings of this group, “Administrators”, my name, “Delete messages”. Without it I cannot take a topic away when its person is erased.")


def steps(missing: Iterable[Lack]) -> Html:
    """What to do, in order, numbered."""
    lines = [step(lack) for lack in missing]
    return join([Html(f"{number}. {line.html}", f"{number}. {line.plain}") for number, line in enumerate(lines, 1)], "\n")


def invitation(standing: Standing) -> Html:
    """To an owner who brought the bot into a group that is not the team's."""
    lines: list[Line | Html] = [_("<b>I can work for the privacy team here.</b>")]
    if standing.missing:
        # Translators: followed by numbered steps.
        lines += [_("So that each case gets a topic of its own, please do this first:"), steps(standing.missing)]
    else:
        lines.append(_("I have all the rights that I need."))
    lines.append(_("Then send /setup here. Until then I am a guest here, as in any group: I answer questions about data and privacy."))
    return join(lines)


def linked(group: TeamGroup) -> tuple[Html, list[list[Button]]]:
    """How the team's group stands."""
    lines: list[Line | Html] = [_("<b>This is the group of the privacy team.</b>")]
    if group.topics:
        lines.append(_("Each case has a topic of its own here."))
    else:
        lines.append(_("All cases come into this one chat: answer the card of a case to do something about it. With topics it is easier to keep them apart."))
    missing = [Lack(name) for name in group.missing.split()]
    if missing:
        # Translators: followed by numbered steps.
        lines += [_("What is still missing:"), steps(missing)]
    lines.append(_("I speak {language} here. /team shows who belongs to the team.", language=language_name(group.locale)))
    return join(lines), [[tap(_p("button", "Language"), "team_languages", "")]]


def languages() -> list[list[Button]]:
    """The languages that the group can have."""
    return rows([tap(language_name(locale), "team_language", "", locale) for locale in SHIPPED], 2)


@saying
def rights_changed(tx: Tx, data: dict[str, Any]) -> Saying:
    """The bot may do more or less here than before."""
    lost = [Lack(name) for name in data["lost"]]
    return Saying(_changed(lost, topics=data["topics"], had_topics=data["had_topics"], complete=data["complete"]))


def _changed(lost: Sequence[Lack], *, topics: bool, had_topics: bool, complete: bool) -> Html:
    lines: list[Line | Html] = []
    if topics and not had_topics:
        lines.append(_("From now on each case has a topic of its own here."))
    elif had_topics and not topics:
        lines.append(_("I cannot open topics here any more. New cases come into this one chat; nothing is lost."))
    if complete:
        lines.append(_("Thank you. I have all the rights that I need."))
    if lost:
        # Translators: followed by numbered steps.
        lines += [_("Something that I need was taken away. This is how I get it back:"), steps(lost)]
    return join(lines)
