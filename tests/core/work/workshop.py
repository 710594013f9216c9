"""A real database with the engine's table, where transactions can meet with any fate: a file, or a database of PostgreSQL."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.util import greenlet_spawn

from bot.core.clock import FixedClock
from bot.core.keys import Purpose
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.core.work import Work, WorkState
from bot.storage.session import PostgresSession, Session, SqliteSession
from bot.storage.tables import metadata
from bot.storage.transaction import Transaction
from tests.stage import START

T = TypeVar("T")
WORKERS = ("ann", "ben")
WELL, KILLED, REFUSED = "well", "killed inside", "commit refused"
POLICY = load_policy()
_REFUSED = "INSERT INTO refused VALUES (1)"
"""A row that only the commit finds wanting."""


class Killed(BaseException):
    """The process is gone in the middle of a transaction."""


class CommitRefused(Exception):  # noqa: N818 - said of what happened
    """The database did not take the transaction."""


class Foreseeable:
    """Randomness that is the same in every run: what Hypothesis found, it must find again."""

    def __init__(self) -> None:
        self._random = random.Random(7)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


class Workshop(ABC):
    """Each worker has a connection of its own. `effects` and `alarms` are what jobs do to the world."""

    def __init__(self) -> None:
        self.clock = FixedClock(START)
        self._random = Foreseeable()

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    @abstractmethod
    def do(self, unit: Callable[[Tx], T], *, by: str = "ann", fate: str = WELL) -> T:
        """Run and commit, unless its fate is another. Killed, CommitRefused: then nothing of it has happened."""

    def work(self) -> dict[str, Work]:
        return {row.id: row for row in self.do(lambda tx: tx.work.select())}

    def effects(self) -> list[tuple[str, str]]:
        rows = self.do(lambda tx: _session(tx).rows("SELECT work, step FROM effects ORDER BY number", ()))
        return [(row[0], row[1]) for row in rows]

    def alarms(self) -> list[str]:
        return [row[0] for row in self.do(lambda tx: _session(tx).rows("SELECT work FROM alarms", ()))]

    def _transaction(self, session: Session) -> Transaction:
        return Transaction(session, cast(Any, None), POLICY, self.clock, self._random, Purpose.RIGHTS)


class FileWorkshop(Workshop):
    """On SQLite."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.mkdtemp(prefix="workshop-")
        self._engine = create_engine(f"sqlite:///{self._folder}/work.sqlite3", isolation_level="AUTOCOMMIT")
        self._connections: dict[str, Connection] = {name: self._engine.connect() for name in WORKERS}
        for connection in self._connections.values():
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
        furnish(self._connections["ann"])

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._engine.dispose()
        shutil.rmtree(Path(self._folder))

    def do(self, unit: Callable[[Tx], T], *, by: str = "ann", fate: str = WELL) -> T:
        driver = self._connections[by].connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("BEGIN IMMEDIATE")
        try:
            result = unit(self._transaction(SqliteSession(driver)))
            if fate == KILLED:
                raise Killed
            if fate == REFUSED:
                driver.execute(_REFUSED)
            driver.execute("COMMIT")
        except sqlite3.IntegrityError:
            driver.execute("ROLLBACK")
            raise CommitRefused from None
        except BaseException:
            driver.execute("ROLLBACK")
            raise
        return result


class ServerWorkshop(Workshop):
    """On a PostgreSQL database that was furnished; it is emptied at the end."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        parsed = make_url(url)
        where = {"host": parsed.query["host"], "user": parsed.username, "database": parsed.database}
        self._connections: dict[str, Any] = {
            name: self._loop.run_until_complete(asyncpg.connect(**where)) for name in WORKERS
        }

    def close(self) -> None:
        self._loop.run_until_complete(self._connections["ann"].execute("TRUNCATE work, effects, alarms"))
        for connection in self._connections.values():
            self._loop.run_until_complete(connection.close())
        self._loop.close()

    def do(self, unit: Callable[[Tx], T], *, by: str = "ann", fate: str = WELL) -> T:
        return self._loop.run_until_complete(self._do(self._connections[by], unit, fate))

    async def _do(self, connection: Any, unit: Callable[[Tx], T], fate: str) -> T:
        try:
            async with connection.transaction():
                result = await greenlet_spawn(unit, cast(Tx, self._transaction(PostgresSession(connection))))
                if fate == KILLED:
                    raise Killed
                if fate == REFUSED:
                    await connection.execute(_REFUSED)
        except asyncpg.ForeignKeyViolationError:
            raise CommitRefused from None
        return result


def affect(tx: Tx, item: Work, step: str) -> None:
    """What a step does."""
    session = _session(tx)
    session.write(f"INSERT INTO effects (work, step) VALUES ({session.mark(1)}, {session.mark(2)})", (item.id, step))


def alarm(tx: Tx, item: Work) -> None:
    """Somebody hears of it."""
    assert item.state == WorkState.DEAD
    session = _session(tx)
    session.write(f"INSERT INTO alarms VALUES ({session.mark(1)})", (item.id,))


def furnish(connection: Connection) -> None:
    """The engine's table, the world, and a constraint that only a commit looks at."""
    metadata.tables["work"].create(connection, checkfirst=True)
    number = "SERIAL" if connection.dialect.name == "postgresql" else "INTEGER"
    for table in (
        f"effects (number {number} PRIMARY KEY, work TEXT NOT NULL, step TEXT NOT NULL)",
        "alarms (work TEXT NOT NULL)",
        "nobody (id INTEGER PRIMARY KEY)",
        "refused (x INTEGER REFERENCES nobody(id) DEFERRABLE INITIALLY DEFERRED)",
    ):
        connection.exec_driver_sql(f"CREATE TABLE {table}")


def _session(tx: Tx) -> Session:
    return cast(Transaction, tx).session
