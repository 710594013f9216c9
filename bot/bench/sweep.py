"""What the sweeps cost beside a million cases. `python -m bot.bench.sweep [cases]`

First with nothing due: one look of the case sweep, one of the sweep that ends the keeping of closed cases, and one of all sweeps
together, as a worker does every minute. Beside it the bare query. Then with ten thousand cases to acknowledge (each moved, told and
recorded in the audit chain) and ten thousand whose time is over; beside it, on SQLite, bare sqlite3 on a copy of the file: as many
cases found, moved or removed, with a message and an entry each, in the same batches, and nothing sealed, computed or checked.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot.app import Core
from bot.bench import databases
from bot.core import accounts, cases, retention
from bot.core.accounts import Account
from bot.core.cases import Case, Right
from bot.core.cases.table import Status
from bot.core.clock import Clock, FixedClock, SystemClock
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.storage.sqlite import prepare_sqlite
from bot.storage.transaction import Transaction
from bot.workers import SWEEPS

CASES, DUE = 1_000_000, 10_000
_AT_ONCE, _LOOKS, _PEOPLE = 10_000, 21, 100
_LATER, _MUCH_LATER = timedelta(days=1), timedelta(days=400)
_DUE_NOW = "SELECT id FROM cases WHERE look_at <= {} ORDER BY look_at, id LIMIT {}"


def people(tx: Tx) -> list[Account]:
    """Who is told of their cases."""
    return [accounts.open_for_telegram(tx, number)[0] for number in range(1, _PEOPLE + 1)]


async def fill(core: Core, count: int, due: int) -> None:
    """A million cases: most are worked on, some will be due, some were closed long ago. None is due yet."""
    owners = await core.database.write(people)
    now = core.clock.now()
    kept_until = await core.database.read(lambda tx: retention.before(tx, "case"))

    def case(number: int) -> Case:
        owner = owners[number % len(owners)]
        new, closed = number < due, due <= number < 2 * due
        status = Status.OPENED if new else Status.DONE if closed else Status.WORKING
        return Case(
            id=f"{Right.QUESTION}-{number:09d}",
            subject=owner.id,
            right=Right.QUESTION.value,
            status=status.value,
            opened_at=now,
            acknowledge_by=now + _LATER,
            target_due=now + _MUCH_LATER,
            legal_due=now + _MUCH_LATER,
            calendar="",
            calendar_version="",
            policy_version=core.policy.version,
            closed_at=kept_until + _LATER / 2 if closed else None,
            look_at=None if closed else now + (_LATER / 2 if new else _MUCH_LATER) + timedelta(milliseconds=number),
            warn_at=None if closed else now + _MUCH_LATER,
        )

    for first in range(0, count, _AT_ONCE):
        made = [case(number) for number in range(first, min(first + _AT_ONCE, count))]
        await core.database.write(lambda tx, made=made: tx.cases.add_each(made))  # type: ignore[misc]


async def look(core: Core, *sweeps: Callable[[Tx], int]) -> float:
    """Milliseconds of one look of them all, each in its transaction; the median. Nothing may be due."""
    found = []
    for _ in range(_LOOKS):
        begun = time.perf_counter()
        if any([await core.database.write(sweep, Purpose.RIGHTS) for sweep in sweeps]):
            raise SystemExit("something was due")
        found.append(time.perf_counter() - begun)
    return 1000 * statistics.median(found)


async def sweep_up(core: Core, sweep: Callable[[Tx], int], count: int) -> float:
    """Rows a second, batch by batch until nothing is due."""
    begun, done = time.perf_counter(), 0
    while batch := await core.database.write(sweep, Purpose.RIGHTS):
        done += batch
    if done != count:
        raise SystemExit(f"{done} of {count} were swept")
    return done / (time.perf_counter() - begun)


async def measure(name: str, core: Core, count: int, due: int = DUE) -> None:
    """Print one database's figures."""
    await fill(core, count, due)
    bare, query = await core.database.read(_bare_look), f"the query alone {{:.2f}} ms among {count:,} cases"
    print(f"{name:12} {await look(core, cases.sweep):8.2f} ms a look at the cases, {query.format(bare)}", flush=True)
    print(f"{name:12} {await look(core, retention.sweep_cases):8.2f} ms a look at the closed ones", flush=True)
    print(f"{name:12} {await look(core, *SWEEPS):8.2f} ms a look of all {len(SWEEPS)} sweeps", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        beside = None
        if core.settings.database_url is None:
            beside = Path(folder) / "copy.sqlite3"
            with closing(_open(core)) as full, closing(sqlite3.connect(beside)) as copy:
                full.backup(copy)
        cast(FixedClock, core.clock).move(_LATER)
        now, until = core.clock.now(), await core.database.read(lambda tx: retention.before(tx, "case"))
        told = await sweep_up(core, cases.sweep, due)
        gone = await sweep_up(core, retention.sweep_cases, due)
        print(f"{name:12} {told:8,.0f} cases/s acknowledged", end="")
        if beside is not None:
            rate = _acknowledge_bare(beside, _number(now))
            print(f"; bare sqlite3 {rate:,.0f}  ratio {told / rate:.2f}", end="")
        print(f"\n{name:12} {gone:8,.0f} closed cases/s removed", end="")
        if beside is not None:
            rate = _remove_bare(beside, _number(until))
            print(f"; bare sqlite3 {rate:,.0f}  ratio {gone / rate:.2f}", end="")
        print(flush=True)


def _number(at: Any) -> int:
    return int(at.timestamp() * 1000)


def _open(core: Core) -> sqlite3.Connection:
    return sqlite3.connect(core.settings.database.removeprefix("sqlite:///"), isolation_level=None)


def _bare_look(tx: Tx) -> float:
    """Milliseconds of the query that a look must make, the median."""
    session, now = cast(Transaction, tx).session, _number(tx.clock.now())
    found = []
    for _ in range(_LOOKS):
        begun = time.perf_counter()
        session.rows(_DUE_NOW.format(session.mark(1), cases.SWEEP_BATCH), (now,))
        found.append(time.perf_counter() - begun)
    return 1000 * statistics.median(found)


def _acknowledge_bare(file: Path, now: int) -> float:
    moved = "UPDATE cases SET status = 'acknowledged', acknowledged_at = ?, look_at = ? WHERE id = ?"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        prepare_sqlite(database, None)
        for name in ("said", "noted"):
            database.execute(f"CREATE TABLE {name} (id TEXT PRIMARY KEY, ref TEXT, body BLOB)")
        begun, done = time.perf_counter(), 0
        while rows := database.execute(_DUE_NOW.format("?", cases.SWEEP_BATCH), (now,)).fetchall():
            database.execute("BEGIN IMMEDIATE")
            for (ref,) in rows:
                database.execute(moved, (now, now + 10**10, ref))
                for name in ("said", "noted"):
                    database.execute(f"INSERT INTO {name} VALUES (?, ?, ?)", (f"{done:014d}", ref, os.urandom(200)))  # noqa: S608
                done += 1
            database.execute("COMMIT")
        return done / (time.perf_counter() - begun)


def _remove_bare(file: Path, until: int) -> float:
    over = "DELETE FROM cases WHERE id IN (SELECT id FROM cases WHERE closed_at <= ? LIMIT ?)"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        prepare_sqlite(database, None)
        begun, done = time.perf_counter(), 0
        while gone := database.execute(over, (until, retention.BATCH)).rowcount:
            done += gone
        return done / (time.perf_counter() - begun)


def _clock() -> Clock:
    return FixedClock(SystemClock().now())


def main(arguments: list[str]) -> int:
    """Print the figures."""
    count = int(arguments[0]) if arguments else CASES
    asyncio.run(databases.on_each(lambda name, core: measure(name, core, count), _clock))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
