"""Exports over HTTPS: GET /download/<region>/<token>, once (bot/core/exports/links.py has the rules).

Streams from the sealed chunks, one mebibyte in memory at a time. `Range: bytes=N-` goes on with an interrupted download. A link
that is unknown, used or expired is 410 with the same words each time; 409 while another request reads it; 429 for an address that
asks too often, which is remembered in memory for a minute. Nothing about a request is logged.

Each process counts for itself, so several behind one address allow several times as much. That is left so: the count saves work, it
guards nothing. What guards is the token: with 2²⁵⁶ of them a guess is as hopeless at a thousand times the rate. A count that processes
share would write to the database for each request, which is more than the look-up that it saves, and keep a mark of each address
(even keyed: of a person) where none is kept now.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from aiohttp import web

from bot.core.errors import LinkBusyError, LinkError, PrivacyError
from bot.core.exports import links
from bot.core.exports.links import Download
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.storage import Database
from bot.telegram.locales import resolve
from bot.telegram.texts import Line, _, speaking

T = TypeVar("T")
log = logging.getLogger(__name__)

_STALLED_SECONDS = 30
"""A reader that takes nothing for so long is gone."""
_BEAT_SECONDS = 5.0
_AT_ONCE = 16
_ADDRESSES = 4096
_REST = re.compile(r"bytes=(\d{1,15})-")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
}


def download_path(region: str, token: str) -> str:
    """Where a link leads, below the public address."""
    return f"/download/{region.lower()}/{token}"


class Downloads:
    """The route. `database_of` gives the database of a region, or None for one that is not open here."""

    def __init__(
        self,
        database_of: Callable[[str], Database | None],
        per_minute: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database_of = database_of
        self._tries = _Tries(per_minute, monotonic)
        self._free = asyncio.Semaphore(_AT_ONCE)

    def __call__(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_get(download_path("{region}", "{token}"), self.serve, allow_head=False)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        with speaking(resolve(request.headers.get("Accept-Language", "").partition(",")[0])):
            if not self._tries.allows(request.remote or "") or self._free.locked():
                return _refusal(429, _("Too many requests at the moment. Please try again in a minute."), retry_after=60)
            database = self._database_of(request.match_info["region"].upper())
            if database is None:
                return _gone()
            async with self._free:
                return await _answer(request, database)


async def _answer(request: web.Request, database: Database) -> web.StreamResponse:
    try:
        download = await database.write(lambda tx: _begin(tx, request), Purpose.DELIVERY)
    except LinkBusyError:
        return _refusal(409, _("This file is being downloaded already. Please wait until that has ended."), retry_after=30)
    except PrivacyError:
        return _gone()
    response = _head(download)
    sent, whole = download.start, False
    try:
        await response.prepare(request)
        beat = time.monotonic()
        while sent < download.package.size:
            block = await _read(database, download, sent)
            await asyncio.wait_for(response.write(block), _STALLED_SECONDS)
            sent += len(block)
            if time.monotonic() - beat > _BEAT_SECONDS:
                beat = time.monotonic()
                await database.write(lambda tx: links.proceed(tx, download, sent), Purpose.DELIVERY)  # noqa: B023
        await asyncio.wait_for(response.write_eof(), _STALLED_SECONDS)
        whole = True
    except (ConnectionError, TimeoutError, PrivacyError) as error:  # gone, stalled, or destroyed in the middle
        log.info("a download was interrupted (%s)", type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
    finally:
        await asyncio.shield(_leave(database, download, sent, whole=whole))
    return response


def _begin(tx: Tx, request: web.Request) -> Download:
    wanted = _REST.fullmatch(request.headers.get("Range", ""))
    download = links.begin(tx, request.match_info["token"], int(wanted[1]) if wanted else 0)
    condition = request.headers.get("If-Range")
    if download.start and (download.start >= download.package.size or condition not in (None, _etag(download))):
        raise LinkError
    return download


async def _read(database: Database, download: Download, position: int) -> bytes:
    return await database.read(lambda tx: links.block(tx, download, position), Purpose.DELIVERY)


async def _leave(database: Database, download: Download, sent: int, *, whole: bool) -> None:
    """Used up, or free to be gone on with. Not being able to say so only means that the link stays held for a minute."""
    with suppress(PrivacyError):
        await database.write(lambda tx: links.finish(tx, download) if whole else links.let_go(tx, download, sent), Purpose.DELIVERY)


def _head(download: Download) -> web.StreamResponse:
    size, start = download.package.size, download.start
    headers = _HEADERS | {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="export-{download.package.case}.zip"',
        "Content-Length": str(size - start),
        "Accept-Ranges": "bytes",
        "ETag": _etag(download),
    }
    if start:
        headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
    return web.StreamResponse(status=206 if start else 200, headers=headers)


def _etag(download: Download) -> str:
    return f'"{hashlib.sha256(download.package.id.encode()).hexdigest()[:32]}"'


def _gone() -> web.Response:
    return _refusal(410, _("This link was used already or has expired. Please ask for a new one."))


def _refusal(status: int, words: Line, *, retry_after: int | None = None) -> web.Response:
    headers = _HEADERS | ({"Retry-After": str(retry_after)} if retry_after else {})
    return web.Response(status=status, text=words.plain + "\n", headers=headers)


class _Tries:
    """How often each address asked within a minute. Bounded; forgets the address that has been quiet longest."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        now = self._monotonic()
        left, since = self._left.pop(address, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
        self._left[address] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > _ADDRESSES:
            self._left.popitem(last=False)
        return left >= 1
