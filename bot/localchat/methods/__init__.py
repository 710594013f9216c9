"""The Bot API: one entrance for calls over HTTP and in process, so both are refused alike."""

from __future__ import annotations

import hmac
import inspect
import json
from dataclasses import dataclass

from ..people import Json
from ..refusals import Refusal
from ..world import World
from . import about_bot, editing, groups, queries, receiving, sending
from .call import Call
from .params import Form, Upload
from .registry import METHODS

__all__ = [
    "Answer",
    "Form",
    "Upload",
    "about_bot",
    "answer",
    "editing",
    "groups",
    "queries",
    "receiving",
    "sending",
]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Json

    @property
    def text(self) -> str:
        return json.dumps(self.body, ensure_ascii=False)


async def answer(world: World, token: str, name: str, form: Form) -> Answer:
    """Telegram's answer to one call. Raises `ConnectionLost` only for a fault that asks for it."""
    try:
        require_token(world, token)
        return Answer(200, {"ok": True, "result": await _result(world, name, form)})
    except Refusal as refusal:
        body: Json = {"ok": False, "error_code": refusal.error_code, "description": refusal.description}
        parameters = {
            key: value
            for key, value in (
                ("retry_after", refusal.retry_after),
                ("migrate_to_chat_id", refusal.migrate_to_chat_id),
            )
            if value is not None
        }
        if parameters:
            body["parameters"] = parameters
        return Answer(refusal.error_code, body)


def require_token(world: World, token: str) -> None:
    """A token of the wrong shape is an unknown address; a wrong one is unauthorized."""
    number, _, secret = token.partition(":")
    if not number.isdigit() or not secret:
        raise Refusal(404, "Not Found")
    if not hmac.compare_digest(token.encode(), world.token.encode()):
        raise Refusal(401, "Unauthorized")


async def _result(world: World, name: str, form: Form) -> object:
    function = METHODS.get(name.lower())
    if function is None:
        raise Refusal(404, "Not Found: method not found")
    raw = form.fields.get("chat_id", "")
    chat_id = int(raw) if raw.lstrip("-").isdigit() else None
    world.faults.strike(name, chat_id, after_the_deed=False)
    result = function(Call(world, form))
    if inspect.isawaitable(result):
        result = await result
    world.faults.strike(name, chat_id, after_the_deed=True)
    return result
