"""What sealing costs: rows inserted and read, sealed beside unsealed. `python -m bot.bench.sealing [rows]`

The same rows, 200 letters each and of a hundred people, go through the same collection into two tables that differ in one word
of their record: `sealed()`. They are inserted a thousand in a durable transaction and read a thousand at a look. The two take
turns, so that noise hits both; the medians are compared.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, Text

from bot.app import Core
from bot.bench import databases
from bot.core.clock import SystemClock
from bot.core.ids import new_id
from bot.core.ports import Tx, sealed
from bot.storage.collection import Collection
from bot.storage.transaction import Transaction

ROWS = 100_000
_ROUNDS, _AT_ONCE, _PEOPLE, _LETTERS = 5, 1000, 100, 200


@dataclass(frozen=True, slots=True)
class SealedNote:
    """A note that only its subject's key opens."""

    id: str
    subject: str
    text: str = sealed()


@dataclass(frozen=True, slots=True)
class OpenNote:
    """The same, for everyone to read."""

    id: str
    subject: str
    text: str


def _table(name: str, text: Any) -> Table:
    return Table(name, MetaData(), Column("id", String(160), primary_key=True), Column("subject", Text), Column("text", text))


TABLES: dict[type[Any], Table] = {SealedNote: _table("sealed_notes", LargeBinary), OpenNote: _table("open_notes", Text)}


def notes(tx: Tx, kind: type[Any]) -> Collection[Any]:
    """The collection of one kind of note."""
    session = cast(Transaction, tx).session
    return Collection(kind, TABLES[kind], session, tx.keys)


def make_tables(tx: Tx) -> list[str]:
    """Two tables, and people with keys."""
    session = cast(Transaction, tx).session
    for kind, table in TABLES.items():
        text = "TEXT" if kind is OpenNote else "BLOB" if session.database == "sqlite" else "BYTEA"
        session.write(f"CREATE TABLE {table.name} (id VARCHAR(160) PRIMARY KEY, subject TEXT NOT NULL, text {text})", ())
    people = [str(new_id(tx.random)) for _ in range(_PEOPLE)]
    for person in people:
        tx.keys.create(person)
    return people


async def insert(core: Core, kind: type[Any], rows: list[tuple[str, str, str]]) -> float:
    """Rows a second."""
    begun = time.perf_counter()
    for start in range(0, len(rows), _AT_ONCE):
        made = [kind(*row) for row in rows[start : start + _AT_ONCE]]
        await core.database.write(lambda tx, made=made: notes(tx, kind).add_each(made))  # type: ignore[misc]
    return len(rows) / (time.perf_counter() - begun)


async def read(core: Core, kind: type[Any], rows: list[tuple[str, str, str]]) -> float:
    """Rows a second; every row is compared with what was written."""
    begun = time.perf_counter()
    found: list[Any] = []
    after, last = _before(rows[0][0]), rows[-1][0]
    while after < last:
        page = await core.database.read(
            lambda tx, after=after: notes(tx, kind).select(id__gt=after, id__le=last, limit=_AT_ONCE)  # type: ignore[misc]
        )
        found += page
        after = page[-1].id
    took = time.perf_counter() - begun
    if [(note.id, note.subject, note.text) for note in found] != rows:
        raise SystemExit("what was read is not what was written")
    return len(rows) / took


def _before(key: str) -> str:
    return key[:-1]


async def measure(name: str, core: Core, count: int) -> None:
    """Print one database's figures."""
    chance = random.Random(7)
    people = await core.database.write(make_tables)
    rates: dict[tuple[str, type[Any]], list[float]] = {}
    size = count // _ROUNDS
    for round_ in range(_ROUNDS):
        rows = [
            (f"{round_}-{number:09d}", people[number % _PEOPLE], "".join(chance.choices("etaoin shrdlu", k=_LETTERS)))
            for number in range(size)
        ]
        for kind in TABLES:
            rates.setdefault(("inserted", kind), []).append(await insert(core, kind, rows))
        for kind in TABLES:
            rates.setdefault(("read", kind), []).append(await read(core, kind, rows))
    for what in ("inserted", "read"):
        secret, plain = (statistics.median(rates[what, kind]) for kind in (SealedNote, OpenNote))
        print(
            f"{name:12} {secret:10,.0f} sealed rows/s {what}, unsealed {plain:10,.0f}  ratio {secret / plain:.2f}", flush=True
        )


def main(arguments: list[str]) -> int:
    """Print the figures."""
    count = int(arguments[0]) if arguments else ROWS
    asyncio.run(databases.on_each(lambda name, core: measure(name, core, count), SystemClock))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
