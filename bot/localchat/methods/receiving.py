"""How the bot hears: long polling or a webhook, never both."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlparse

from ..people import Json
from ..refusals import bad_request, conflict
from ..updates import Webhook
from .call import Call
from .registry import method

LONGEST_POLL = 50


@method("getUpdates")
async def get_updates(call: Call) -> list[Json]:
    """Waits up to `timeout` seconds. A second poll ends the first with 409, as two running bots would see."""
    updates = call.world.updates
    if updates.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    if "allowed_updates" in call.form.fields:
        updates.allow(call.list("allowed_updates") or [])
    offset = call.integer("offset")
    limit = min(max(call.integer("limit") or 100, 1), 100)
    if offset > 0:
        updates.confirm_below(offset)
    updates.poll_number += 1
    mine = updates.poll_number
    updates.wake()
    deadline = asyncio.get_running_loop().time() + min(call.integer("timeout"), LONGEST_POLL)
    while not (found := updates.pending(offset, limit)):
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return []
        await updates.wait(left)
        if updates.poll_number != mine:
            raise conflict(
                "terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        if updates.webhook is not None:
            raise conflict("terminated by setWebhook request")
    return found


@method("setWebhook")
def set_webhook(call: Call) -> bool:
    updates = call.world.updates
    url = call.text("url")
    secret = call.text("secret_token")
    if url:
        _require_webhook_url(url)
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    if "allowed_updates" in call.form.fields:
        updates.allow(call.list("allowed_updates") or [])
    if call.flag("drop_pending_updates"):
        updates.drop_all()
    certificate = call.form.files.get(call.text("certificate").removeprefix("attach://") or "certificate")
    pem = certificate.content.decode() if certificate else ""
    updates.webhook = Webhook(url, secret, call.integer("max_connections") or 40, pem) if url else None
    updates.wake()
    return True


def _require_webhook_url(url: str) -> None:
    """HTTPS; plain HTTP only to this machine, as Telegram's own local server allows."""
    parts = urlparse(url)
    is_local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme == "http" and is_local:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not is_local and parts.port not in (None, 443, 80, 88, 8443):
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


@method("deleteWebhook")
def delete_webhook(call: Call) -> bool:
    if call.flag("drop_pending_updates"):
        call.world.updates.drop_all()
    call.world.updates.webhook = None
    call.world.updates.wake()
    return True


@method("getWebhookInfo")
def get_webhook_info(call: Call) -> Json:
    updates = call.world.updates
    info: Json = {
        "url": updates.webhook.url if updates.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending()),
    }
    if updates.webhook:
        info["max_connections"] = updates.webhook.max_connections
        if updates.webhook.last_error:
            info["last_error_message"] = updates.webhook.last_error
            info["last_error_date"] = updates.webhook.last_error_at
    if updates.allowed:
        info["allowed_updates"] = updates.allowed
    return info


@method("logOut")
def log_out(call: Call) -> bool:
    return True


@method("close")
def close(call: Call) -> bool:
    return True
