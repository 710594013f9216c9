"""The local chat as a running server: Bot API, page, webhook courier, on one port."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from .bot_api import BODY_LIMIT, BotApi
from .chats import GroupPlan
from .clock import MovableClock
from .page_api import ClockHook, PageApi
from .people import BotIdentity, Person
from .trouble import GENEROUS, FloodRule
from .webhook import WebhookCourier
from .world import World


@dataclass
class LocalChat:
    """`api_url` is the base for `TelegramAPIServer.from_base`, `page_url` is for a person's browser."""

    world: World
    api_url: str
    page_url: str
    key: str
    _runner: web.AppRunner
    _courier: asyncio.Task[None]

    async def stop(self) -> None:
        self._courier.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._courier
        await self._runner.cleanup()


async def start_local_chat(
    listen_host: str = "127.0.0.1",
    port: int = 0,
    *,
    token: str,
    clock: MovableClock,
    people: Iterable[Person],
    groups: Iterable[GroupPlan] = (),
    on_clock_moved: ClockHook | None = None,
    bot: BotIdentity | None = None,
    flood: FloodRule | None = GENEROUS,
    key: str = "",
) -> LocalChat:
    """Port 0 takes a free one. Without a `key` a random one is made; it is part of `page_url`.

    `token` should be random for each start: whoever knows it can act as the bot. `on_clock_moved` is awaited
    after each move of the clock, before the page hears that it is done.
    """
    world = World(clock=clock, token=token, bot=bot, people=people, groups=groups, flood=flood)
    key = key or secrets.token_urlsafe(16)
    hosts = frozenset({"127.0.0.1", "localhost", "::1", listen_host})
    app = web.Application(client_max_size=BODY_LIMIT)
    BotApi(world).add_routes(app.router)
    PageApi(world, clock, key, hosts, on_clock_moved).add_routes(app.router)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, listen_host, port)
    await site.start()
    bound_port = runner.addresses[0][1]
    shown_host = "127.0.0.1" if listen_host in ("0.0.0.0", "::", "") else listen_host  # noqa: S104 (compared, not bound)
    base = f"http://{shown_host}:{bound_port}"
    courier = asyncio.create_task(WebhookCourier(world).run())
    return LocalChat(world, base, f"{base}/chat/?key={key}", key, runner, courier)
