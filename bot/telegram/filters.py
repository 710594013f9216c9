"""Filters of our own. All are awaited, so that none costs a thread."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

from aiogram.filters import Filter
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineQuery, Message, TelegramObject

from bot.telegram.commands import command_of
from bot.telegram.keyboards import Confirm, Dismiss, Go

Data = TypeVar("Data", bound=CallbackData)
_ONE_WORD = 6
"""Letters. Chinese asks in seven what English asks in thirty."""


class Private(Filter):
    """In a private chat with the bot."""

    async def __call__(self, event: TelegramObject) -> bool:
        message = event.message if isinstance(event, CallbackQuery) else event
        chat = getattr(message, "chat", None)
        return isinstance(event, InlineQuery) or (chat is not None and chat.type == "private")


class InGroup(Filter):
    """In a group or supergroup."""

    async def __call__(self, event: TelegramObject) -> bool:
        message = event.message if isinstance(event, CallbackQuery) else event
        chat = getattr(message, "chat", None)
        return chat is not None and chat.type in ("group", "supergroup")


class NewNumber(Filter):
    """A group became a supergroup, as told in the one it was (`left`) or in the one it is now; gives `old` and `new`, both chats."""

    def __init__(self, *, left: bool) -> None:
        self._left = left

    async def __call__(self, event: Message) -> bool | dict[str, Any]:
        other = event.migrate_to_chat_id if self._left else event.migrate_from_chat_id
        if other is None:
            return False
        return {"old": event.chat.id, "new": other} if self._left else {"old": other, "new": event.chat.id}


class To(Filter):
    """A button made with `go(…, to)`; gives the handler `of`."""

    def __init__(self, *names: str) -> None:
        self._names = names

    async def __call__(self, event: CallbackQuery) -> bool | dict[str, Any]:
        data = read_button(Go, event.data or "")
        return {"of": data.of, "to": data.to} if data is not None and data.to in self._names else False


class Confirming(Filter):
    """A button that confirms `action`; gives the handler `token`."""

    def __init__(self, action: str) -> None:
        self._action = action

    async def __call__(self, event: CallbackQuery) -> bool | dict[str, Any]:
        data = read_button(Confirm, event.data or "")
        return {"token": data.token} if data is not None and data.action == self._action else False


class Dismissing(Filter):
    """A button that turns an offer down."""

    async def __call__(self, event: CallbackQuery) -> bool | dict[str, Any]:
        data = read_button(Dismiss, event.data or "")
        return {"action": data.action} if data is not None else False


class HasText(Filter):
    """A message with text that is not one of our commands."""

    async def __call__(self, event: Message) -> bool:
        return bool(event.text) and command_of(event.text or "", private=event.chat.type == "private") is None


class Asks(Filter):
    """A message that ends as a question does: where a name or a phrase is wanted, it is answered and not taken for one."""

    async def __call__(self, event: Message) -> bool:
        return reads_like_question(event.text or "")


class LooksLikeCommand(Filter):
    """Begins with a slash, though no flow knows it."""

    async def __call__(self, event: Message) -> bool:
        return (event.text or "").startswith("/")


def reads_like_question(text: str) -> bool:
    """Whether a text of more than a word ends with a question mark of any script we speak."""
    return len(text) > _ONE_WORD and text.rstrip().endswith(("?", "？", "؟"))


@lru_cache(maxsize=32)
def read_button(kind: type[Data], data: str) -> Data | None:
    """A button's data, if it is of that kind. One tap is offered to a hundred steps: it is read once."""
    try:
        return kind.unpack(data)
    except (TypeError, ValueError):
        return None
