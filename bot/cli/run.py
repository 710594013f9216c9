"""Start the bot: by polling, behind a webhook, or with the local chat when there is no token."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError

from bot import memory
from bot.app import App, create_app, open_core
from bot.checkpoints import published_keys
from bot.cli.sample import SAMPLE_PEOPLE, furnish, furnish_team
from bot.core.clock import Clock, MovableClock, SystemClock
from bot.core.understanding import Understanding
from bot.localchat.cast import GROUPS, TEAM_GROUP
from bot.localchat.server import LocalChat, start_local_chat
from bot.settings import Settings, SettingsError, read_settings
from bot.telegram.downloads import Downloads
from bot.telegram.intake import ALLOWED_UPDATES, Routes, poll, poll_and_serve, serve_webhook
from bot.telegram.menus import publish_menus
from bot.telegram.pacing import Pacer
from bot.telegram.signing_keys import SigningKeys
from bot.telegram.team import rights

log = logging.getLogger(__name__)
_LOCAL_TOKEN = f"{secrets.randbelow(2**31) + 2**31}:{secrets.token_urlsafe(24)}"
"""New at every start: opens nothing but the chat on this machine. The number is new too, because the chat counts its updates
from the beginning again and the inbox would take them for known ones."""


@dataclass
class _Moved:
    """The page moved the clock: do what has fallen due."""

    app: App | None = None

    async def __call__(self, now: datetime) -> None:
        if self.app is not None:
            await self.app.settle()


async def run() -> int:
    """Until SIGTERM or Ctrl-C."""
    settings = read_settings()
    if settings.token is not None:
        return await _serve(settings, SystemClock(), settings.token.get_secret_value(), None)
    clock = MovableClock()
    moved = _Moved()
    chat = await _local_chat(settings, clock, moved)
    settings = settings.model_copy(update={"api_url": chat.api_url})
    try:
        return await _serve(settings, clock, _LOCAL_TOKEN, (chat, moved))
    finally:
        await chat.stop()


async def _local_chat(settings: Settings, clock: MovableClock, moved: _Moved) -> LocalChat:
    for port in (settings.listen_port, 0):
        try:
            return await start_local_chat(
                settings.listen_host,
                port,
                token=_LOCAL_TOKEN,
                clock=clock,
                people=SAMPLE_PEOPLE,
                groups=GROUPS,
                on_clock_moved=moved,
            )
        except OSError:
            if port == 0:
                raise
            log.info("port %d is taken; taking a free one", port)
    raise AssertionError


async def _serve(settings: Settings, clock: Clock, token: str, local: tuple[LocalChat, _Moved] | None) -> int:
    core = await open_core(settings, clock)
    understanding = await asyncio.to_thread(_warm_understanding)
    app = create_app(core, token=token, understanding=understanding, pacer=Pacer())
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stopping.set)
    try:
        await _greet(app.bot)
    except TelegramUnauthorizedError:
        await app.bot.session.close()
        await core.stop()
        raise SettingsError("BOT_TOKEN was refused by Telegram") from None
    if local is not None:
        if app.regions.directory.find(SAMPLE_PEOPLE[0].id) is None:  # not at home any more: the account is elsewhere
            await furnish(core)
        await furnish_team(core, local[0].world.group(TEAM_GROUP).id)
        local[1].app = app
    await app.start()
    memory.settle()
    await publish_menus(app.bot)
    await rights.look(app.bot, core.database)
    intake = await _start_intake(app, settings)
    if local is not None:
        print(f"\n  The local chat is open at  {local[0].page_url}\n", flush=True)
    else:
        log.info("the desk is open")
    asked_to_stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({intake, asked_to_stop}, return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping: finishing what has begun")
    broken = intake.exception() if intake.done() and not intake.cancelled() else None
    intake.cancel()
    asked_to_stop.cancel()
    await asyncio.gather(intake, asked_to_stop, return_exceptions=True)
    await app.stop()
    if broken is not None:
        raise broken  # a desk that takes no updates must not look open
    return 0


def _warm_understanding() -> Understanding:
    understanding = Understanding.load()
    understanding.warm()
    return understanding


async def _greet(bot: Bot) -> None:
    """Know our own name; Telegram may still be starting or briefly away."""
    for attempt in range(1, 8):
        try:
            await bot.me()
            return
        except TelegramUnauthorizedError:
            raise
        except TelegramAPIError as error:
            log.warning("Telegram does not answer (%s); trying again", type(error).__name__)
            await asyncio.sleep(min(2**attempt, 30))
    await bot.me()


async def _start_intake(app: App, settings: Settings) -> asyncio.Task[Any]:
    routes: list[Routes] = [SigningKeys(lambda region: _published(app, region))]
    if settings.download_address is not None:
        routes.append(Downloads(app.regions.database, app.core.policy.safeguards.downloads_per_minute))
    if settings.webhook_url:
        return asyncio.create_task(serve_webhook(app.bot, app.inbox, settings, *routes), name="webhook")
    await app.bot.delete_webhook(drop_pending_updates=False)
    if settings.download_address is not None:
        return asyncio.create_task(poll_and_serve(app.bot, app.inbox, settings, *routes), name="polling")
    return asyncio.create_task(poll(app.bot, app.inbox, ALLOWED_UPDATES), name="polling")


def _published(app: App, region: str) -> list[bytes]:
    desk = app.regions.desks.get(region)
    return published_keys(desk.core.settings) if desk else []
