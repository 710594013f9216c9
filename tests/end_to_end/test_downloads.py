"""A large export over HTTPS, by the program's own web server with TLS 1.3."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app import Core, open_core
from bot.core import accounts, cases, deletion, exports
from bot.core.audit import Tag
from bot.core.cases import Right
from bot.core.clock import FixedClock
from bot.core.exports.package import CHUNK_BYTES
from bot.core.ports import Tx
from bot.settings import Settings
from bot.telegram.downloads import Downloads, download_path
from bot.telegram.intake import serving
from tests.end_to_end.test_tls import certificate

CONTENT = os.urandom(24 * CHUNK_BYTES + 4711)
"""More than a socket's buffers hold, so that an interrupted download is noticed."""
_NOT_VERIFIED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_NOT_VERIFIED.check_hostname, _NOT_VERIFIED.verify_mode = False, ssl.CERT_NONE


@dataclass
class Desk:
    """A package that waits, and the server that gives it out."""

    core: Core
    clock: FixedClock
    session: aiohttp.ClientSession
    base: str
    subject: str
    package: str

    async def link(self) -> str:
        """A new link's address."""
        token, _until = await self.core.database.write(lambda tx: exports.links.issue(tx, self.subject, self.package))
        return self.base + download_path("EU", token)

    async def get(self, url: str, start: int = 0, **headers: str) -> tuple[int, bytes]:
        wanted = headers | ({"Range": f"bytes={start}-"} if start else {})
        async with self.session.get(url, headers=wanted) as answer:
            return answer.status, await answer.read()

    async def interrupted(self, url: str, after: int) -> bytes:
        """The beginning; then the connection is cut as a train cuts it in a tunnel."""
        got = bytearray()
        async with self.session.get(url) as answer:
            assert answer.status == 200
            while len(got) < after:
                got += await answer.content.read(after - len(got))
            assert answer.connection is not None and answer.connection.transport is not None
            answer.connection.transport.abort()
        await self.is_free()
        return bytes(got)

    async def is_free(self) -> None:
        """Until the server knows that nobody reads any more."""
        deadline = time.monotonic() + 20
        while any(link.held_by for link in await self.core.database.read(lambda tx: tx.download_links.select())):
            assert time.monotonic() < deadline, "the link is still held"
            await asyncio.sleep(0.02)

    async def delivered(self) -> int:
        return await self.core.database.read(lambda tx: tx.audit.count(tag=Tag.EXPORT_DELIVERED.value))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def desk(tmp_path: Path, certificates: tuple[Path, Path]) -> AsyncIterator[Desk]:
    cert, key = certificates
    clock = FixedClock(datetime(2026, 3, 23, 9, 0, tzinfo=UTC))
    settings = Settings(data_dir=tmp_path, tls_cert=cert, tls_key=key, listen="127.0.0.1:0")
    core = await open_core(settings, clock)

    def furnish(tx: Tx) -> tuple[str, str]:
        account, _new = accounts.open_for_telegram(tx, 1001)
        case = cases.open_case(tx, account, Right.EXPORT)
        tx.keys.create("package:x")
        expires = clock.now() + timedelta(days=7)
        tx.packages.add(exports.Package("p1", account.id, case.id, "package:x", clock.now(), expires, len(CONTENT), 2))
        for number in range(-(-len(CONTENT) // CHUNK_BYTES)):
            block = CONTENT[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
            tx.chunks.add(exports.Chunk(f"package:x.{number:06d}", "package:x", number, block))
        return account.id, "p1"

    subject, package = await core.database.write(furnish)
    route = Downloads({"EU": core.database}.get, per_minute=30)
    async with (
        serving(settings, route) as port,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=_NOT_VERIFIED)) as session,
    ):
        yield Desk(core, clock, session, f"https://127.0.0.1:{port}", subject, package)
    await core.stop()


async def test_a_link_works_once(desk: Desk) -> None:
    """All of it, as a file; then 410. That it was delivered is on record, once."""
    url = await desk.link()
    async with desk.session.get(url) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/zip"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="export-EXP-')
        assert answer.headers["Cache-Control"] == "no-store"
        assert await answer.read() == CONTENT
    await desk.is_free()
    assert await desk.delivered() == 1
    assert (await desk.get(url))[0] == 410
    assert await desk.delivered() == 1


async def test_used_expired_and_unknown_are_told_the_same(desk: Desk) -> None:
    """Nobody learns which of them it was, nor which regions there are."""
    used = await desk.link()
    await desk.get(used)
    await desk.is_free()
    unknown, elsewhere = desk.base + download_path("EU", "A" * 43), desk.base + download_path("XX", "A" * 43)
    answers = [await desk.get(url) for url in (used, unknown, elsewhere, desk.base + "/download/EU/..%2F")]
    expired = await desk.link()
    desk.clock.move(timedelta(hours=24))
    answers.append(await desk.get(expired))
    assert {status for status, _body in answers} == {410}
    assert len({body for _status, body in answers}) == 1
    german = await desk.get(unknown, **{"Accept-Language": "de-AT,de;q=0.9"})
    assert german[0] == 410 and german[1] not in {body for _status, body in answers}


async def test_an_interrupted_download_goes_on_where_it_stopped(desk: Desk) -> None:
    """Twice cut, then whole; the link is used up only then."""
    url = await desk.link()
    got = await desk.interrupted(url, 3 * CHUNK_BYTES + 100)
    assert await desk.delivered() == 0
    status, rest = await desk.get(url, start=len(got))
    assert status == 206
    assert got + rest == CONTENT
    await desk.is_free()
    assert await desk.delivered() == 1
    assert (await desk.get(url))[0] == 410


async def test_nothing_can_be_skipped(desk: Desk) -> None:
    """Who asks for the end without the beginning gets all of it: else the link would be used up by its last byte."""
    url = await desk.link()
    status, body = await desk.get(url, start=len(CONTENT) - 1)
    assert (status, body) == (200, CONTENT)


async def test_the_end_can_be_fetched_again_for_a_short_while(desk: Desk) -> None:
    """It left here, but may not have arrived; from its beginning it cannot be had any more."""
    url = await desk.link()
    await desk.get(url)
    await desk.is_free()
    desk.clock.move(timedelta(minutes=14))
    assert await desk.get(url, start=len(CONTENT) - 1000) == (206, CONTENT[-1000:])
    await desk.is_free()
    assert (await desk.get(url))[0] == 410
    desk.clock.move(timedelta(minutes=2))
    assert (await desk.get(url, start=len(CONTENT) - 1000))[0] == 410
    assert await desk.delivered() == 1


async def test_of_two_at_once_one_wins(desk: Desk) -> None:
    """The other is told to wait, and later that it is over."""
    url = await desk.link()
    answers = await asyncio.gather(*(desk.get(url) for _ in range(2)))
    assert sorted(status for status, _body in answers) in ([200, 409], [200, 410])
    assert [body for status, body in answers if status == 200] == [CONTENT]
    async with desk.session.get(await desk.link()) as slow:
        assert slow.status == 200
        await slow.content.readexactly(10)
        second = await desk.get(str(slow.url))
        assert second[0] == 409
        assert b"already" in second[1]


async def test_a_new_link_ends_the_one_being_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection is cut, and what came so far is no whole file."""
    monkeypatch.setattr("bot.telegram.downloads._BEAT_SECONDS", 0.0)
    async with desk.session.get(await desk.link()) as answer:
        await answer.content.readexactly(10)
        await desk.link()
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.content.read()


@pytest.mark.parametrize("how", ["destroyed", "closed"])
async def test_no_link_outlives_what_it_leads_to(desk: Desk, how: str) -> None:
    """A package that was destroyed; an account that is being deleted."""
    url = await desk.link()

    def end(tx: Tx) -> None:
        if how == "destroyed":
            exports.destroy(tx, tx.packages.get(id=desk.package))
        else:
            deletion.begin(tx, tx.accounts.get(id=desk.subject))

    await desk.core.database.write(end)
    assert (await desk.get(url))[0] == 410
    assert await desk.delivered() == 0


async def test_a_request_that_died_holds_a_link_for_a_minute(desk: Desk) -> None:
    """A process was killed in the middle: nobody let go of the link."""
    url = await desk.link()
    token = url.rpartition("/")[2]
    await desk.core.database.write(lambda tx: exports.links.begin(tx, token))
    assert (await desk.get(url))[0] == 409
    desk.clock.move(exports.links.HOLD + timedelta(seconds=1))
    assert await desk.get(url) == (200, CONTENT)


async def test_who_asks_too_often_waits(desk: Desk) -> None:
    """Also for a link that is good; and the others on the server are not asked."""
    unknown = desk.base + download_path("EU", "A" * 43)
    statuses = [(await desk.get(unknown))[0] for _ in range(40)]
    assert statuses[:30] == [410] * 30 and 429 in statuses[30:]
    assert (await desk.get(await desk.link()))[0] == 429


async def test_memory_stays_bounded(desk: Desk) -> None:
    """Whoever reads slowly is not fed into a buffer: the server is never more than a few blocks ahead."""
    async with desk.session.get(await desk.link()) as answer:
        await answer.content.readexactly(10)
        await asyncio.sleep(0.5)
        asked = await desk.core.database.read(lambda tx: tx.download_links.select())
        assert not asked[0].finished_at, "the server holds the rest back"
        assert (await answer.content.read()) == CONTENT[10:]
