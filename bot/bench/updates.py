"""How many updates a second this process takes, handles and commits. `python -m bot.bench.updates [updates] [in flight]`

Three things in the same run, sending left out of all: aiogram alone, which parses an update and calls a handler that does
nothing; the same with a handler that commits one sealed row to the desk's database, which is what the goal is about; and the
whole desk, where an update is stored durably, then handled by the real dispatcher with all its flows (a linked person,
real keys, a menu as the answer), and committed a second time with its answer in the outbox. What the disk takes of it is told
beside: one durable commit of as many rows by bare sqlite3.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.filters import Command
from aiogram.types import Message

from bot import memory
from bot.app import App, create_app, open_core
from bot.bench import postgres
from bot.core import accounts
from bot.core.delivery import Delivery, InboxRow
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.core.understanding import Understanding
from bot.settings import Settings
from bot.storage.sqlite import prepare_sqlite

UPDATES, IN_FLIGHT = 4000, 20
GOAL = 0.5
_ROUNDS = 5
_PEOPLE = 1000
"""Taking turns: nobody writes more than one person may in a minute."""
_COMMITS = 101
_TOKEN = "1:bench"  # noqa: S105 - opens nothing
Deliver = Callable[[list[dict[str, Any]]], Awaitable[None]]


def update(number: int, person: int) -> dict[str, Any]:
    """What Telegram would send when a person writes /menu."""
    user = {"id": person, "is_bot": False, "first_name": "Bench", "language_code": "en"}
    message = {
        "message_id": number,
        "date": 1_770_000_000,
        "chat": {"id": person, "type": "private", "first_name": "Bench"},
        "from": user,
        "text": "/menu",
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    }
    return {"update_id": number, "message": message}


async def bare() -> Deliver:
    """aiogram and nothing else."""
    dispatcher, bot = Dispatcher(), Bot(_TOKEN)

    @dispatcher.message(Command("menu"))
    async def menu(message: Message) -> None:
        """Nothing."""

    async def deliver(updates: list[dict[str, Any]]) -> None:
        await asyncio.gather(*(dispatcher.feed_raw_update(bot, each) for each in updates))

    return deliver


@contextlib.asynccontextmanager
async def writing(folder: Path, url: str | None) -> AsyncIterator[Deliver]:
    """aiogram with a handler that commits one sealed row to the desk's database."""
    core = await open_core(Settings(data_dir=folder, database_url=url))
    dispatcher, bot = Dispatcher(), Bot(_TOKEN)

    @dispatcher.message(Command("menu"))
    async def menu(message: Message) -> None:
        key, text = f"bench:{message.message_id}", message.text

        def write(tx: Tx) -> None:
            tx.inbox.add(InboxRow(key, SERVICE, "bench", Delivery.DONE.value, tx.clock.now(), body=text))

        await core.database.write(write)

    async def deliver(updates: list[dict[str, Any]]) -> None:
        await asyncio.gather(*(dispatcher.feed_raw_update(bot, each) for each in updates))

    try:
        yield deliver
    finally:
        await core.stop()


@contextlib.asynccontextmanager
async def desk(folder: Path, url: str | None) -> AsyncIterator[Deliver]:
    """The whole desk, except for sending."""
    core = await open_core(Settings(data_dir=folder, database_url=url))
    app = create_app(core, token=_TOKEN, understanding=Understanding.load())
    await core.database.write(
        lambda tx: [accounts.open_for_telegram(tx, person) for person in range(1, _PEOPLE + 1)]
    )

    async def deliver(updates: list[dict[str, Any]]) -> None:
        await asyncio.gather(*(app.inbox.receive([each]) for each in updates))
        await app.inbox.drain()

    try:
        yield deliver
    finally:
        await _check(app)
        await app.stop()


async def _check(app: App) -> None:
    """Nothing is left, and every update was answered once."""
    waiting = await app.core.database.read(lambda tx: tx.inbox.count(state="waiting"))
    done = await app.core.database.read(lambda tx: tx.inbox.count(state="done"))
    answers = await app.core.database.read(lambda tx: tx.outbox.count())
    if waiting or done != answers:
        raise SystemExit(f"{waiting} waiting, {done} handled, {answers} answered")


async def rate(deliver: Deliver, first: int, count: int, in_flight: int) -> float:
    """Updates a second, `in_flight` of them under way at a time, each in its own chat."""
    begun = time.perf_counter()
    for start in range(0, count, in_flight):
        numbers = range(first + start, first + start + in_flight)
        await deliver([update(number, number % _PEOPLE + 1) for number in numbers])
    return count / (time.perf_counter() - begun)


async def measure(count: int, in_flight: int) -> dict[str, list[float]]:
    """Rates by name, round by round, the contenders taking turns so that noise hits all alike."""
    found: dict[str, list[float]] = {}
    async with contextlib.AsyncExitStack() as stack:
        contenders = {"aiogram alone": await bare()}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        contenders["a write on SQLite"] = await stack.enter_async_context(writing(folder / "write", None))
        contenders["desk on SQLite"] = await stack.enter_async_context(desk(folder / "sqlite", None))
        try:
            server = stack.enter_context(postgres.server(durable=True))
            url = server.url(await server.create())
            there = server.url(await server.create())
            contenders["a write on PostgreSQL"] = await stack.enter_async_context(writing(folder / "pg-write", there))
            contenders["desk on PostgreSQL"] = await stack.enter_async_context(desk(folder / "pg", url))
        except postgres.NoPostgresError as error:
            print(error)
        memory.settle()
        number = 1
        for _ in range(_ROUNDS):
            for name, deliver in contenders.items():
                found.setdefault(name, []).append(await rate(deliver, number, count // _ROUNDS, in_flight))
                number += count
    return found


def disk(in_flight: int) -> float:
    """Milliseconds of a durable commit of `in_flight` rows by bare sqlite3, the median."""
    found = []
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(sqlite3.connect(Path(folder) / "bare")) as database:
        prepare_sqlite(database, None)
        database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB)")
        for _ in range(_COMMITS):
            begun = time.perf_counter()
            database.executemany("INSERT INTO rows (body) VALUES (?)", [(bytes(200),)] * in_flight)
            database.commit()
            found.append(time.perf_counter() - begun)
    return 1000 * statistics.median(found)


def main(arguments: list[str]) -> int:
    """Print the table; the exit status says whether the goal was met."""
    count, in_flight = (int(arguments[0]) if arguments else UPDATES), (int(arguments[1]) if arguments[1:] else IN_FLIGHT)
    found = {name: statistics.median(rates) for name, rates in asyncio.run(measure(count, in_flight)).items()}
    alone = found["aiogram alone"]
    for name, per_second in found.items():
        print(f"{name:22} {per_second:8.0f} updates/s  ratio {per_second / alone:.2f}")
    print(f"{'a commit by sqlite3':22} {disk(in_flight):8.2f} ms for {in_flight} rows")
    return 0 if found["a write on SQLite"] >= GOAL * alone else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
