"""How fast an epoch rolls: every data key of the database wrapped anew. `python -m bot.bench.rewrap [keys]`"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bot.bench.export import ThreadEngine, open_engine
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.keys import KeyRing, StaticKekHolder, rotation
from bot.core.ports import Tx
from bot.storage import SqlKeyStore

KEYS = 1_000_000
_AT_ONCE = 5_000


def fill(engine: ThreadEngine, count: int) -> None:
    """Data keys without anything under them."""

    def some(tx: Tx, first: int) -> None:
        for number in range(first, min(first + _AT_ONCE, count)):
            tx.keys.create(f"subject-{number:08d}")

    for first in range(0, count, _AT_ONCE):
        engine.write(lambda tx, first=first: some(tx, first))  # type: ignore[misc]


async def measure(folder: Path, count: int) -> None:
    """Fill, roll, tell."""
    engine = await open_engine(folder)
    await asyncio.to_thread(fill, engine, count)
    clock = FixedClock(engine.read(lambda tx: tx.clock.now()))
    ring = KeyRing("EU", StaticKekHolder(bytes(32)), SqlKeyStore.in_file(folder / "keys.db"), clock, SystemRandomness())
    ring.open()
    target = ring.new_epoch()
    engine.write(lambda tx: tx.keys.move_head(target))
    batches = 0

    def told(tx: Tx, rewrapped: int) -> None:
        nonlocal batches
        batches += 1

    begun = time.perf_counter()
    await asyncio.to_thread(rotation.rewrap, engine, ring, target.number, told)
    took = time.perf_counter() - begun
    print(f"{count:,} data keys wrapped anew in {took:.1f} s, {count / took:,.0f} a second, {batches} transactions")


def main() -> None:
    """In a folder of its own."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else KEYS
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), count))


if __name__ == "__main__":
    main()
