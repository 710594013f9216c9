"""Saying something: an outbox row in the transaction of the deed, sent when that has committed."""

from __future__ import annotations

import base64
from typing import Any

from aiogram.types import CallbackQuery, InaccessibleMessage, Message

from bot.core import delivery
from bot.core.ports import Tx
from bot.telegram.desk import Desk
from bot.telegram.keyboards import Keyboard, markup
from bot.telegram.texts import Html, Line

LIMIT = 4096


class Say:
    """Speaks in the chat of one update."""

    def __init__(self, desk: Desk, event: object) -> None:
        self._desk = desk
        self._query = event if isinstance(event, CallbackQuery) else None
        shown = self._query.message if self._query else None
        self._shown = shown if isinstance(shown, Message) and not isinstance(shown, InaccessibleMessage) else None
        self._message = event if isinstance(event, Message) else None
        self._answered = False
        self._edited = False

    async def __call__(
        self,
        text: Line | Html,
        keyboard: Keyboard = (),
        *,
        new: bool = False,
        slot: str = "",
        protect: bool = False,
        answers: int | None = None,
    ) -> None:
        """Say `text`. After a tap the message with the button is edited; `new` sends another instead. `answers` is a message of this
        chat that a new one points at."""
        data: dict[str, Any] = {"chat_id": self._desk.chat_id, "text": text.html, "parse_mode": "HTML"}
        data["link_preview_options"] = {"is_disabled": True}
        if keyboard:
            data["reply_markup"] = markup(keyboard)
        if self._shown is not None and not new and not self._edited:
            self._edited = True
            await self._put("editMessageText", data | {"message_id": self._shown.message_id}, slot)
            return
        if self._desk.thread_id is not None:
            data["message_thread_id"] = self._desk.thread_id
        if protect:
            data["protect_content"] = True
        if answers is not None:
            data["reply_parameters"] = {"message_id": answers, "allow_sending_without_reply": True}
        await self._put("sendMessage", data, slot)

    async def reply(self, text: Line | Html, keyboard: Keyboard = (), *, hidden: bool = False, slot: str = "") -> None:
        """Answer the very message (in groups), in its topic. `hidden`: seen only by whoever wrote it, where Telegram can do that;
        else by all."""
        data: dict[str, Any] = {"chat_id": self._desk.chat_id, "text": text.html, "parse_mode": "HTML"}
        data["link_preview_options"] = {"is_disabled": True}
        if keyboard:
            data["reply_markup"] = markup(keyboard)
        written_hidden = self._message.ephemeral_message_id if self._message is not None else None
        if written_hidden is not None:
            data["reply_parameters"] = {"ephemeral_message_id": written_hidden}
        elif self._message is not None:
            data["reply_parameters"] = {
                "message_id": self._message.message_id,
                "allow_sending_without_reply": True,
            }
        if hidden or written_hidden is not None:
            data["ephemeral_message_parameters"] = {"receiver_user_id": self._desk.user_id}
        if self._desk.thread_id is not None:
            data["message_thread_id"] = self._desk.thread_id
        await self._put("sendMessage", data, slot)

    async def picture(self, png: bytes, caption: Line | Html, keyboard: Keyboard = ()) -> None:
        """Show a chart (bot/telegram/charts.py), in the topic of the message."""
        data: dict[str, Any] = {"chat_id": self._desk.chat_id, "png": base64.b64encode(png).decode("ascii")}
        data |= {"caption": caption.html, "parse_mode": "HTML"}
        if keyboard:
            data["reply_markup"] = markup(keyboard)
        if self._desk.thread_id is not None:
            data["message_thread_id"] = self._desk.thread_id
        await self._put("sendPhoto", data, "")

    async def toast(self, text: Line, *, alert: bool = False) -> None:
        """A short answer to a tap."""
        if self._query is None:
            await self(text)
            return
        self._answered = True
        data = {"callback_query_id": self._query.id, "text": text.plain[:200], "show_alert": alert}
        await self._put("answerCallbackQuery", data, "")

    async def settle(self) -> None:
        """Every tap is answered, if only silently, so that no button keeps turning."""
        if self._query is not None and not self._answered:
            self._answered = True
            await self._put("answerCallbackQuery", {"callback_query_id": self._query.id}, "")

    async def remove_typed(self) -> None:
        """Delete the message that the person just sent (a password)."""
        if self._message is not None:
            data = {"chat_id": self._desk.chat_id, "message_id": self._message.message_id}
            await self._put("deleteMessage", data, "")

    async def freeze(self) -> None:
        """Take the buttons off the message that was tapped."""
        if self._shown is not None:
            data = {"chat_id": self._desk.chat_id, "message_id": self._shown.message_id}
            await self._put("editMessageReplyMarkup", data, "")

    async def raw(self, method: str, data: dict[str, Any]) -> None:
        """Any other Bot API method."""
        await self._put(method, data, "")

    async def _put(self, method: str, data: dict[str, Any], slot: str) -> None:
        desk = self._desk

        def put(tx: Tx) -> str:
            subject = desk.found.id if desk.found and desk.private and tx.keys.exists(desk.found.id) else None
            return delivery.put(tx, lane=desk.lane, kind=method, payload=data, subject=subject, slot=slot)

        await desk(put)
