"""SQLite: one file, one writer thread with group commit, a few readers beside it.

A unit of work is a plain function over a transaction, or an async one over a `Unit` (a Telegram update being handled). Units
queue for the writer, each gets its own savepoint, and they share a durable commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event

from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.storage.session import SqliteSession
from bot.storage.transaction import Transaction
from bot.storage.world import Unit, World

T = TypeVar("T")
_GROUP = 64
_READERS = 2


class ClosedError(RuntimeError):
    """The database was closed: what was not begun is not done any more."""


@dataclass(slots=True)
class _Queued:
    """A unit that waits for the writer, and who waits for it: a loop's future or a thread's."""

    run: Callable[[SqliteSession], Any]
    future: asyncio.Future[Any] | Future[Any]
    loop: asyncio.AbstractEventLoop | None


_Outcome = tuple[_Queued, Any, BaseException | None]


class SqliteDatabase:
    """One file, one writer thread."""

    def __init__(self, path: Path, world: World) -> None:
        self._world = world
        self._path = path
        self._queue: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()
        self._asked: dict[asyncio.AbstractEventLoop, list[_Queued]] = {}
        self._writer: threading.Thread | None = None
        self._closed = False
        self._turn = threading.Lock()
        self._compactions = 0
        self._engine: Engine = create_engine(
            f"sqlite:///{path}", isolation_level="AUTOCOMMIT", connect_args={"cached_statements": 512}
        )
        event.listen(self._engine, "connect", prepare_sqlite)
        self._readers = ThreadPoolExecutor(_READERS, "reader")

    async def start(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            self._world.prepare(connection)
            connection.exec_driver_sql("COMMIT")
        self._path.chmod(0o600)
        # aiogram asks for a running loop even where nothing waits, so the writer is a coroutine in a loop of its own.
        self._writer = threading.Thread(target=lambda: asyncio.run(self._write_on()), name="writer", daemon=True)
        self._writer.start()

    async def stop(self) -> None:
        self._closed = True
        if self._writer is not None:
            self._hand_over(asyncio.get_running_loop())
            self._queue.put(None)
            await asyncio.to_thread(self._writer.join)
            self._writer = None
        await asyncio.to_thread(self._readers.shutdown)
        self._engine.dispose()

    async def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        result: T = await self._queue_up(lambda session: unit(self._world.transaction(session, purpose)))
        return result

    async def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, self.read_from_thread, unit, purpose
        )

    async def handle(self, unit: Callable[[Unit], Awaitable[T]], purpose: Purpose = Purpose.PRODUCT) -> T:
        result: T = await self._queue_up(lambda session: unit(_Unit(self._world.transaction(session, purpose))))
        return result

    def write_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        future: Future[T] = Future()
        self._put(_Queued(lambda session: unit(self._world.transaction(session, purpose)), future, None))
        return future.result()

    def read_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        with self._engine.connect() as connection:
            return unit(self._world.transaction(SqliteSession(_driver_of(connection)), purpose))

    def compact(self) -> None:
        """Leave no deleted byte behind: rebuild the file and empty the write-ahead log. Writers wait; of several who ask at
        once, one does it for all. TimeoutError when a reader held on to the log."""
        asked = self._compactions
        with self._turn:
            if self._compactions > asked:
                return  # one began after we asked
            self._compactions += 1
            with self._engine.connect() as connection:
                connection.exec_driver_sql("VACUUM")
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            if busy:
                raise TimeoutError("the write-ahead log is still being read")

    async def _queue_up(self, run: Callable[[SqliteSession], Any]) -> Any:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._put(_Queued(run, future, loop))
        return await future

    def _put(self, queued: _Queued) -> None:
        if self._closed:
            raise ClosedError
        if queued.loop is None:
            self._queue.put(queued)
        elif asked := self._asked.get(queued.loop):
            asked.append(queued)
        else:
            self._asked[queued.loop] = [queued]
            queued.loop.call_soon(self._hand_over, queued.loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake the writer once for all that was asked in one turn of a loop: at the first of twenty it would begin with that one
        alone, and the two threads would snatch the interpreter from each other meanwhile."""
        for queued in self._asked.pop(loop, ()):
            self._queue.put(queued)

    async def _write_on(self) -> None:
        """The writer's thread; it alone is in its loop, so it may wait for the queue."""
        with self._engine.connect() as connection:
            driver = _driver_of(connection)
            while (first := self._queue.get()) is not None:
                group = [first, *self._more()]
                with self._turn:
                    outcomes = await _run_group(driver, group)
                _tell(outcomes)
        _tell((queued, None, ClosedError()) for queued in self._more())

    def _more(self) -> Iterable[_Queued]:
        for _ in range(_GROUP - 1):
            try:
                queued = self._queue.get_nowait()
            except queue.Empty:
                return
            if queued is None:
                self._queue.put(None)
                return
            yield queued


def _driver_of(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


async def _run_group(driver: sqlite3.Connection, group: list[_Queued]) -> list[_Outcome]:
    """Every unit in its own savepoint, all in one commit; nobody hears of success before the commit."""
    outcomes: list[_Outcome] = []
    session = SqliteSession(driver)
    try:
        driver.execute("BEGIN IMMEDIATE")
        for queued in group:
            driver.execute("SAVEPOINT unit")
            try:
                result = queued.run(session)
                if isinstance(result, Awaitable):
                    result = await result
                outcomes.append((queued, result, None))
            except BaseException as error:
                driver.execute("ROLLBACK TO unit")
                session.seen_keys.clear()
                outcomes.append((queued, None, error))
            driver.execute("RELEASE unit")
        driver.execute("COMMIT")
    except BaseException as error:
        if driver.in_transaction:
            driver.execute("ROLLBACK")
        outcomes = [(queued, None, error) for queued in group]
    return outcomes


def _tell(outcomes: Iterable[_Outcome]) -> None:
    """Everyone who waits learns the outcome; each loop is woken once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        loop = outcome[0].loop
        if loop is None:
            _settle([outcome])
        else:
            by_loop.setdefault(loop, []).append(outcome)
    for loop, theirs in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(outcomes: list[_Outcome]) -> None:
    for queued, result, failure in outcomes:
        if queued.future.done():  # whoever waited has given up
            continue
        if failure is None:
            queued.future.set_result(result)
        else:
            queued.future.set_exception(failure)


class _Unit:
    """A unit on the writer's thread: nothing in it ever waits."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def do(self, verb: Callable[[Tx], T]) -> T:
        return self._tx.run(verb)


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
