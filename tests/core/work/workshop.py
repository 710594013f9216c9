"""A real database file with the engine's table, where transactions can meet with any fate."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine

from bot.core.clock import FixedClock
from bot.core.keys import Purpose
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.core.work import Work, WorkState
from bot.storage.session import SqliteSession
from bot.storage.tables import metadata
from bot.storage.transaction import Transaction
from tests.stage import START

T = TypeVar("T")
WORKERS = ("ann", "ben")
WELL, KILLED, REFUSED = "well", "killed inside", "commit refused"
POLICY = load_policy()
_TEMPLATES: list[bytes] = []


class Killed(BaseException):
    """The process is gone in the middle of a transaction."""


class Foreseeable:
    """Randomness that is the same in every run: what Hypothesis found, it must find again."""

    def __init__(self) -> None:
        self._random = random.Random(7)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


class Workshop:
    """Each worker has a connection of its own. `effects` and `alarms` are what jobs do to the world."""

    def __init__(self) -> None:
        if not _TEMPLATES:
            _TEMPLATES.append(_template())
        self._folder = tempfile.mkdtemp(prefix="workshop-")
        path = Path(self._folder) / "work.sqlite3"
        path.write_bytes(_TEMPLATES[0])
        self._engine = _open(path)
        self._connections: dict[str, Connection] = {name: self._engine.connect() for name in WORKERS}
        for connection in self._connections.values():
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
        self.clock = FixedClock(START)
        self._random = Foreseeable()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._engine.dispose()
        shutil.rmtree(self._folder)

    def do(self, unit: Callable[[Tx], T], *, by: str = "ann", fate: str = WELL) -> T:
        """Run and commit, unless its fate is another. Killed, sqlite3.IntegrityError: then nothing of it has happened."""
        connection = self._connections[by]
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("BEGIN IMMEDIATE")
        try:
            tx = Transaction(SqliteSession(driver), cast(Any, None), POLICY, self.clock, self._random, Purpose.RIGHTS)
            result = unit(tx)
            if fate == KILLED:
                raise Killed
            if fate == REFUSED:
                driver.execute("INSERT INTO refused VALUES (1)")  # a row that only the commit finds wanting
            driver.execute("COMMIT")
        except BaseException:
            driver.execute("ROLLBACK")
            raise
        return result

    def work(self) -> dict[str, Work]:
        return {row.id: row for row in self.do(lambda tx: tx.work.select())}

    def effects(self) -> list[tuple[str, str]]:
        found = self._connections["ann"].exec_driver_sql("SELECT work, step FROM effects ORDER BY rowid")
        return [(row[0], row[1]) for row in found]

    def alarms(self) -> list[str]:
        return [row[0] for row in self._connections["ann"].exec_driver_sql("SELECT work FROM alarms")]


def affect(tx: Tx, item: Work, step: str) -> None:
    """What a step does."""
    cast(Transaction, tx).session.write("INSERT INTO effects VALUES (?, ?)", (item.id, step))


def alarm(tx: Tx, item: Work) -> None:
    """Somebody hears of it."""
    assert item.state == WorkState.DEAD
    cast(Transaction, tx).session.write("INSERT INTO alarms VALUES (?)", (item.id,))


def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.sqlite3"
        engine = _open(path)
        with engine.connect() as connection:
            metadata.tables["work"].create(connection)
            for table in (
                "effects (work TEXT NOT NULL, step TEXT NOT NULL)",
                "alarms (work TEXT NOT NULL)",
                "nobody (id INTEGER PRIMARY KEY)",
                "refused (x INTEGER REFERENCES nobody(id) DEFERRABLE INITIALLY DEFERRED)",
            ):
                connection.exec_driver_sql(f"CREATE TABLE {table}")
        engine.dispose()
        return path.read_bytes()


def _open(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
