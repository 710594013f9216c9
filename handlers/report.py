"""/report in the support chat → each promise of the policy: how it was kept. Counts only, nothing about a person."""

from __future__ import annotations

from datetime import timedelta

from aiogram import Router
from aiogram.filters import Command, Filter
from aiogram.types import Message

from bot.core import access_log
from bot.core.errors import NotAllowedError
from bot.core.ports import Tx
from bot.core.report import Kept, report
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.filters import Private
from bot.telegram.formats import length, number, span_line
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, join, policy_text


class InSupportChat(Filter):
    """In the group of the support team (BOT_SUPPORT_CHAT_ID)."""

    async def __call__(self, event: Message, desk: Desk) -> bool:
        wanted = desk.services["settings"].support_chat_id
        return wanted is not None and event.chat.id == wanted


def create_router() -> Router:
    router = Router(name="report")
    router.message.register(show, Command("report"), InSupportChat())
    router.message.register(refuse, Private(), Command("report"))
    return router


async def show(message: Message, desk: Desk, say: Say) -> None:
    found: list[Kept] = await desk(report)
    policy = policy_of(desk)
    lines: list[Line | Html] = [
        # Translators: heading of a report for the data protection officer. {title} is the policy's name.
        _("<b>How the promises were kept</b>\n{title}, version {version}", title=policy_text(policy.title, policy.values()), version=policy.version)
    ]
    for each in found:
        lines.append(_promise(desk, each))
    await say.reply(join(lines))


async def refuse(message: Message, desk: Desk, say: Say) -> None:
    def note(tx: Tx) -> None:
        actor = desk.found.pseudonym if desk.found else "stranger"
        access_log.refuse(tx, None, role="subject", actor=actor, what="report")
        raise NotAllowedError("report")

    await desk(note)


def _promise(desk: Desk, each: Kept) -> Html:
    policy = policy_of(desk)
    says = policy_text(policy.promises[each.promise].says, policy.values())
    lines: list[Line | Html] = [
        # Translators: {promise} is a sentence of the policy, {span} an amount of time such as 48 hours.
        _("<b>{promise}</b>: {span}", promise=says, span=span_line(each.span))
    ]
    if not each.due and not each.open:
        # Translators: in a report on a promise.
        lines.append(_("Nothing fell due so far."))
        return join(lines, "\n")
    # Translators: in a report on a promise: counts.
    lines.append(
        _(
            "Due: {due} · kept: {kept} · late: {late} · open: {open}",
            due=number(each.due),
            kept=number(each.kept),
            late=number(each.late),
            open=number(each.open),
        )
    )
    if each.median is not None and each.worst is not None:
        # Translators: in a report on a promise: how long it took; {median} and {worst} are amounts of time.
        lines.append(_("Median: {median} · worst: {worst}", median=_took(each.median), worst=_took(each.worst)))
    elif each.worst is not None:
        # Translators: in a report on a promise; {worst} is an amount of time.
        lines.append(_("Worst: {worst}", worst=_took(each.worst)))
    return join(lines, "\n")


def _took(span: timedelta) -> str:
    return length(max(span, timedelta(seconds=1)))
