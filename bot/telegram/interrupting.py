"""A command ends whatever was unfinished: what is typed next must not be taken for a password or a letter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.fsm.context import FSMContext
from aiogram.types import Message, TelegramObject

from bot.telegram.commands import command_of
from bot.telegram.texts import _

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Interrupting(BaseMiddleware):
    """Outer middleware of messages: a known command, other than /cancel, drops the draft and says so."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        text = event.text if isinstance(event, Message) else None
        state: FSMContext | None = data.get("state")
        command = command_of(text or "", private=data["desk"].private)
        if command not in (None, "cancel") and state and data.get("raw_state"):
            await state.clear()
            data["raw_state"] = None
            await data["say"](_("I stopped what we had begun. Nothing was changed."))
        return await handler(event, data)
