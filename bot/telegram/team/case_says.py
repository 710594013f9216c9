"""What the team hears of the work on a case: in its room, as a proposal that needs a second person, and in private."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.core.ports import Tx
from bot.core.support import refusing
from bot.core.support.four_eyes import Proposal
from bot.core.support.holding import HOLD, LIFT
from bot.core.support.refusing import REFUSE
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button
from bot.telegram.notices import Notice, notice
from bot.telegram.team import words
from bot.telegram.team.as_read import notice_as_read
from bot.telegram.team.links import room_link
from bot.telegram.team.proposals import in_words
from bot.telegram.team.says import Saying, saying
from bot.telegram.texts import Html, Line, _, _p, join, policy_text, verbatim

_SHOWN_STEPS = 30


# ---------------------------------------------------------------------- in its room


@saying
def not_handled(tx: Tx, data: dict[str, Any]) -> Saying:
    # Translators: in the privacy team's group, in the topic of a case.
    return Saying(_("<b>The person says that this was not handled.</b> The data protection officer has it now."))


@saying
def correction_declined(tx: Tx, data: dict[str, Any]) -> Saying:
    # Translators: in the privacy team's group, in the topic of a case.
    return Saying(_("<b>The person says that the proposed correction is not right.</b> Nothing was changed; the case is yours again."))


@saying
def no_officer(tx: Tx, data: dict[str, Any]) -> Saying:
    # Translators: in the privacy team's group; /grant is a command.
    return Saying(_("This should go to the data protection officer, but nobody has that role. An owner can give it with /grant."))


@saying
def identity_shown(tx: Tx, data: dict[str, Any]) -> Saying:
    # Translators: in the privacy team's group. {number} is the number of a colleague, {why} a reason such as "Legal claim or duty".
    text = _("Who the person is was shown to team member {number}, in private. Reason: {why}", number=data["number"], why=words.reveal_reason(data["why"]))
    return Saying(text)


# ---------------------------------------------------------------------- what needs four eyes


@in_words(REFUSE)
def refusal(tx: Tx, proposal: Proposal) -> list[Line | Html]:
    """With all that the person would read, in their language."""
    reason = tx.policy.refusals.reasons[proposal.reason]
    title = policy_text(reason.title, tx.policy.values())
    lines: list[Line | Html] = [
        # Translators: in the privacy team's group. {reason} is e.g. "Manifestly unfounded".
        _("Refuse case {ref}: {reason}", ref=proposal.ref, reason=title),
    ]
    if not proposal.outcome:
        # Translators: in the privacy team's group; below it stands a message in the person's language.
        lines.append(_("The person would read:"))
        lines.append(notice_as_read(tx, proposal.subject, "case_refused", refusing.what_they_read(tx, proposal.ref, proposal.reason)))
    return lines


@in_words(HOLD)
def hold(tx: Tx, proposal: Proposal) -> list[Line | Html]:
    ground = policy_text(tx.policy.refusals.holds[proposal.reason].title, tx.policy.values())
    return [
        # Translators: in the privacy team's group. {reason} is e.g. "Legal claims".
        _("Legal hold for the person of case {ref}: {reason}", ref=proposal.ref, reason=ground),
        # Translators: in the privacy team's group.
        _("Their account would not be erased until it is lifted. Single conversations go all the same when their time is over or they delete them. They see that there is a hold."),
    ]


@in_words(LIFT)
def lift(tx: Tx, proposal: Proposal) -> list[Line | Html]:
    return [
        # Translators: in the privacy team's group.
        _("Lift the legal hold for the person of case {ref}", ref=proposal.ref),
        # Translators: in the privacy team's group.
        _("An erasure that it stopped goes on at once."),
    ]


# ---------------------------------------------------------------------- in private


@notice
def identity(data: dict[str, Any], zone: str) -> Notice:
    """Never in the group."""
    lines: list[Line | Html] = [
        # Translators: to a person of the privacy team, in private.
        _("<b>The person of case {ref}</b>", ref=data["ref"]),
        # Translators: to a person of the privacy team, in private.
        _("Name in the account: {name}", name=verbatim(data["name"])) if data["name"] else _("The account has no name."),
    ]
    for number in data["people"]:
        link = Html(f'<a href="tg://user?id={int(number)}">{int(number)}</a>', str(number))
        # Translators: to a person of the privacy team, in private. {number} is the number of a Telegram account.
        lines.append(_("Telegram: {number}", number=link))
    # Translators: to a person of the privacy team, in private.
    lines.append(_("Only you see this. It is on record that you asked, and why; the person can see your role and the reason."))
    return Notice(join(lines, "\n"), protect=True)


@notice
def identity_hidden(data: dict[str, Any], zone: str) -> Notice:
    # Translators: to a person of the privacy team, in private; takes the place of a name that was shown for a while.
    return Notice(_("Who the person of case {ref} is no longer stands here.", ref=data["ref"]))


@notice
def case_escalated(data: dict[str, Any], zone: str) -> Notice:
    """To the data protection officer: what, why, when due, and everything that happened."""
    steps = [line for at, *rest in data["path"] if (line := words.path_line(datetime.fromisoformat(at), *rest)) is not None]
    lines: list[Line | Html] = [
        # Translators: to the data protection officer, in private. {about} is e.g. "Question to a person".
        _("<b>Case {ref}</b> · {about}", ref=data["ref"], about=words.about(data["right"])),
        # Translators: to the data protection officer, in private. {why} says who or what brought the case to them.
        _("Why you get this: {why}.", why=words.escalated_by(data["by"])),
        # Translators: on a card of the privacy team.
        _("Due by: {date}", date=moment(datetime.fromisoformat(data["due"]))),
        # Translators: heading above the dated steps of a case.
        _("<b>What happened so far</b>"),
    ]
    if len(steps) > _SHOWN_STEPS:
        lines += [steps[0], Html("…", "…")]
    lines += steps[-_SHOWN_STEPS:]
    link = room_link(**data["room"])
    return Notice(join(lines, "\n"), [[Button(_p("button", "Open the case"), url=link)]] if link else [])
