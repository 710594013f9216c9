"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`.

Attack answered: a web page that sends forms to this port. Browsers mark what they send, and bots are no
browsers. An unguessable token is still needed, as at Telegram.
"""

from __future__ import annotations

import json

from aiohttp import web

from . import methods
from .refusals import ConnectionLost, Refusal
from .world import World

BODY_LIMIT = 64 * 1024 * 1024
"""Above the 50 MB of an upload, so that a file which is a little too big is refused in words."""


class BotApi:
    def __init__(self, world: World) -> None:
        self.world = world

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/bot{token}/{method}", self.call)
        router.add_get("/file/bot{token}/{path:.+}", self.download)

    async def call(self, request: web.Request) -> web.StreamResponse:
        if "Origin" in request.headers or "Sec-Fetch-Site" in request.headers:
            raise web.HTTPForbidden(text="the Bot API is for bots, not for browsers")
        name = request.match_info["method"]
        try:
            form = await read_form(request)
            answer = await methods.answer(self.world, request.match_info["token"], name, form)
        except web.HTTPRequestEntityTooLarge:
            body = {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}
            return web.json_response(body, status=413)
        except ConnectionLost:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        return web.Response(text=answer.text, status=answer.status, content_type="application/json")

    async def download(self, request: web.Request) -> web.Response:
        try:
            methods.require_token(self.world, request.match_info["token"])
        except Refusal as refusal:
            return web.Response(status=refusal.error_code, text=refusal.description)
        file = self.world.files.find_by_path(request.match_info["path"])
        if file is None:
            return web.Response(status=404, text="Not Found")
        return web.Response(body=file.content, content_type="application/octet-stream")


async def read_form(request: web.Request) -> methods.Form:
    """Query, urlencoded, multipart or JSON, into one shape."""
    fields = dict(request.query)
    files: dict[str, methods.Upload] = {}
    if request.content_type == "application/json":
        raw = await request.text()
        try:
            values = json.loads(raw) if raw else {}
        except ValueError:
            values = {}
        form = methods.Form.from_json(values if isinstance(values, dict) else {})
        return methods.Form({**fields, **form.fields})
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = methods.Upload(value.filename, value.file.read())
        elif isinstance(value, bytes | bytearray):
            files[name] = methods.Upload(name, bytes(value))
        else:
            fields[name] = value
    return methods.Form(fields, files)
