"""aiogram's wire, cut short: a `Bot` in a test speaks to a `World` in the same process.

    bot = Bot(world.token, session=WorldSession(world))

The method goes through the same form encoding, parsing and refusals as over HTTP, and errors come back as
aiogram's own exceptions through its own `check_response`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile

from . import methods
from .refusals import ConnectionLost
from .world import World


class WorldSession(BaseSession):
    """`calls` lists what the bot asked for, in order, refused calls included: (method, fields)."""

    def __init__(self, world: World, **options: Any) -> None:
        super().__init__(**options)
        self.world = world
        self.calls: list[tuple[str, dict[str, str]]] = []

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 (aiogram's signature)
    ) -> TelegramType:
        form = await self._form(bot, method)
        self.calls.append((method.__api_method__, dict(form.fields)))
        try:
            answer = await methods.answer(self.world, bot.token, method.__api_method__, form)
        except ConnectionLost as lost:
            raise TelegramNetworkError(method=method, message="ServerDisconnectedError") from lost
        response = self.check_response(bot, method, answer.status, answer.text)
        return cast(TelegramType, response.result)

    async def _form(self, bot: Bot, method: TelegramMethod[TelegramType]) -> methods.Form:
        """As `AiohttpSession.build_form_data`: empty values are dropped, files go apart."""
        files: dict[str, InputFile] = {}
        fields: dict[str, str] = {}
        for name, value in method.model_dump(warnings=False).items():
            prepared = self.prepare_value(value, bot=bot, files=files)
            if prepared:
                # Enums that are strings go as what they say, not by their Python name.
                fields[name] = str.__str__(prepared) if isinstance(prepared, str) else str(prepared)
        uploads = {
            key: methods.Upload(file.filename or key, b"".join([chunk async for chunk in file.read(bot)]))
            for key, file in files.items()
        }
        return methods.Form(fields, uploads)

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109 (aiogram's signature)
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        file = self.world.files.find_by_path(url.partition(f"/file/bot{self.world.token}/")[2])
        if file is None:
            raise FileNotFoundError(url)
        for start in range(0, len(file.content), chunk_size):
            yield file.content[start : start + chunk_size]
