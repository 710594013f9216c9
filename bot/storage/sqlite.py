"""SQLite: one file, one writer thread with group commit.

A unit of work is a plain function over a transaction, or an async one over a `Unit` (a Telegram update being handled). Units
queue for the writer, each gets its own savepoint, and they share a durable commit.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from bot.core.errors import PrivacyError
from bot.core.keys import SERVICE, Purpose
from bot.core.ports import Tx
from bot.storage.tables import metadata
from bot.storage.transaction import Transaction
from bot.storage.world import Unit, World

T = TypeVar("T")
_GROUP = 64


@dataclass(slots=True)
class _Queued:
    run: Callable[[Connection], Any]
    future: Future[Any]


class SqliteDatabase:
    """One file, one writer thread."""

    def __init__(self, path: Path, world: World) -> None:
        self._path = path
        self._world = world
        self._queue: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._engine: Engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
        event.listen(self._engine, "connect", prepare_sqlite)
        self._reader = create_async_engine(f"sqlite+aiosqlite:///{path}", isolation_level="AUTOCOMMIT")
        event.listen(self._reader.sync_engine, "connect", prepare_sqlite)

    async def start(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._engine.connect() as connection:
            metadata.create_all(connection)
            _ensure_service_key(self._world, connection)
        self._path.chmod(0o600)
        self._thread = threading.Thread(target=self._write_on, name="writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
        await self._reader.dispose()
        self._engine.dispose()

    async def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.SUBJECT) -> T:
        return await asyncio.wrap_future(self._submit(unit, purpose))

    async def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.SUBJECT) -> T:
        async with self._reader.connect() as connection:
            return await connection.run_sync(lambda sync: unit(self._world.transaction(sync, purpose)))

    async def handle(self, unit: Callable[[Unit], Awaitable[T]], purpose: Purpose = Purpose.SUBJECT) -> T:
        def run(connection: Connection) -> T:
            work = unit(_SyncUnit(connection, self._world.transaction(connection, purpose)))
            return _thread_loop().run_until_complete(work)

        queued: Future[Any] = Future()
        self._queue.put(_Queued(run, queued))
        result: T = await asyncio.wrap_future(queued)
        return result

    def write_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self._submit(unit, purpose).result()

    def read_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        with self._engine.connect() as connection:
            return unit(self._world.transaction(connection, purpose))

    def compact(self) -> None:
        """Leave no deleted byte behind: checkpoint the write-ahead log and rebuild the file."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _submit(self, unit: Callable[[Tx], T], purpose: Purpose) -> Future[T]:
        queued: Future[T] = Future()
        self._queue.put(_Queued(lambda connection: unit(self._world.transaction(connection, purpose)), queued))
        return queued

    def _write_on(self) -> None:
        with self._engine.connect() as connection:
            while (first := self._queue.get()) is not None:
                group = [first]
                while len(group) < _GROUP and not self._queue.empty():
                    more = self._queue.get()
                    if more is None:
                        self._queue.put(None)
                        break
                    group.append(more)
                _run_group(connection, group)
            _thread_loop().close()


def _run_group(connection: Connection, group: list[_Queued]) -> None:
    """Every unit in its own savepoint, all in one commit; nobody hears of success before the commit."""
    outcomes: list[tuple[_Queued, Any, BaseException | None]] = []
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        for queued in group:
            connection.exec_driver_sql("SAVEPOINT unit")
            try:
                outcomes.append((queued, queued.run(connection), None))
                connection.exec_driver_sql("RELEASE unit")
            except BaseException as error:
                connection.exec_driver_sql("ROLLBACK TO unit")
                connection.exec_driver_sql("RELEASE unit")
                outcomes.append((queued, None, error))
        connection.exec_driver_sql("COMMIT")
    except BaseException as error:
        if connection.connection.in_transaction:
            connection.exec_driver_sql("ROLLBACK")
        outcomes = [(queued, None, error) for queued in group]
    for queued, result, failure in outcomes:
        if failure is None:
            queued.future.set_result(result)
        else:
            queued.future.set_exception(failure)


class _SyncUnit:
    """A unit on the writer's thread: nothing in it ever waits."""

    def __init__(self, connection: Connection, tx: Transaction) -> None:
        self._connection = connection
        self._tx = tx

    async def do(self, verb: Callable[[Tx], T]) -> T:
        self._connection.exec_driver_sql("SAVEPOINT verb")
        try:
            result = verb(self._tx)
        except PrivacyError as error:
            if not error.keeps_writes:
                self._connection.exec_driver_sql("ROLLBACK TO verb")
            self._connection.exec_driver_sql("RELEASE verb")
            raise
        self._connection.exec_driver_sql("RELEASE verb")
        return result


_local = threading.local()


def _thread_loop() -> asyncio.AbstractEventLoop:
    """The event loop of this thread, made once. aiogram asks for a running loop even where nothing waits."""
    if getattr(_local, "loop", None) is None or _local.loop.is_closed():
        _local.loop = asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = _local.loop
    return loop


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Deleted bytes are overwritten, commits are durable, a busy file is waited for."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "busy_timeout=15000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _ensure_service_key(world: World, connection: Connection) -> None:
    tx = world.transaction(connection, Purpose.DELIVERY)
    if not tx.keys.exists(SERVICE):
        tx.keys.create(SERVICE)
