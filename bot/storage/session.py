"""A connection in the middle of a transaction: runs ready-made SQL with the least in between.

Every statement of a collection is compiled once per process by SQLAlchemy and then run as text, straight by the driver: on
SQLite that is eight times faster than through SQLAlchemy's engine, on PostgreSQL two to three times.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.util import await_only

from bot.core.keys import SubjectKey
from bot.storage.locks import number_of

_BATCH = 200
Values = Sequence[Any]


class Session(Protocol):
    """What collections need of a connection."""

    database: str
    """SQLAlchemy's name for the kind of database: `sqlite` or `postgresql`."""

    before_write: Callable[[], None] | None
    """Called once before the next statement that writes: opens the savepoint that a verb may be rolled back to."""

    seen_keys: dict[str, SubjectKey]
    """Rows of subjects' keys as this transaction of the database knows them; see `Keychain`."""

    def rows(self, sql: str, values: Values) -> Sequence[Sequence[Any]]:
        """All rows of a query."""
        ...

    def each(self, sql: str, values: Values) -> Iterator[Sequence[Any]]:
        """Its rows one after another, with bounded memory."""
        ...

    def write(self, sql: str, values: Values) -> int:
        """Change something; how many rows it was."""
        ...

    def write_many(self, sql: str, values: Sequence[Values]) -> None:
        """The same change many times, with other values each."""
        ...

    def mark(self, number: int) -> str:
        """Where the value of that number goes in SQL that was not compiled: counted from 1, each once, in their order."""
        ...

    def hold(self, name: str) -> bool:
        """Hold a named lock until the transaction ends, unless another transaction holds it: then False, at once."""
        ...


class SqliteSession:
    """On SQLite. There is one writer, so whoever may write holds every lock."""

    database = "sqlite"

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.before_write: Callable[[], None] | None = None
        self.seen_keys: dict[str, SubjectKey] = {}
        self._driver = driver

    def rows(self, sql: str, values: Values) -> Sequence[Sequence[Any]]:
        return self._driver.execute(sql, values).fetchall()

    def each(self, sql: str, values: Values) -> Iterator[Sequence[Any]]:
        return self._driver.execute(sql, values)

    def write(self, sql: str, values: Values) -> int:
        if self.before_write is not None:
            self.before_write()
        return self._driver.execute(sql, values).rowcount

    def write_many(self, sql: str, values: Sequence[Values]) -> None:
        if self.before_write is not None:
            self.before_write()
        self._driver.executemany(sql, values)

    def mark(self, number: int) -> str:
        return "?"

    def hold(self, name: str) -> bool:
        return True


class PostgresSession:
    """On PostgreSQL by asyncpg, inside SQLAlchemy's greenlet: the core waits without knowing of it."""

    database = "postgresql"

    def __init__(self, driver: Any) -> None:
        self.before_write: Callable[[], None] | None = None
        self.seen_keys: dict[str, SubjectKey] = {}
        self._driver = driver

    def rows(self, sql: str, values: Values) -> Sequence[Sequence[Any]]:
        found: Sequence[Sequence[Any]] = await_only(self._driver.fetch(sql, *values))
        return found

    def each(self, sql: str, values: Values) -> Iterator[Sequence[Any]]:
        cursor = await_only(self._driver.cursor(sql, *values))
        while batch := await_only(cursor.fetch(_BATCH)):
            yield from batch

    def write(self, sql: str, values: Values) -> int:
        if self.before_write is not None:
            self.before_write()
        told: str = await_only(self._driver.execute(sql, *values))
        return int(count) if (count := told.rpartition(" ")[2]).isdigit() else 0  # "UPDATE 2", "SAVEPOINT"

    def write_many(self, sql: str, values: Sequence[Values]) -> None:
        if self.before_write is not None:
            self.before_write()
        await_only(self._driver.executemany(sql, values))

    def mark(self, number: int) -> str:
        return f"${number}"

    def hold(self, name: str) -> bool:
        return bool(self.rows("SELECT pg_try_advisory_xact_lock($1)", (number_of(name),))[0][0])


def session_of(connection: Connection) -> Session:
    """The session on a connection of SQLAlchemy's that has begun its transaction."""
    driver = connection.connection.driver_connection
    return SqliteSession(driver) if isinstance(driver, sqlite3.Connection) else PostgresSession(driver)
