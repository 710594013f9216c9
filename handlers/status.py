"""/status [reference], or only a reference → my requests → one request's path, with its dates"""

from __future__ import annotations

import re
from textwrap import shorten
from typing import Any
from unicodedata import normalize

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter, StateFilter
from aiogram.types import CallbackQuery, Message

from bot.core import cases, delivery
from bot.core.audit import AuditEntry
from bot.core.cases import Case, Right, Status
from bot.core.erasure import certificate
from bot.core.errors import NotFoundError
from bot.core.ids import read_reference
from bot.core.ports import Tx
from bot.core.support import letters
from bot.core.support.letters import Letter, Way
from bot.telegram.answers import policy_of
from bot.telegram.case_words import path_line, right_name, status_name
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, go
from bot.telegram.notices_cases import not_handled
from bot.telegram.promises import due
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join, policy_text, verbatim

_SHOWN_STEPS = 15
_SHOWN_LAST = 3
_SHOWN_LETTERS = 200
_REFERENCE = re.compile(rf"\b(?:{'|'.join(Right)})[-‐–—][0-9A-Z]{{6}}\b")
"""As people quote it in a sentence: with its dash."""
_WRITABLE = (Status.OPENED, Status.ACKNOWLEDGED, Status.WORKING)


class NamesCase(Filter):
    """A message that quotes one reference, with or without words around it; gives `ref`."""

    async def __call__(self, event: Message) -> bool | dict[str, Any]:
        found = {str(read_reference(each)) for each in _REFERENCE.findall(normalize("NFKC", event.text or "").upper())}
        return {"ref": found.pop()} if len(found) == 1 else False


def create_router() -> Router:
    router = Router(name="status")
    router.message.register(show_status, Private(), Command("status"))
    router.message.register(show_named, Private(), StateFilter(None), NamesCase())
    router.callback_query.register(show_status_by_button, Private(), To("status"))
    router.callback_query.register(show_case_by_button, Private(), To("case"))
    router.callback_query.register(send_certificate, Private(), To("certificate"))
    return router


async def show_status(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    if command.args:
        await _show_case(desk, say, str(read_reference(command.args)))
    else:
        await _show_list(desk, say)


async def show_named(message: Message, desk: Desk, say: Say, ref: str) -> None:
    await _show_case(desk, say, ref)


async def show_status_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _show_list(desk, say)


async def show_case_by_button(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    await _show_case(desk, say, of)


async def send_certificate(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    """The certificate of an erasure as a file, without an account, for whoever knows the reference."""

    def put(tx: Tx) -> None:
        found = certificate.find(tx, of)
        if found is None:
            raise NotFoundError("certificate")
        data = {"ref": of, "content": found.content, "chat_id": desk.chat_id, "locale": desk.locale}
        delivery.put(tx, lane=desk.lane, kind="notice", payload={"notice": "certificate", "data": data})

    await desk(put)


async def _show_list(desk: Desk, say: Say) -> None:
    menu = [go(_p("button", "Menu"), "menu")]
    found = await desk(cases.list_for, desk.subject)
    if not found:
        await say(_("You have made no requests yet."), [menu])
        return
    lines: list[Line | Html] = [_("<b>Your requests</b>")]
    for case in found:
        line = _("<b>{ref}</b> · {right} · {status}", ref=case.id, right=right_name(case.right), status=status_name(case))
        date = None if case.is_closed else _date(desk, case)
        lines.append(join([line, date], "\n") if date else line)
    buttons = [go(case.id, "case", case.id) for case in found[:6]]
    await say(join(lines, "\n"), [buttons[:3], buttons[3:], menu])


async def _show_case(desk: Desk, say: Say, ref: str) -> None:
    subject = desk.found.id if desk.found else None
    case, path, written = await desk(_read, subject, ref)
    overdue = case.is_overdue(await desk(lambda tx: tx.clock.now()))
    zone = desk.zone
    lines: list[Line | Html] = [
        _("<b>{ref}</b> · {right}", ref=case.id, right=right_name(case.right)),
        _("State: {status}", status=status_name(case)),
    ]
    date = _date(desk, case)
    if date is not None:
        lines.append(date)
    if case.held and not case.is_closed:
        lines.append(_("The law requires that this data is kept for now. The erasure goes on as soon as that ends."))
    refusal = policy_of(desk).refusals.reasons.get(case.reason) if case.status == Status.REFUSED else None
    if refusal is not None:
        lines.append(_("Reason: {reason}", reason=policy_text(refusal.text, policy_of(desk).values())))
    lines.append(_path(path, zone))
    if written:
        lines.append(_letters(written, zone))
    if overdue:
        policy = policy_of(desk)
        officer = policy_text(policy.dpo, policy.values())
        lines.append(_("The date has passed and the case is not finished. You can turn to {officer}.", officer=officer))
    keyboard = _buttons(case, overdue=overdue)
    if await desk(certificate.find, case.id):
        keyboard.insert(0, [go(_p("button", "Certificate"), "certificate", case.id)])
    await say(join(lines, "\n"), keyboard)


def _date(desk: Desk, case: Case) -> Line | None:
    """What is next for a case, with the policy's number beside it."""
    policy, zone = policy_of(desk), desk.zone
    if case.status == Status.GRACE and case.grace_until:
        return _("You can take it back until: {date}", date=due(policy, "grace", case.grace_until, case.opened_at, zone))
    if case.status == Status.PURGING and case.purge_by:
        return _("Gone from all backups by: {date}", date=due(policy, "purge", case.purge_by, case.opened_at, zone))
    if case.waiting_since is not None and case.pauses.get("stops"):
        return _("The date moves by the time until you have answered. It was: {date}", date=moment(case.target_due, zone))
    if case.is_closed:
        return None
    promise = "export" if case.right == Right.EXPORT else "fulfil"
    return _("Due by: {date}", date=due(policy, promise, case.target_due, case.opened_at, zone))


def _path(path: list[AuditEntry], zone: str) -> Html:
    steps = [line for entry in path if (line := path_line(entry, zone)) is not None]
    # Translators: heading above the dated steps of a request.
    lines: list[Line | Html] = [_("<b>What happened so far</b>")]
    if len(steps) > _SHOWN_STEPS:
        lines += [steps[0], Html("…", "…")]
    return join([*lines, *steps[-_SHOWN_STEPS:]], "\n")


def _letters(written: list[Letter], zone: str) -> Html:
    """The last ones, shortened: enough to remember what was said."""
    # Translators: heading above what the reader and the privacy team wrote to each other last.
    lines: list[Line | Html] = [_("<b>Last letters</b>")]
    for letter in written:
        # Translators: stands for a letter that is only a picture or a file.
        text = verbatim(shorten(letter.text, _SHOWN_LETTERS, placeholder=" …")) if letter.text else _("a picture or a file")
        if letter.way == Way.IN:
            # Translators: one letter. {date} is a date with time, {text} what the reader wrote.
            lines.append(_("• {date}, you: {text}", date=moment(letter.at, zone), text=text))
        else:
            # Translators: one letter. {date} is a date with time, {text} what the privacy team wrote.
            lines.append(_("• {date}, privacy team: {text}", date=moment(letter.at, zone), text=text))
    return join(lines, "\n")


def _buttons(case: Case, *, overdue: bool) -> list[list[Button]]:
    keyboard: list[list[Button]] = []
    if case.status == Status.GRACE:
        keyboard.append([go(_p("button", "Take it back"), "take_back", style="success")])
    if case.status == Status.WAITING:
        correcting = case.right == Right.RECTIFICATION and "becomes" in (case.details or {})
        label, to = (
            (_p("button", "See the proposal"), "correction") if correcting else (_p("button", "Answer"), "answer")
        )
        keyboard.append([go(label, to, case.id, style="primary")])
    if overdue and case.right != Right.COMPLAINT:
        keyboard.append([go(_p("button", "Data protection officer"), "unhandled", case.id)])
    if case.status in _WRITABLE:
        keyboard.append([go(_p("button", "Write in this case"), "answer", case.id)])
    if case.subject and case.status in (Status.DONE, Status.REFUSED):
        keyboard.append([not_handled(case.id)])
    if case.subject and cases.can_withdraw(case):
        keyboard.append([go(_p("button", "Withdraw this request"), "withdraw", case.id)])
    keyboard.append([go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")])
    return keyboard


def _read(tx: Tx, subject: str | None, ref: str) -> tuple[Case, list[AuditEntry], list[Letter]]:
    case = cases.find_for(tx, subject, ref)
    if case is None:
        raise NotFoundError("case")
    return case, cases.path(tx, ref), letters.last_of(tx, ref, _SHOWN_LAST) if case.subject else []
