"""/queue, /mine → open cases by date, with filters and pages; /due → the same as a calendar; /find REF → one case or data breach, and
the way to it

Over all regions. One message, changed while somebody turns its pages; every tap is checked again. References, dates, rights and
states only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.core.breaches import Breach, register
from bot.core.cases import Right
from bot.core.ids import read_reference
from bot.core.ports import Tx
from bot.core.staff import Permission
from bot.core.support import queue, rooms
from bot.core.support.entries import Entry
from bot.core.support.groups import TeamGroup
from bot.core.support.queue import Kind, Which
from bot.telegram.desk import Desk
from bot.telegram.formats import moment, number
from bot.telegram.keyboards import Button, rows
from bot.telegram.regions import Regions, rights_engine
from bot.telegram.say import Say
from bot.telegram.team import breach_cards, lists
from bot.telegram.team.here import InTeamGroup, Tapped, require, room_of, tap
from bot.telegram.team.words import about, state
from bot.telegram.texts import Html, Line, _, _p, join

PAGE = 10
_MOST_PAGES = 100_000


def create_router() -> Router:
    router = Router(name="team.queue")
    router.message.register(show_queue, InTeamGroup(), Command("queue"))
    router.message.register(show_mine, InTeamGroup(), Command("mine"))
    router.message.register(show_due, InTeamGroup(), Command("due"))
    router.message.register(find, InTeamGroup(), Command("find"))
    router.callback_query.register(turn_queue, InTeamGroup(), Tapped("queue"))
    router.callback_query.register(turn_due, InTeamGroup(), Tapped("due"))
    router.callback_query.register(choose_right, InTeamGroup(), Tapped("queue_rights"))
    router.callback_query.register(show_case, InTeamGroup(), Tapped("case"))
    return router


async def show_queue(message: Message, command: CommandObject, desk: Desk, say: Say, group: TeamGroup) -> None:
    member = await require(desk, Permission.SEE_CASES)
    await _show_queue(desk, say, group, Which.read((command.args or "").strip(), me=member.number), 0)


async def show_mine(message: Message, desk: Desk, say: Say, group: TeamGroup) -> None:
    member = await require(desk, Permission.SEE_CASES)
    await _show_queue(desk, say, group, Which(Kind.MINE, number=member.number), 0)


async def show_due(message: Message, desk: Desk, say: Say, group: TeamGroup) -> None:
    await require(desk, Permission.SEE_CASES)
    await _show_due(desk, say, group, 0)


async def turn_queue(query: CallbackQuery, desk: Desk, say: Say, group: TeamGroup, of: str) -> None:
    member = await require(desk, Permission.SEE_CASES)
    code, _dot, page = of.partition(".")
    await _show_queue(desk, say, group, Which.read(code, me=member.number), _page(page))


async def turn_due(query: CallbackQuery, desk: Desk, say: Say, group: TeamGroup, of: str) -> None:
    await require(desk, Permission.SEE_CASES)
    await _show_due(desk, say, group, _page(of))


async def choose_right(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await require(desk, Permission.SEE_CASES)
    buttons = [tap(about(right), "queue", "", f"{right.value}.0") for right in Right]
    # Translators: to the privacy team, above buttons with the rights that cases are about.
    await say(_("Which cases?"), [*rows(buttons, 2), [tap(_p("button", "All"), "queue", "", "all.0")]])


async def find(message: Message, command: CommandObject, desk: Desk, say: Say, group: TeamGroup) -> None:
    member = await require(desk, Permission.SEE_CASES)
    room = None if command.args else await room_of(message, desk)
    if room is None and not command.args:
        # Translators: to the privacy team; /find is a command.
        await say(_("Please write the reference behind the command, for example: /find ASK-7K2M4Q"))
        return
    ref = room.id if room else str(read_reference(command.args or ""))
    breach = await desk(register.find, member, ref)
    if breach is not None:
        await _show_breach(desk, say, group, breach)
    else:
        await _show_case(desk, say, group, ref)


async def show_case(query: CallbackQuery, desk: Desk, say: Say, group: TeamGroup, ref: str) -> None:
    await require(desk, Permission.SEE_CASES, ref)
    await _show_case(desk, say, group, ref)


# ---------------------------------------------------------------------- lists


async def _show_queue(desk: Desk, say: Say, group: TeamGroup, which: Which, page: int) -> None:
    entries, page, count = _read(desk, which, page)
    place = lists.where(group)
    lines: list[Line | Html] = [_heading(which, count)]
    lines += [lists.line(entry, place) for entry in entries]
    await say(join(lines, "\n"), [*_filters(which), _turning("queue", f"{which.code}.", page, count)])


async def _show_due(desk: Desk, say: Say, group: TeamGroup, page: int) -> None:
    entries, page, count = _read(desk, Which(), page)
    place, zone = lists.where(group), ZoneInfo(desk.zone)
    now = await desk(_now)
    # Translators: heading of a calendar for the privacy team.
    lines: list[Line | Html] = [_("<b>What is due when</b>")] if count else [_("No case is open.")]
    for heading, fits in _sections(now.astimezone(zone)):
        found = [entry for entry in entries if fits(entry)]
        if found:
            lines.append(join([heading, *(lists.line(entry, place) for entry in found)], "\n"))
    await say(join(lines), [_turning("due", "", page, count)])


def _read(desk: Desk, which: Which, page: int) -> tuple[list[Entry], int, int]:
    """One page of all regions together."""
    regions: Regions = desk.services["regions"]
    limit = (page + 1) * PAGE

    def read() -> list[queue.Page]:
        return [rights_engine(regions, name).read(lambda tx: queue.first(tx, which, limit)) for name in regions.used()]

    entries, page, count = queue.together(desk.slow("queue", read), number=page, size=PAGE)
    return list(entries), page, count


def _heading(which: Which, count: int) -> Line:
    how_many = number(count)
    match which.kind:
        case Kind.UNCLAIMED:
            # Translators: heading of a list for the privacy team; {count} is a number.
            return _("<b>Nobody works on these yet</b>: {count}", count=how_many)
        case Kind.MINE:
            # Translators: heading of a list for the privacy team; {number} is the number of a colleague, {count} how many cases.
            return _("<b>Cases of team member {number}</b>: {count}", number=which.number, count=how_many)
        case Kind.OVERDUE:
            # Translators: heading of a list for the privacy team; {count} is a number.
            return _("<b>Overdue cases</b>: {count}", count=how_many)
        case Kind.WAITING:
            # Translators: heading of a list for the privacy team; {count} is a number.
            return _("<b>Waiting for the person</b>: {count}", count=how_many)
        case Kind.ESCALATED:
            # Translators: heading of a list for the privacy team; {count} is a number.
            return _("<b>With the data protection officer</b>: {count}", count=how_many)
        case Kind.RIGHT:
            # Translators: heading of a list for the privacy team; {right} is what the cases are about, {count} a number.
            return _("<b>{right}</b>: {count}", right=about(which.right), count=how_many)
    # Translators: heading of a list for the privacy team; {count} is a number.
    return _("<b>Open cases</b>: {count}", count=how_many)


def _filters(which: Which) -> list[list[Button]]:
    labels = {
        "all": _p("button", "All"),
        "unclaimed": _p("button", "Unclaimed"),
        "mine": _p("button", "Mine"),
        "overdue": _p("button", "Overdue"),
        "waiting": _p("button", "Waiting for the person"),
        "escalated": _p("button", "Escalated"),
    }
    buttons = [tap(label, "queue", "", f"{code}.0") for code, label in labels.items() if code != which.code]
    return rows([*buttons, tap(_p("button", "By right"), "queue_rights", "")], 3)


def _turning(do: str, code: str, page: int, count: int) -> list[Button]:
    last = max(0, (count - 1) // PAGE)
    buttons = []
    if page:
        buttons.append(tap(f"◀ {number(page)}", do, "", f"{code}{page - 1}"))
    if page < last:
        buttons.append(tap(f"{number(page + 2)} ▶", do, "", f"{code}{page + 1}"))
    return buttons


def _sections(now: datetime) -> Sequence[tuple[Line, Callable[[Entry], bool]]]:
    """Of a calendar: its headings, and what stands below each. The week ends with Sunday."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    week = today + timedelta(days=6 - now.weekday())
    return (
        # Translators: heading in a calendar for the privacy team.
        (_("<b>Overdue</b>"), lambda entry: entry.overdue),
        # Translators: heading in a calendar for the privacy team.
        (_("<b>Today</b>"), lambda entry: not entry.overdue and not entry.stands and entry.due < today),
        # Translators: heading in a calendar for the privacy team.
        (_("<b>This week</b>"), lambda entry: not entry.overdue and not entry.stands and today <= entry.due < week),
        # Translators: heading in a calendar for the privacy team.
        (_("<b>Later</b>"), lambda entry: not entry.overdue and not entry.stands and entry.due >= week),
        # Translators: heading in a calendar for the privacy team: the clock of these cases stands still.
        (_("<b>Waiting for the person</b>"), lambda entry: not entry.overdue and entry.stands),
    )


# ---------------------------------------------------------------------- one case, one breach


async def _show_breach(desk: Desk, say: Say, group: TeamGroup, breach: Breach) -> None:
    place, room = lists.where(group), await desk(rooms.find, breach.id)
    address = place.room(room.thread, room.card) if place and room else None
    buttons = [[Button(_p("button", "Open it"), url=address)]] if address else []
    card = room.card if room and address is None else None
    await say(await desk(breach_cards.summary, breach), buttons, new=True, answers=card)


async def _show_case(desk: Desk, say: Say, group: TeamGroup, ref: str) -> None:
    regions: Regions = desk.services["regions"]

    def look() -> Entry | None:
        found = (rights_engine(regions, name).read(lambda tx: queue.find(tx, ref)) for name in regions.used())
        return next((entry for entry in found if entry is not None), None)

    entry = desk.slow("case", look)
    if entry is None:
        # Translators: to the privacy team. {ref} is what they typed as a case reference.
        await say(_("There is no case {ref}. Please look at the letters once more: a reference is as long as ASK-7K2M4Q.", ref=ref[:20]), new=True)
        return
    place = lists.where(group)
    lines: list[Line | Html] = [
        _("<b>{ref}</b> · {right}", ref=entry.ref, right=about(entry.right)),
        _("State: {status}", status=state(entry)),
    ]
    lines += _date(entry)
    # Translators: about a case, to the privacy team. {who} is e.g. "team member 3" or "nobody yet".
    lines.append(_("Worked on by: {who}", who=lists.who(entry)))
    if entry.escalated:
        # Translators: about a case, to the privacy team.
        lines.append(_("It is with the data protection officer."))
    # Where the group has no addresses, the card itself is answered: a tap on that leads to it.
    card = entry.card if place is not None and place.link(entry) is None else None
    await say(join(lines, "\n"), [lists.opening(_p("button", "Open it"), entry, place)], new=True, answers=card)


def _date(entry: Entry) -> list[Line | Html]:
    if entry.closed:
        return []
    if entry.overdue:
        # Translators: about a case, to the privacy team.
        return [_("<b>Overdue since {date}.</b>", date=moment(entry.due))]
    if entry.stands:
        # Translators: about a case, to the privacy team: its clock stands still until the person has answered.
        return [_("The clock stands until the person has answered. It was due by: {date}", date=moment(entry.due))]
    return [_("Due by: {date}", date=moment(entry.due))]


def _page(text: str) -> int:
    return min(int(text), _MOST_PAGES) if text.isdecimal() else 0


def _now(tx: Tx) -> datetime:
    return tx.clock.now()
