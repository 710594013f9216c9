"""How fast durable work is. `python -m bot.bench.work [flows] [timers]`

A flow is scheduled, claimed, does three steps with a row each, and is finished: every arrow a committed transaction, as a real
job's are. Then: what a look for due work costs while a million timers wait for later, and how fast due rows are claimed once all
of them are due. On SQLite and, where there is one, on PostgreSQL with commits that reach the disk.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

from bot.app import Core
from bot.bench import databases
from bot.core import work
from bot.core.clock import FixedClock, SystemClock
from bot.core.ports import Tx
from bot.core.work import Work, WorkState

FLOWS, TIMERS = 2000, 1_000_000
_AT_ONCE = 32
_STEPS = ("one", "two", "three")
_INSERT_BATCH = 5000
_CLAIM = 100
_CLAIMED = 100_000


async def flows(core: Core, count: int) -> float:
    """Flows a second, `_AT_ONCE` at a time."""

    async def one(item: Work) -> None:
        for step in _STEPS:
            item = await core.database.write(lambda tx, item=item, step=step: _step(tx, item, step))  # type: ignore[misc]
        await core.database.write(lambda tx: work.finish(tx, item))

    begun, done = time.perf_counter(), 0
    while done < count:
        await asyncio.gather(
            *(core.database.write(lambda tx, n=n: work.schedule(tx, "flow", f"r{n}")) for n in range(_AT_ONCE))  # type: ignore[misc]
        )
        claimed = await core.database.write(lambda tx: work.claim(tx, limit=_AT_ONCE, kinds=("flow",)))
        await asyncio.gather(*(one(item) for item in claimed))
        done += len(claimed)
    return done / (time.perf_counter() - begun)


def _step(tx: Tx, item: Work, step: str) -> Work:
    work.schedule(tx, "effect", item.id, tx.clock.now() + timedelta(days=3650))
    return work.advance(tx, item, step)


async def fill(core: Core, count: int, *, due_in: timedelta) -> None:
    """`count` waiting rows, written as fast as the database takes them."""
    due = core.clock.now() + due_in

    def batch(tx: Tx, start: int) -> None:
        tx.work.add_each(
            [
                Work(f"t-{n:09d}", "timer", "r", WorkState.WAITING.value, due + timedelta(milliseconds=n), due)
                for n in range(start, min(start + _INSERT_BATCH, count))
            ]
        )

    for start in range(0, count, _INSERT_BATCH):
        await core.database.write(lambda tx, start=start: batch(tx, start))  # type: ignore[misc]


async def median_of(times: int, deed: Callable[[], Awaitable[Any]]) -> float:
    """Seconds."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        await deed()
        found.append(time.perf_counter() - begun)
    return sorted(found)[times // 2]


async def sweep(core: Core, count: int) -> float:
    """Rows a second: claim `count` of those that are due."""
    begun, done = time.perf_counter(), set[str]()
    while len(done) < count:
        claimed = await core.database.write(lambda tx: work.claim(tx, limit=_CLAIM, kinds=("timer",)))
        done.update(item.id for item in claimed)
        if not claimed:
            raise SystemExit(f"{len(done)} of {count} were claimed")
    return len(done) / (time.perf_counter() - begun)


async def measure(name: str, core: Core, flow_count: int, timers: int) -> None:
    """Print one database's figures."""
    clock = cast(FixedClock, core.clock)
    print(f"{name:12} {await flows(core, flow_count):10,.0f} flows/s (three steps, {_AT_ONCE} at a time)", flush=True)
    await fill(core, timers, due_in=timedelta(days=1))
    empty = await median_of(21, lambda: core.database.write(lambda tx: work.claim(tx, kinds=("timer",))))
    print(f"{name:12} {1000 * empty:10.2f} ms for a look that finds nothing among {timers:,} timers", flush=True)
    clock.move(timedelta(days=2))
    print(f"{name:12} {await sweep(core, min(timers, _CLAIMED)):10,.0f} due rows/s claimed ({_CLAIM} a transaction)", flush=True)


def main(arguments: list[str]) -> int:
    """Print the figures."""
    count, timers = (int(arguments[0]) if arguments else FLOWS), (int(arguments[1]) if arguments[1:] else TIMERS)
    asyncio.run(
        databases.on_each(
            lambda name, core: measure(name, core, count, timers), lambda: FixedClock(SystemClock().now())
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
