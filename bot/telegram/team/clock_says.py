"""What the team hears of running clocks: cases that have used much of their time, overdue ones, new ones that wait to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.ports import Tx
from bot.core.support import groups
from bot.core.support.entries import Entry
from bot.telegram.formats import moment, percent
from bot.telegram.notices import Notice, notice
from bot.telegram.team import lists
from bot.telegram.team.lists import Where
from bot.telegram.team.says import Saying, saying
from bot.telegram.team.words import about
from bot.telegram.texts import Html, Line, _, _n, join

_LINES, _BUTTONS = 20, 6


@saying
def cases_warned(tx: Tx, data: dict[str, Any]) -> Saying:
    """Cases that passed a mark of their time since the last digest."""
    place = lists.where(groups.find(tx))
    found = sorted(((_entry(each), int(each["mark"])) for each in data["cases"]), key=lambda pair: (pair[0].due, pair[0].ref))
    # Translators: heading of a list for the privacy team.
    lines: list[Line | Html] = [_("<b>Cases whose time is running out</b>")]
    lines += [_warned(entry, mark, place) for entry, mark in found[:_LINES]]
    return Saying(join([*lines, *_more(len(found))], "\n"), lists.buttons([entry for entry, _mark in found[:_BUTTONS]], place))


@saying
def rooms_waiting(tx: Tx, data: dict[str, Any]) -> Saying:
    """More new cases than can be shown at once."""
    if not data["waiting"]:
        # Translators: in the privacy team's group, after very many new cases came in at once.
        return Saying(_("All new cases are shown here now."))
    place = lists.where(groups.find(tx))
    heading = _n(
        "<b>{n} new case waits to be shown here.</b> Telegram allows only so many messages a minute. The most urgent ones come first:",
        "<b>{n} new cases wait to be shown here.</b> Telegram allows only so many messages a minute. The most urgent ones come first:",
        data["waiting"],
    )
    return Saying(join([heading, *(lists.line(_entry(each), place) for each in data["cases"])], "\n"))


@saying
def nobody_leads(tx: Tx, data: dict[str, Any]) -> Saying:
    """Cases are overdue, and there is nobody whom that is told in private."""
    place = lists.where(groups.find(tx))
    entries = [_entry(each) for each in data["cases"]]
    # Translators: in the privacy team's group; lead and data protection officer (DPO) are roles, /grant is a command.
    lines: list[Line | Html] = [_("<b>These cases are overdue.</b> Nobody is lead or data protection officer; /grant gives somebody the role.")]
    lines += [lists.line(entry, place) for entry in entries[:_LINES]]
    return Saying(join([*lines, *_more(len(entries))], "\n"), lists.buttons(entries[:_BUTTONS], place))


@notice
def cases_overdue(data: dict[str, Any], zone: str) -> Notice:
    """To a lead or a data protection officer, in private."""
    place = Where(data["group"], data["topics"]) if data["group"] else None
    entries = [_entry(each) for each in data["cases"]]
    lines: list[Line | Html] = [
        _n("<b>{n} case is overdue.</b>", "<b>{n} cases are overdue.</b>", len(entries)),
        *(lists.line(entry, place) for entry in entries[:_LINES]),
    ]
    addresses = [button for entry in entries[:_BUTTONS] for button in lists.opening(_ref(entry), entry, place)]
    return Notice(join([*lines, *_more(len(entries))], "\n"), [[button] for button in addresses])


def _warned(entry: Entry, mark: int, place: Where | None) -> Line:
    # Translators: a case in a list for the privacy team. {share} is a percentage, {date} its due date, {who} e.g. "team member 3".
    return _(
        "{ref} · {right} · {share} of its time is used, due {date} · {who}",
        ref=lists.reference(entry, place),
        right=about(entry.right),
        share=percent(mark / 100),
        date=moment(entry.due),
        who=lists.who(entry),
    )


def _more(count: int) -> Sequence[Line]:
    # Translators: below a list for the privacy team that shows only its beginning; /due is a command.
    return [_n("… and {n} more: /due", "… and {n} more: /due", count - _LINES)] if count > _LINES else []


def _ref(entry: Entry) -> Html:
    return Html(entry.ref, entry.ref)


def _entry(data: dict[str, Any]) -> Entry:
    return Entry.from_json({name: value for name, value in data.items() if name != "mark"})
