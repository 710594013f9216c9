"""/status [reference] → my requests → one request's path"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.core import cases
from bot.core.cases import Case, Right, Status
from bot.core.errors import NotFoundError
from bot.core.ids import read_reference
from bot.core.ports import Tx
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, go
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join


def create_router() -> Router:
    router = Router(name="status")
    router.message.register(show_status, Private(), Command("status"))
    router.callback_query.register(show_status_by_button, Private(), To("status"))
    router.callback_query.register(show_case_by_button, Private(), To("case"))
    return router


async def show_status(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    if command.args:
        await _show_case(desk, say, str(read_reference(command.args)))
    else:
        await _show_list(desk, say)


async def show_status_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _show_list(desk, say)


async def show_case_by_button(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    await _show_case(desk, say, of)


async def _show_list(desk: Desk, say: Say) -> None:
    menu = [go(_p("button", "Menu"), "menu")]
    found = await desk(cases.list_for, desk.subject)
    if not found:
        await say(_("You have made no requests yet."), [menu])
        return
    lines: list[Line | Html] = [_("<b>Your requests</b>")]
    for case in found:
        lines.append(
            _("<b>{ref}</b> · {right} · {status}", ref=case.id, right=right_name(case.right), status=status_name(case))
        )
    buttons = [go(case.id, "case", case.id) for case in found[:6]]
    await say(join(lines, "\n"), [buttons[:3], buttons[3:], menu])


async def _show_case(desk: Desk, say: Say, ref: str) -> None:
    subject = desk.found.id if desk.found else None
    case, path = await desk(_case_and_path, subject, ref)
    zone = desk.zone
    lines: list[Line | Html] = [
        _("<b>{ref}</b> · {right}", ref=case.id, right=right_name(case.right)),
        _("State: {status}", status=status_name(case)),
        _("Received: {date}", date=moment(case.opened_at, zone)),
    ]
    if case.acknowledged_at:
        lines.append(_("Acknowledged: {date}", date=moment(case.acknowledged_at, zone)))
    if case.status == Status.GRACE and case.grace_until:
        lines.append(_("You can take it back until: {date}", date=moment(case.grace_until, zone)))
    elif case.status == Status.PURGING and case.purge_by:
        lines.append(_("Gone from all backups by: {date}", date=moment(case.purge_by, zone)))
    elif not case.is_closed:
        lines.append(_("Due by: {date}", date=moment(case.target_due, zone)))
    if case.closed_at:
        lines.append(_("Closed: {date}", date=moment(case.closed_at, zone)))
    lines.append(_("Steps so far: {count}", count=path))
    keyboard: list[list[Button]] = []
    if case.status == Status.GRACE:
        keyboard.append([go(_p("button", "Take it back"), "take_back", style="success")])
    if await desk(_is_overdue, case):
        lines.append(
            _("The date has passed and the case is not finished. You can turn to {officer}.", officer=policy_of(desk).dpo)
        )
        keyboard.append([go(_p("button", "Data protection officer"), "escalate", case.id)])
    keyboard.append([go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")])
    await say(join(lines, "\n"), keyboard)


def _case_and_path(tx: Tx, subject: str | None, ref: str) -> tuple[Case, int]:
    case = cases.find_for(tx, subject, ref)
    if case is None:
        raise NotFoundError("case")
    return case, len(cases.path(tx, ref))


def _is_overdue(tx: Tx, case: Case) -> bool:
    return case.is_overdue(tx.clock.now())


def right_name(right: str) -> Line:
    """What a case is about."""
    match Right(right):
        case Right.EXPORT:
            return _("Export of your data")
        case Right.ERASURE:
            return _("Deletion of your account")
        case Right.TRAINING:
            return _("Training setting")
        case Right.HISTORY:
            return _("Clearing of your history")
        case Right.RECTIFICATION:
            return _("Correction of your data")
        case Right.RESTRICTION:
            return _("Restriction of processing")
        case Right.OBJECTION:
            return _("Objection to automated decisions")
        case Right.DO_NOT_SELL:
            return _("Opt-out of sales")
        case Right.FORGET_DESK:
            return _("Erasure of what this bot holds")
        case Right.COMPLAINT:
            return _("Complaint to the data protection officer")
        case Right.QUESTION:
            return _("Question to a person")


def status_name(case: Case) -> Line:
    """Where a case stands."""
    match Status(case.status):
        case Status.OPENED | Status.ACKNOWLEDGED:
            return _("received")
        case Status.WAITING:
            return _("waiting for you")
        case Status.WORKING:
            return _("being worked on")
        case Status.GRACE:
            return _("can still be taken back")
        case Status.ERASING:
            return _("being erased")
        case Status.PURGING:
            return _("erased; leaving the backups")
        case Status.DONE:
            return _("done")
        case Status.WITHDRAWN:
            return _("taken back")
        case Status.REFUSED:
            return _("refused")
