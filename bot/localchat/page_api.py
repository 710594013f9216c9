"""The page and what it calls, under /chat/. Only for whoever has the printed address.

Attack answered: another web page, open in the same browser, that moves the clock or reads the chats. It
cannot know the key, its Origin is refused, and a name it points at this machine (DNS rebinding) is not in the
list of hosts. The Bot API beside it is protected by the token, as Telegram's is.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlparse

from aiohttp import web

from .clock import MovableClock
from .page_acts import Act, perform
from .page_view import event_view, state_view
from .people import Json
from .refusals import NotPossible
from .seat import Seat
from .world import World

ClockHook = Callable[[datetime], Awaitable[None]]

PAGE = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PREVIEWED = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
HEARTBEAT_SECONDS = 15


class PageApi:
    def __init__(
        self,
        world: World,
        clock: MovableClock,
        key: str,
        hosts: frozenset[str],
        on_clock_moved: ClockHook | None,
    ) -> None:
        self.world = world
        self.clock = clock
        self.key = key
        self.hosts = hosts
        self.on_clock_moved = on_clock_moved
        self._streams: set[asyncio.Task[object]] = set()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/", self.to_page)
        router.add_get("/chat/", self.index)
        router.add_get("/chat/page/{name}", self.static)
        router.add_get("/chat/state", self.state)
        router.add_get("/chat/events", self.events)
        router.add_post("/chat/act", self.act)
        router.add_post("/chat/upload", self.upload)
        router.add_get("/chat/files/{path:.+}", self.file)
        router.add_post("/chat/clock", self.move_clock)
        router.add_post("/chat/fault", self.fault)

    # The page itself

    async def to_page(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/chat/")

    async def index(self, request: web.Request) -> web.Response:
        return await self._page_file("index.html")

    async def static(self, request: web.Request) -> web.Response:
        return await self._page_file(request.match_info["name"])

    async def _page_file(self, name: str) -> web.Response:
        path = PAGE / name
        if path.parent != PAGE or not path.is_file():
            raise web.HTTPNotFound
        kinds = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
        content_type = kinds.get(path.suffix, "application/octet-stream")
        return web.Response(
            body=path.read_bytes(), content_type=content_type, charset="utf-8", headers=HEADERS
        )

    # What a person sees

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(
            state_view(self._seat(request, request.query.get("as", ""))), headers=HEADERS
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events after a number. Ends when the browser goes or the server stops."""
        seat = self._seat(request, request.query.get("as", ""))
        number = int(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            for event in self.world.journal.since(number):
                number = event.number
                view = event_view(seat, event)
                if view is not None:
                    await response.write(f"id: {number}\ndata: {json.dumps(view)}\n\n".encode())
            try:
                await asyncio.wait_for(self.world.journal.wait_beyond(number), HEARTBEAT_SECONDS)
            except TimeoutError:
                await response.write(b": still here\n\n")
        return response

    async def file(self, request: web.Request) -> web.Response:
        """Pictures are shown, everything else is only ever saved: an uploaded page must not run here."""
        seat = self._seat(request, request.query.get("as", ""))
        file = self.world.files.find_by_path(request.match_info["path"])
        seen = (message for chat in seat.chats() for message in seat.sees(chat))
        if file is None or not any(message.file is file for message in seen):
            raise web.HTTPNotFound
        suffix = file.name.rpartition(".")[2].lower()
        content_type = PREVIEWED.get(suffix, "application/octet-stream")
        response = web.Response(body=file.content, content_type=content_type, headers=HEADERS)
        if file.kind != "photo" or suffix not in PREVIEWED:
            response.headers["Content-Disposition"] = "attachment"
        return response

    # What a person does

    async def act(self, request: web.Request) -> web.Response:
        values = await self._body(request)
        try:
            seat = self._seat(request, str(values.get("as", "")))
            return web.json_response(perform(self.world.person(seat.id), values), headers=HEADERS)
        except (NotPossible, KeyError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=409, headers=HEADERS)

    async def upload(self, request: web.Request) -> web.Response:
        self._require_key(request)
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField):
            raise web.HTTPBadRequest(text="no file")
        values = {name: value for name, value in form.items() if isinstance(value, str)}
        actor = self.world.person(self._seat(request, values.get("as", "")).id)
        act = Act(actor, dict(values))
        try:
            message = actor.sends_file(
                file.filename,
                file.file.read(),
                act.chat,
                caption=act.text("caption"),
                kind="photo" if values.get("kind") == "photo" else "document",
                thread=act.thread,
                reply_to=act.reply_to,
            )
        except NotPossible as error:
            return web.json_response({"error": str(error)}, status=409, headers=HEADERS)
        return web.json_response({"message_id": message.id}, headers=HEADERS)

    async def move_clock(self, request: web.Request) -> web.Response:
        """`{"hours": n}`. Answers when everything that fell due has run."""
        values = await self._body(request)
        try:
            self.clock.move(timedelta(hours=float(values.get("hours", 0))))
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=409, headers=HEADERS)
        self.world.journal.note("clock", 0, 0)
        if self.on_clock_moved is not None:
            await self.on_clock_moved(self.clock.now())
        return web.json_response({"now": int(self.clock.now().timestamp())}, headers=HEADERS)

    async def fault(self, request: web.Request) -> web.Response:
        """For black-box tests: the arguments of `World.fail_next`."""
        values = await self._body(request)
        self.world.fail_next(**values)
        return web.json_response({}, headers=HEADERS)

    # Who may

    def _seat(self, request: web.Request, who: str) -> Seat:
        """By id or name; whoever names nobody is the first person."""
        self._require_key(request)
        try:
            who = who or str(next(iter(self.world.people), ""))
            return self.world.person(int(who) if who.isdigit() else who)
        except LookupError as error:
            raise web.HTTPNotFound(text=str(error)) from error

    async def _body(self, request: web.Request) -> Json:
        self._require_key(request)
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        values = await request.json()
        if not isinstance(values, dict):
            raise web.HTTPBadRequest
        return values

    def _require_key(self, request: web.Request) -> None:
        host = urlparse(f"//{request.host}").hostname or ""
        origin = request.headers.get("Origin")
        if host not in self.hosts or (origin is not None and urlparse(origin).netloc != request.host):
            raise web.HTTPForbidden(text="not from here")
        given = request.headers.get("X-Chat-Key") or request.query.get("key", "")
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            raise web.HTTPForbidden(text="open the address that was printed at the start, with its key")
