"""Asking Telegram something in the middle of a step: always as slow work, outside the transaction.

    member = desk.slow("member", lambda: wire_of(desk).call(GetChatMember(chat_id=…, user_id=…)))

The call is made on the program's own event loop, from the thread in which slow work runs. What may fail is caught in the slow
work itself, which then returns what to do without an answer: an error that leaves it would park the update.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from io import BytesIO
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramRetryAfter
from aiogram.methods import TelegramMethod

from bot.telegram.desk import Desk

T = TypeVar("T")
_SECONDS = 30
_PATIENCE_SECONDS = 10


class WireError(Exception):
    """Telegram could not be asked or said no; `words` are its own, for looking at, never for showing."""

    def __init__(self, words: str) -> None:
        super().__init__("Telegram did not answer")
        self.words = words


class Wire:
    """The Bot API from a thread."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._loop: asyncio.AbstractEventLoop | None = None

    def use(self, loop: asyncio.AbstractEventLoop) -> None:
        """The program's loop, as soon as it takes updates."""
        self._loop = loop

    @property
    def me(self) -> int:
        """The bot's own number."""
        return self._bot.id

    def call(self, method: TelegramMethod[T]) -> T:
        """Telegram's answer; when it asks for a little patience, after that. WireError."""
        return self._run(self._call(method))

    def download(self, file_id: str, *, most: int) -> bytes:
        """A file that somebody sent, of at most so many bytes. WireError, also for a larger one."""
        return self._run(self._download(file_id, most))

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        assert self._loop is not None, "no updates are taken yet"
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(_SECONDS)
        except AiogramError as error:
            raise WireError(str(error)) from None
        except TimeoutError:
            future.cancel()
            raise WireError("timeout") from None

    async def _call(self, method: TelegramMethod[T]) -> T:
        try:
            return await self._bot(method)
        except TelegramRetryAfter as error:
            if error.retry_after > _PATIENCE_SECONDS:
                raise
            await asyncio.sleep(error.retry_after)
            return await self._bot(method)

    async def _download(self, file_id: str, most: int) -> bytes:
        file = await self._bot.get_file(file_id)
        if file.file_path is None or (file.file_size or 0) > most:
            raise WireError("too large")
        content = BytesIO()
        await self._bot.download_file(file.file_path, content)
        if content.tell() > most:
            raise WireError("too large")
        return content.getvalue()


def wire_of(desk: Desk) -> Wire:
    """The wire of the program."""
    wire: Wire = desk.services["wire"]
    return wire
