"""PostgreSQL: a transaction per unit of work, as many at once as the pool holds; rows, not threads, keep the order."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.storage import locks
from bot.storage.tables import metadata
from bot.storage.transaction import Transaction
from bot.storage.world import Unit, World

T = TypeVar("T")
_ATTEMPTS = 8
_LOST_RACES = frozenset({"40P01", "40001", "23505"})
"""Deadlock, serialization failure, unique violation: another transaction was faster; a second try sees what it did."""


class PostgresDatabase:
    """Implements `Database` over asyncpg."""

    def __init__(self, url: str, world: World, *, connections: int = 12) -> None:
        self._url = url
        self._world = world
        self._engine = _engine(url, connections)
        self._jobs = _JobThreads(url)

    async def start(self) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({locks.MIGRATION})"))
            await connection.run_sync(self._world.prepare)

    async def stop(self) -> None:
        await asyncio.to_thread(self._jobs.close)
        await self._engine.dispose()

    async def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.SUBJECT) -> T:
        return await _until_it_wins(lambda: self._write(self._engine, unit, purpose))

    async def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.SUBJECT) -> T:
        return await self._read(self._engine, unit, purpose)

    async def handle(self, unit: Callable[[Unit], Awaitable[T]], purpose: Purpose = Purpose.SUBJECT) -> T:
        async def attempt() -> T:
            async with self._engine.begin() as connection:
                return await unit(_AsyncUnit(connection, self._world, purpose))

        return await _until_it_wins(attempt)

    def write_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self._jobs.run(lambda engine: _until_it_wins(lambda: self._write(engine, unit, purpose)))

    def read_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self._jobs.run(lambda engine: self._read(engine, unit, purpose))

    def compact(self) -> None:
        """Deleted rows leave the pages. PostgreSQL overwrites no freed byte and has written them to its log: there it is the
        destroyed epoch key that ends them."""
        self._jobs.run(_vacuum)

    async def _write(self, engine: AsyncEngine, unit: Callable[[Tx], T], purpose: Purpose) -> T:
        async with engine.begin() as connection:
            return await connection.run_sync(lambda sync: unit(self._world.transaction(sync, purpose)))

    async def _read(self, engine: AsyncEngine, unit: Callable[[Tx], T], purpose: Purpose) -> T:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda sync: unit(self._world.transaction(sync, purpose)))


async def _until_it_wins(attempt: Callable[[], Awaitable[T]]) -> T:
    """Run a transaction again when it lost a race against another one."""
    for number in range(1, _ATTEMPTS):
        try:
            return await attempt()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _LOST_RACES:
                raise
            await asyncio.sleep(0.005 * 2**number)
    return await attempt()


async def _vacuum(engine: AsyncEngine) -> None:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text(f"VACUUM {names}"))


class _AsyncUnit:
    """A unit whose verbs run in SQLAlchemy's greenlet, so that the core stays synchronous."""

    def __init__(self, connection: AsyncConnection, world: World, purpose: Purpose) -> None:
        self._connection = connection
        self._world = world
        self._purpose = purpose
        self._tx: Transaction | None = None

    async def do(self, verb: Callable[[Tx], T]) -> T:
        return await self._connection.run_sync(self._run, verb)

    def _run(self, connection: Connection, verb: Callable[[Tx], T]) -> T:
        if self._tx is None:
            self._tx = self._world.transaction(connection, self._purpose)
        return self._tx.run(verb)


class _JobThreads:
    """A job works in a thread of its own, so it has an event loop and a connection of its own: long work in it holds up
    nobody. Both are made at the thread's first use."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._local = threading.local()
        self._lock = threading.Lock()
        self._made: list[tuple[asyncio.AbstractEventLoop, AsyncEngine]] = []
        self._closed = False

    def run(self, work: Callable[[AsyncEngine], Awaitable[T]]) -> T:
        """Run it in this thread's loop. RuntimeError once the database is closed."""
        loop, engine = self._mine()

        async def go() -> T:
            return await work(engine)

        return loop.run_until_complete(go())

    def close(self) -> None:
        """Close every thread's connection; a job that is still at work fails at its next step."""
        with self._lock:
            self._closed = True
            made, self._made = self._made, []
        for loop, engine in made:
            with contextlib.suppress(RuntimeError):  # the thread is at work: its connection goes with the process
                loop.run_until_complete(engine.dispose())
                loop.close()

    def _mine(self) -> tuple[asyncio.AbstractEventLoop, AsyncEngine]:
        with self._lock:
            if self._closed:
                raise RuntimeError("the database is closed")
            if not hasattr(self._local, "mine"):
                self._local.mine = asyncio.new_event_loop(), _engine(self._url, 1)
                self._made.append(self._local.mine)
        mine: tuple[asyncio.AbstractEventLoop, AsyncEngine] = self._local.mine
        return mine


def _engine(url: str, connections: int) -> AsyncEngine:
    settings: dict[str, Any] = {"server_settings": {"jit": "off", "application_name": "privacy-bot"}}
    return create_async_engine(url, pool_size=connections, max_overflow=0, connect_args=settings)
