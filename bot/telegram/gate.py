"""Before every step of a private chat: is it a right? Then it passes, always. Is it conversation? Then a person may have only so much
of it in a minute, and somebody who is banned none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.core.ports import Tx
from bot.core.support import bans
from bot.core.support.bans import Ban
from bot.telegram import plain
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.formats import moment
from bot.telegram.limiter import Held, Limiter
from bot.telegram.say import Say
from bot.telegram.texts import _

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Gate(BaseMiddleware):
    """Outer middleware of messages, their edits, and taps."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        desk: Desk = data["desk"]
        if not desk.private or plain.is_right(event, in_a_step=await _in_a_step(data)):
            return await handler(event, data)
        now, ban = await desk(_look, desk.found.id if desk.found else "")
        held = _too_much(desk, now)
        if held is not None:
            if held.first:
                await _say_when(event, desk, data["say"], held)
            return None
        if ban is None:
            return await handler(event, data)
        if isinstance(event, CallbackQuery) or (isinstance(event, Message) and event.edit_date is None):
            await data["say"](plain.form(policy_of(desk), ban, desk.zone), plain.buttons())
        return None


async def _in_a_step(data: dict[str, Any]) -> bool:
    """Whether the person is in the middle of exercising a right. A question to a person is none."""
    state: FSMContext | None = data.get("state")
    if not data.get("raw_state") or state is None:
        return False
    return (await state.get_data()).get("to") != "human"


def _look(tx: Tx, subject: str) -> tuple[datetime, Ban | None]:
    return tx.clock.now(), bans.find(tx, subject) if subject else None


def _too_much(desk: Desk, now: datetime) -> Held | None:
    limiter: Limiter = desk.services["limiter"]
    most = policy_of(desk).safeguards.messages_per_minute
    counted = desk.quick("counted", lambda: limiter.count(desk.lane, now, per_minute=most))
    return counted if isinstance(counted, Held) else None


async def _say_when(event: TelegramObject, desk: Desk, say: Say, held: Held) -> None:
    # Translators: to somebody who writes very fast. {date} is a date with time. As an answer to a tap it may have 200 letters.
    text = _("That is more than I can read at once. I go on at {date}. Your rights stay open: /export, /delete, /rights.", date=moment(held.until, desk.zone))
    await (say.toast(text, alert=True) if isinstance(event, CallbackQuery) else say(text))

