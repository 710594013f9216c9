"""Killed at every step, an erasure and an export are done again from there, and end right and once."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core import exports, work
from bot.core.audit import Tag
from bot.core.cases import Status
from bot.core.clock import FixedClock
from bot.core.erasure.job import STEPS, Eraser
from bot.core.erasure.ledger import Ledger
from bot.core.erasure.sources import left
from bot.core.keys.ring import LEDGER, SIGNING
from bot.telegram.package_texts import package_texts
from tests.core.house import NOON, SECRET, Fate, FatedAnchor, FatedEngine, FatedLines, Home, House, open_house


class Killed(BaseException):
    """The process is gone."""


def _raise() -> None:
    raise Killed


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _one_round(house: House, fate: Fate) -> None:
    """Everything that is due, with points at which this process may end."""
    safe = house.core.safe
    lines, anchor = FatedLines(safe.erasures, fate), FatedAnchor(safe.keys.anchor("EU/erasures"), fate)
    ledger = Ledger(lines, lambda: house.ring.newest_keys(LEDGER), anchor)

    def compact() -> None:
        fate.point()
        house.compact()
        fate.point()

    eraser = Eraser(ledger, house.ring, compact)
    build = exports.make_build_job(lambda _locale: package_texts("en"), lambda: house.ring.named(SIGNING))
    jobs = {**house.jobs(), "deletion.erase": eraser.erase_job, exports.JOB: build}
    engine = FatedEngine(house, fate)
    while taken := house.do(lambda tx: work.claim(tx, kinds=tuple(jobs))):
        for item in taken:
            jobs[item.kind](engine, item)


def _ask_for_deletion(house: House) -> str:
    subject = house.person()
    house.delete(subject)
    house.clock.move(timedelta(days=7))
    return subject


def _ask_for_export(house: House) -> str:
    subject = house.person()
    house.do(lambda tx: exports.ask(tx, tx.accounts.get(id=subject)))
    return subject


def _erased_once(house: House, subject: str) -> None:
    [case] = house.look(lambda tx: tx.cases.select())
    assert (case.status, case.subject) == (Status.PURGING, "")
    assert house.look(lambda tx: left(tx, subject, "")) == ()
    [entry] = house.core.safe.ledger_of_erasures(house.ring).entries()
    assert (entry.ref, entry.steps, entry.subject) == (case.id, STEPS, house.ledger.recognise(subject))
    assert house.look(lambda tx: tx.certificates.count()) == 1
    told = house.look(lambda tx: [row for row in tx.outbox.select() if row.lane == f"erased:{case.id}"])
    assert [row.due_at <= house.clock.now() for row in told] == [True]
    assert (told[0].payload or {})["data"]["chat_id"] == 4711
    for tag in (Tag.ACCOUNT_ERASED, Tag.KEY_SHREDDED, Tag.ERASURE_VERIFIED):
        assert house.look(lambda tx, tag=tag: tx.audit.count(tag=tag.value)) == 1
    purge = house.look(lambda tx: tx.work.select(state="waiting"))
    assert [(item.kind, item.due_at) for item in purge if item.kind != "deletion.remind"] == [("deletion.purged", case.purge_by)]


def _exported_once(house: House, subject: str) -> None:
    [package] = house.look(lambda tx: tx.packages.select())
    assert house.look(lambda tx: tx.work.count(state="waiting")) == 0, "only its arrival in the chat is waited for"
    assert house.look(lambda tx: tx.chunks.count()) == house.look(lambda tx: tx.chunks.count(subject=package.key))
    with zipfile.ZipFile(io.BytesIO(house.look(lambda tx: exports.part(tx, package.id, 0)))) as archive:
        assert archive.testzip() is None
        assert any(SECRET in archive.read(name).decode(errors="ignore") for name in archive.namelist())
    ready = [row for row in house.look(lambda tx: tx.outbox.select()) if (row.payload or {}).get("notice") == "export_ready"]
    assert len(ready) == 1
    assert house.look(lambda tx: tx.audit.count(tag=Tag.EXPORT_BUILT.value)) == 1


Check = Callable[[House, str], None]
KINDS = [pytest.param(_ask_for_deletion, _erased_once, id="erasure"), pytest.param(_ask_for_export, _exported_once, id="export")]


async def _until_it_ends(home: Home, clock: FixedClock, subject: str, check: Check) -> None:
    """A new process, after the dead one's lease."""
    clock.move(work.LEASE + timedelta(seconds=1))
    async with open_house(home, clock) as house:
        _one_round(house, Fate(0, _raise))
        check(house, subject)


@pytest.mark.parametrize(("ask", "check"), KINDS)
async def test_killed_before_and_after_every_step(home: Home, ask: Callable[[House], str], check: Check) -> None:
    """Every transaction, every line of the ledger, its anchor, the compaction: the points are counted, not listed."""
    at = passed = 0
    while at <= passed:
        at += 1
        here, clock = await home.another(str(at)), FixedClock(NOON)
        async with open_house(here, clock) as house:
            subject, fate = ask(house), Fate(at, _raise)
            try:
                _one_round(house, fate)
            except Killed:
                passed = max(passed, at)
        await _until_it_ends(here, clock, subject, check)
    assert passed >= 8


@pytest.mark.parametrize(("ask", "check"), KINDS)
def test_a_real_kill_at_every_step(home: Home, ask: Callable[[House], str], check: Check) -> None:
    """SIGKILL of a real process: no handler runs, nothing is flushed; what was acknowledged is there. (On PostgreSQL at some
    steps: the test above has all of them.)"""

    async def live(here: Home, clock: FixedClock, at: int) -> None:
        async with open_house(here, clock) as house:
            _one_round(house, Fate(at, _kill))

    async def prepare(at: int, clock: FixedClock) -> tuple[Home, str]:
        here = await home.another(str(at))
        async with open_house(here, clock) as house:
            return here, ask(house)

    at, stride, kills = 1, 5 if home.on_postgres else 1, 0
    while True:
        clock = FixedClock(NOON)
        here, subject = asyncio.run(prepare(at, clock))
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(live(here, clock, at))
            finally:
                os._exit(0)
        _pid, status = os.waitpid(child, 0)
        asyncio.run(_until_it_ends(here, clock, subject, check))
        if not os.WIFSIGNALED(status):
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        kills, at = kills + 1, at + stride
    assert kills * stride >= 8
