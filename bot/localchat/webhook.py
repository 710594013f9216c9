"""Delivers updates to a webhook as Telegram does: one POST each, again until the answer is 2xx."""

from __future__ import annotations

import asyncio
import ssl

import aiohttp

from . import methods, shapes
from .people import Json
from .updates import Webhook
from .world import World

ANSWER_WITHIN_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a name)


class WebhookCourier:
    """Runs for as long as its task; real pauses, because it talks to a real socket."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        async with aiohttp.ClientSession() as session:
            while True:
                webhook = self.world.updates.webhook
                waiting = self.world.updates.pending(limit=1)
                if webhook is None or not waiting:
                    await self.world.updates.wait(None)
                    continue
                error = await self._deliver(session, webhook, waiting[0])
                if not error:
                    self.world.updates.confirm(waiting[0]["update_id"])
                    pause = FIRST_PAUSE_SECONDS
                    continue
                webhook.last_error, webhook.last_error_at = error, shapes.unix(self.world.now())
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _deliver(self, session: aiohttp.ClientSession, webhook: Webhook, update: Json) -> str:
        """What went wrong, in Telegram's words; empty if the bot took it."""
        headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
        try:
            async with session.post(
                webhook.url,
                json=update,
                headers=headers,
                ssl=_trust(webhook),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_SECONDS),
            ) as response:
                body = await response.read()
                if not 200 <= response.status < 300:
                    return f"Wrong response from the webhook: {response.status} {response.reason}"
                await self._act_on(response, body)
                return ""
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"

    async def _act_on(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        """A webhook may answer with one method call as JSON; nobody hears its result."""
        if response.content_type != "application/json" or not body:
            return
        call = await response.json()
        if isinstance(call, dict) and "method" in call:
            name = str(call.pop("method"))
            await methods.answer(self.world, self.world.token, name, methods.Form.from_json(call))


def _trust(webhook: Webhook) -> ssl.SSLContext | bool:
    if not webhook.certificate:
        return True
    context = ssl.create_default_context(cadata=webhook.certificate)
    # A self-signed certificate given to setWebhook is trusted as it is, whatever its name.
    context.check_hostname = False
    return context
