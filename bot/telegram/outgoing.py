"""A message on its way: a row of the outbox, rendered to one call of the Bot API."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiogram import methods
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile, InputMediaDocument

from bot.core.delivery import OutboxRow
from bot.core.ports import Tx


@dataclass(slots=True)
class Outgoing:
    """A row, rendered."""

    row: OutboxRow
    method: str
    data: dict[str, Any]
    document: tuple[bytes, str] | None = None
    photo: tuple[bytes, str] | None = None
    group: bool = False
    completes: str = ""
    """The export case that ends when this arrives (see bot/telegram/notices.py)."""
    done: Callable[[Tx, Any], None] | None = None
    """Notes what Telegram answered, in the transaction that marks the row."""
    again: bool = False
    """The row needs more calls: it is worked out again after this one."""
    mends: int = 0
    shrinks: bool = False
    """See `Call` (bot/telegram/team/rooms.py)."""

    def call(self) -> TelegramMethod[Any]:
        """The call itself."""
        kind = getattr(methods, self.method[0].upper() + self.method[1:])
        data = dict(self.data)
        if self.document is not None:
            file = BufferedInputFile(*self.document)
            data |= {"media": InputMediaDocument(media=file)} if self.method == "editMessageMedia" else {"document": file}
        if self.photo is not None:
            data["photo"] = BufferedInputFile(*self.photo)
        method: TelegramMethod[Any] = kind(**data)
        return method

    def for_all(self) -> dict[str, Any]:
        """What only one person was to see, as an ordinary message: it is too late, or Telegram does not do it here."""
        open_to_all = {name: value for name, value in self.data.items() if name != "ephemeral_message_parameters"}
        if "ephemeral_message_id" in self.data.get("reply_parameters", {}):
            del open_to_all["reply_parameters"]
        return open_to_all

    def without_time_tags(self) -> dict[str, Any]:
        """With dates as plain text, for a server that does not know them."""
        return {
            name: re.sub(r"</?tg-time[^>]*>", "", value) if isinstance(value, str) else value
            for name, value in self.data.items()
        }
