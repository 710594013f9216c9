"""Where updates come from: long polling or a webhook. Either way an update is stored before Telegram may forget it."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiohttp import web

from bot.settings import Settings
from bot.telegram.inbox import Inbox

log = logging.getLogger(__name__)

ALLOWED_UPDATES = [
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
    "message_reaction",
]
"""Asked for by name: the list is sticky on Telegram's side, and reactions come only when named."""

Routes = Callable[[web.Application], None]
"""Adds its routes to the web server."""
_POLL_SECONDS = 25
_BODY_LIMIT = 1024 * 1024


class RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates, and the updates as Telegram wrote them: they are stored so, and read when they are handled.

    aiogram's own method reads them here, and one that it cannot read would keep the whole batch from coming in, for ever.
    """

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


async def poll(bot: Bot, inbox: Inbox, allowed: list[str]) -> None:
    """For ever. The next request confirms a batch, so it is made only after the inbox has stored that batch."""
    offset: int | None = None
    pause = 1.0
    while True:
        try:
            request = RawUpdates(offset=offset, timeout=_POLL_SECONDS, allowed_updates=allowed)
            updates = await bot(request, request_timeout=_POLL_SECONDS + 15)
            pause = 1.0
        except TelegramRetryAfter as error:
            await asyncio.sleep(error.retry_after)
            continue
        except AiogramError as error:
            log.warning("no updates (%s); trying again", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30)
            continue
        if updates:
            try:
                await asyncio.shield(inbox.receive(updates))
            except Exception as error:  # the database is away: what is not stored is not confirmed
                log.error("updates could not be stored (%s); trying again", type(error).__name__)
                await asyncio.sleep(pause)
                continue
            offset = int(updates[-1]["update_id"]) + 1


async def serve_webhook(bot: Bot, inbox: Inbox, settings: Settings, *routes: Routes) -> None:
    """Serve until cancelled, then stop taking requests; what was taken is stored."""
    assert settings.webhook_secret is not None and settings.webhook_url is not None
    secret = settings.webhook_secret.get_secret_value()

    def webhook(app: web.Application) -> None:
        app.router.add_post("/{path:.*}", webhook_handler(inbox, secret))

    async with serving(settings, webhook, *routes):
        await bot.set_webhook(settings.webhook_url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
        await asyncio.Event().wait()


async def poll_and_serve(bot: Bot, inbox: Inbox, settings: Settings, *routes: Routes) -> None:
    """Poll, and serve what is not for Telegram. Until cancelled."""
    async with serving(settings, *routes):
        await poll(bot, inbox, ALLOWED_UPDATES)


@contextlib.asynccontextmanager
async def serving(settings: Settings, *routes: Routes) -> AsyncIterator[int]:
    """The web server with these routes; its port. Requests under way have five seconds to end."""
    app = web.Application(client_max_size=_BODY_LIMIT)
    for add in routes:
        add(app)
    app.router.add_get("/healthz", _healthy)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.listen_host, settings.listen_port, ssl_context=tls_context(settings))
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def webhook_handler(inbox: Inbox, secret: str):  # type: ignore[no-untyped-def]
    """Answers as soon as the update is stored: 200; 403 without the secret; 400 for what is no update."""
    expected = secret.encode()

    async def handle(request: web.Request) -> web.Response:
        # As bytes: a header with other letters must be a plain no, not an error.
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            return web.Response(status=403)
        try:
            update = json.loads(await request.read())
            number = update["update_id"]
        except (ValueError, KeyError, TypeError):
            return web.Response(status=400)
        if not isinstance(number, int) or isinstance(number, bool):
            return web.Response(status=400)
        await asyncio.shield(inbox.receive([update]))
        return web.Response()

    return handle


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS 1.3 and nothing older, as the policy says; None behind a proxy that does it."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(settings.tls_cert, settings.tls_key)
    return context


async def _healthy(request: web.Request) -> web.Response:
    return web.Response(text="ok")
