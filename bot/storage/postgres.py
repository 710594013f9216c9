"""PostgreSQL: a transaction per unit of work, as many at once as the pool holds; rows, not threads, keep the order."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import greenlet_spawn

from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.storage import locks
from bot.storage.session import PostgresSession
from bot.storage.tables import metadata
from bot.storage.transaction import NoWayBack, Transaction
from bot.storage.world import Unit, World

T = TypeVar("T")
_ATTEMPTS = 8
_LOST_RACES = frozenset({"40P01", "40001", "23505"})
"""Deadlock, serialization failure, unique violation: another transaction was faster; a second try sees what it did."""
_STATEMENTS = 500
"""Kept prepared per connection: more than there are."""


class PostgresDatabase:
    """Implements `Database` over asyncpg; SQLAlchemy writes the statements and migrates."""

    def __init__(self, url: str, world: World, *, connections: int = 12) -> None:
        self._url = url
        self._world = world
        self._size = connections
        self._pool: Any = None
        self._jobs = _JobThreads(url)

    async def start(self) -> None:
        engine = create_async_engine(self._url)
        try:
            async with engine.begin() as connection:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({locks.MIGRATION})"))
                await connection.run_sync(self._world.prepare)
        finally:
            await engine.dispose()
        self._pool = await _open_pool(self._url, self._size)

    async def stop(self) -> None:
        await asyncio.to_thread(self._jobs.close)
        if self._pool is not None:
            await self._pool.close()

    async def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        return await self._write(self._pool, unit, purpose)

    async def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        return await self._attempt(self._pool, unit, purpose)

    async def handle(self, unit: Callable[[Unit], Awaitable[T]], purpose: Purpose = Purpose.PRODUCT) -> T:
        async def attempt(*, careful: bool) -> T:
            async with self._transaction(self._pool, purpose) as tx:
                tx.careful = careful
                return await unit(_AsyncUnit(tx))

        try:
            return await _until_it_wins(lambda: attempt(careful=False))
        except NoWayBack:  # rare: most verbs refuse before they write
            return await _until_it_wins(lambda: attempt(careful=True))

    def write_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        return self._jobs.run(lambda pool: self._write(pool, unit, purpose))

    def read_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        return self._jobs.run(lambda pool: self._attempt(pool, unit, purpose))

    def compact(self) -> None:
        """Deleted rows leave the pages. PostgreSQL overwrites no freed byte and has written them to its log: there it is the
        destroyed epoch key that ends them."""
        self._jobs.run(_vacuum)

    async def _write(self, pool: Any, unit: Callable[[Tx], T], purpose: Purpose) -> T:
        return await _until_it_wins(lambda: self._attempt(pool, unit, purpose))

    async def _attempt(self, pool: Any, unit: Callable[[Tx], T], purpose: Purpose) -> T:
        async with self._transaction(pool, purpose) as tx:
            return await greenlet_spawn(unit, tx)

    @contextlib.asynccontextmanager
    async def _transaction(self, pool: Any, purpose: Purpose) -> AsyncIterator[Transaction]:
        async with pool.acquire() as connection, connection.transaction():
            yield self._world.transaction(PostgresSession(connection), purpose)


async def _until_it_wins(attempt: Callable[[], Awaitable[T]]) -> T:
    """Run a transaction again when it lost a race against another one."""
    for number in range(1, _ATTEMPTS):
        try:
            return await attempt()
        except asyncpg.PostgresError as error:
            if error.sqlstate not in _LOST_RACES:
                raise
            await asyncio.sleep(0.005 * 2**number)
    return await attempt()


async def _vacuum(pool: Any) -> None:
    async with pool.acquire() as connection:
        await connection.execute(f"VACUUM {', '.join(table.name for table in metadata.sorted_tables)}")


class _AsyncUnit:
    """A unit whose verbs run in SQLAlchemy's greenlet, so that the core stays synchronous."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def do(self, verb: Callable[[Tx], T]) -> T:
        return await greenlet_spawn(self._tx.run, verb)


class _JobThreads:
    """A job works in a thread of its own, so it has an event loop and a connection of its own: long work in it holds up
    nobody. Both are made at the thread's first use."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._local = threading.local()
        self._lock = threading.Lock()
        self._made: list[tuple[asyncio.AbstractEventLoop, Any]] = []
        self._closed = False

    def run(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Run it in this thread's loop. RuntimeError once the database is closed."""
        loop, pool = self._mine()

        async def go() -> T:
            return await work(pool)

        return loop.run_until_complete(go())

    def close(self) -> None:
        """Close every thread's connection; a job that is still at work fails at its next step."""
        with self._lock:
            self._closed = True
            made, self._made = self._made, []
        for loop, pool in made:
            with contextlib.suppress(RuntimeError):  # the thread is at work: its connection goes with the process
                loop.run_until_complete(pool.close())
                loop.close()

    def _mine(self) -> tuple[asyncio.AbstractEventLoop, Any]:
        with self._lock:
            if self._closed:
                raise RuntimeError("the database is closed")
            if not hasattr(self._local, "mine"):
                loop = asyncio.new_event_loop()
                self._local.mine = loop, loop.run_until_complete(_open_pool(self._url, 1))
                self._made.append(self._local.mine)
        mine: tuple[asyncio.AbstractEventLoop, Any] = self._local.mine
        return mine


async def _open_pool(url: str, connections: int) -> Any:
    """A pool of connections for the running loop; each is opened when it is first needed."""
    _, options = PGDialect_asyncpg().create_connect_args(make_url(url))  # type: ignore[no-untyped-call]
    return await asyncpg.create_pool(
        **options,
        min_size=0,
        max_size=connections,
        max_inactive_connection_lifetime=0,
        reset=_nothing,
        statement_cache_size=_STATEMENTS,
        server_settings={"jit": "off", "application_name": "privacy-bot"},
    )


async def _nothing(_connection: Any) -> None:
    """What there is to reset when a connection goes back: locks and settings of ours end with their transaction."""
