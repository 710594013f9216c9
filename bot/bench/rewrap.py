"""How fast an epoch rolls: every data key of a database wrapped anew, online and resumable. `python -m bot.bench.rewrap [keys]`

Beside it, in the same run and on a copy of the same file: bare sqlite3 and AES-256-GCM, which open and wrap as many keys and
update as many rows, as many to a durable transaction, and check nothing.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.bench.export import ThreadEngine, open_engine
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.keys import EpochKey, KeyRing, StaticKekHolder, SubjectKey, rotation
from bot.core.keys.envelope import KEY_BYTES, wrap
from bot.core.keys.vault import dek_name
from bot.core.ports import Tx
from bot.storage import SqlKeyStore
from bot.storage.sqlite import prepare_sqlite

KEYS = 1_000_000
_AT_ONCE = 10_000
_VERSION, _NONCE = 1, 12


def fill(engine: ThreadEngine, ring: KeyRing, count: int) -> None:
    """Data keys without anything under them."""
    epoch = ring.current_epoch()
    for first in range(0, count, _AT_ONCE):
        names = [f"subject-{number:08d}" for number in range(first, min(first + _AT_ONCE, count))]
        rows = [
            SubjectKey(name, epoch.number, wrap(epoch.key, os.urandom(KEY_BYTES), dek_name(ring.region, name)), 1)
            for name in names
        ]
        engine.write(lambda tx, rows=rows: tx.keys.rows.add_each(rows))  # type: ignore[misc]


def rewrap(engine: ThreadEngine, ring: KeyRing, target: EpochKey) -> float:
    """The real thing; seconds."""
    done = 0

    def told(_tx: Tx, rewrapped: int) -> None:
        nonlocal done
        done += rewrapped

    begun = time.perf_counter()
    rotation.rewrap(engine, ring, target.number, told)
    took = time.perf_counter() - begun
    if done != engine.read(lambda tx: tx.keys.rows.count(epoch=target.number)):
        raise SystemExit("not every key was wrapped anew")
    return took


def rewrap_bare(file: Path, old: EpochKey, new: EpochKey) -> float:
    """The same work without a service around it; seconds."""
    opening, wrapping = AESGCM(old.key), AESGCM(new.key)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        prepare_sqlite(database, None)
        begun, after = time.perf_counter(), ""
        look = "SELECT id, wrapped FROM subject_keys WHERE id > ? ORDER BY id LIMIT ?"
        while rows := database.execute(look, (after, rotation.BATCH)).fetchall():
            changes = []
            for name, wrapped in rows:
                bound, nonce = f"key:EU/dek/{name}".encode(), os.urandom(_NONCE)
                key = opening.decrypt(wrapped[_VERSION : _VERSION + _NONCE], wrapped[_VERSION + _NONCE :], bound)
                sealed = wrapped[:_VERSION] + nonce + wrapping.encrypt(nonce, key, bound)
                changes.append((new.number, sealed, name))
            database.execute("BEGIN IMMEDIATE")
            database.executemany("UPDATE subject_keys SET epoch = ?, wrapped = ? WHERE id = ?", changes)
            database.execute("COMMIT")
            after = rows[-1][0]
        return time.perf_counter() - begun


def measure(engine: ThreadEngine, folder: Path, count: int) -> None:
    """Fill, roll, tell."""
    clock = FixedClock(engine.read(lambda tx: tx.clock.now()))
    ring = KeyRing("EU", StaticKekHolder(bytes(32)), SqlKeyStore.in_file(folder / "keys.db"), clock, SystemRandomness())
    ring.open()
    fill(engine, ring, count)
    old, new = ring.current_epoch(), ring.new_epoch()
    with closing(sqlite3.connect(folder / "data.db")) as full, closing(sqlite3.connect(folder / "copy.db")) as copy:
        full.backup(copy)
    engine.write(lambda tx: tx.keys.move_head(new))
    took, bare = rewrap(engine, ring, new), rewrap_bare(folder / "copy.db", old, new)
    print(
        f"{count:,} data keys wrapped anew in {took:.1f} s, {count / took:,.0f} a second; bare sqlite3 and AES-GCM "
        f"{bare:.1f} s, {count / bare:,.0f} a second  ratio {bare / took:.2f}"
    )


async def run(count: int) -> None:
    """In a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        engine = await open_engine(Path(folder))
        await asyncio.to_thread(measure, engine, Path(folder), count)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else KEYS))
