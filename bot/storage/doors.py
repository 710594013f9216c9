"""Ways into the small database that lies apart from the data: a file, or PostgreSQL. For synchronous callers in any thread."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import asyncpg
from sqlalchemy import Connection, MetaData, Table, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.core.errors import KeyUnavailableError
from bot.storage.locks import number_of

T = TypeVar("T")
DOOR = "privacy-bot keys"
"""So the connections of a door are called on the server, with the name of who has opened it behind it."""
_CONNECTIONS = 6
_PATIENCE_SECONDS = 120.0
"""So long another process may hold a lock: a command that holds the root key has a minute."""
_LONGEST_PAUSE_SECONDS = 0.05


class Door(Protocol):
    """A way in. Calls are rare and short."""

    made: set[MetaData]
    """The tables that are known to be there."""

    def run(self, deed: Callable[[Connection], T]) -> T:
        """Run it in one transaction. It may run twice when the connection was lost, so a second time must change nothing."""
        ...

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """Hold the lock of that name, against every process and thread. Not to be nested. TimeoutError."""
        ...

    def scrub(self, table: Table) -> None:
        """Leave as few overwritten bytes in a table's files as the database can."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def make_tables(door: Door, metadata: MetaData) -> None:
    """Make what is missing."""
    if metadata in door.made:
        return
    there = door.run(lambda connection: set(inspect(connection).get_table_names()))
    if not metadata.tables.keys() <= there:
        with door.exclusive("tables"):
            door.run(metadata.create_all)
    door.made.add(metadata)


class FileDoor:
    """An SQLite file that only its owner may read. Freed bytes are overwritten."""

    def __init__(self, path: Path) -> None:
        self.made: set[MetaData] = set()
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _prepare)

    def run(self, deed: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return deed(connection)

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """One lock for all names: the processes of one machine."""
        handle = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def scrub(self, table: Table) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()


class PostgresDoor:
    """A PostgreSQL database that many machines share. The asynchronous driver works on a loop in a thread of its own, so that
    callers on another loop, or on none, wait for nothing but the answer."""

    def __init__(self, url: str, who: str = "") -> None:
        """`who` has other doors open, too, and takes none of them for somebody else's (`bot.storage.presence`). KeyUnavailableError
        when it does not answer. ValueError for the database of the data."""
        self.name = f"{DOOR} {who or secrets.token_hex(4)}"
        settings = {"application_name": self.name, "lock_timeout": "10s"}
        connect = {"server_settings": settings, "timeout": 10, "command_timeout": 30}
        self.made: set[MetaData] = set()
        self._engine = create_async_engine(url, pool_size=_CONNECTIONS, connect_args=connect)
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="key store", daemon=True)
        self._thread.start()
        try:
            of_the_data = self.run(lambda connection: connection.scalar(text("SELECT to_regclass('alembic_version')::text")))
        except (OSError, TypeError, SQLAlchemyError, asyncpg.PostgresError) as error:
            self.close()
            raise KeyUnavailableError(f"store (BOT_KEY_STORE_URL: {_name_of(error)})") from None
        if of_the_data:
            self.close()
            raise ValueError("BOT_KEY_STORE_URL is a database of the data: the keys need one of their own")

    def run(self, deed: Callable[[Connection], T]) -> T:
        return self._wait_for(self._run(deed))

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """An advisory lock of a connection: it ends with the process, however that ends. No transaction stays open meanwhile, for
        that would keep overwritten rows from being scrubbed."""
        with self._turns[name]:  # one connection of ours at most waits for it
            lock = number_of(name)
            holding = self._wait_for(self._hold(lock))
            try:
                yield
            finally:
                self._wait_for(_let_go(holding, lock))

    def scrub(self, table: Table) -> None:
        """Writes the table's live rows to a new file. The old bytes are then in no table, but in the server's log until that is
        recycled, and in every copy of either."""
        with contextlib.suppress(DBAPIError):  # somebody copies the table right now: the next time, or autovacuum
            self._wait_for(self._rewrite(table.name))

    def close(self) -> None:
        if self._loop.is_closed():
            return
        self._wait_for(self._engine.dispose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _run(self, deed: Callable[[Connection], T]) -> T:
        async def attempt() -> T:
            async with self._engine.begin() as connection:
                return await connection.run_sync(deed)

        return await _again_when_lost(attempt)

    async def _hold(self, lock: int) -> AsyncConnection:
        connection = await _again_when_lost(self._outside)
        pause, until = 0.002, self._loop.time() + _PATIENCE_SECONDS
        try:
            while not await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": lock}):
                if self._loop.time() > until:
                    raise TimeoutError("another process holds on to the key store")
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _outside(self) -> AsyncConnection:
        """A connection outside any transaction that is known to be alive."""
        connection = await self._engine.connect()
        try:
            outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await outside.execute(text("SELECT 1"))
        except BaseException:
            await connection.close()
            raise
        return outside

    async def _rewrite(self, table: str) -> None:
        connection = await self._outside()
        try:
            await connection.execute(text(f"VACUUM FULL {table}"))
        finally:
            await connection.close()


async def _let_go(connection: AsyncConnection, lock: int) -> None:
    try:
        await connection.scalar(text("SELECT pg_advisory_unlock(:lock)"), {"lock": lock})
    except BaseException:
        await connection.invalidate()  # never back to the pool with a lock
        raise
    finally:
        await connection.close()


async def _again_when_lost(attempt: Callable[[], Awaitable[T]]) -> T:
    """The server was started anew: what the pool still holds is of no use."""
    try:
        return await attempt()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return await attempt()


def _name_of(error: BaseException) -> str:
    """What the driver calls it; its text may say more than a log should know."""
    inner = error.orig if isinstance(error, DBAPIError) else None
    return type((inner.__cause__ if inner is not None else None) or inner or error).__name__


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("secure_delete=ON", "journal_mode=DELETE", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
