"""A connection in the middle of a transaction: runs ready-made SQL with the least in between.

Every statement of a collection is compiled once per process by SQLAlchemy and then run as text. On SQLite it goes straight to
the driver, which is eight times faster than through the engine; on PostgreSQL through SQLAlchemy's asyncpg adapter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.engine import Dialect

from bot.storage.locks import number_of

_BATCH = 200
Values = Sequence[Any]


class Session(Protocol):
    """What collections need of a connection."""

    dialect: Dialect
    before_write: Callable[[], None] | None
    """Called once before the next statement that writes: opens the savepoint that a verb may be rolled back to."""

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

    def hold(self, name: str) -> bool:
        """Hold a named lock until the transaction ends, unless another transaction holds it: then False, at once."""
        ...


class SqliteSession:
    """On SQLite. There is one writer, so whoever may write holds every lock."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self.before_write: Callable[[], None] | None = None
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        self._driver: sqlite3.Connection = driver

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

    def hold(self, name: str) -> bool:
        return True


class PostgresSession:
    """On PostgreSQL, inside SQLAlchemy's greenlet."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self.before_write: Callable[[], None] | None = None
        self._connection = connection

    def rows(self, sql: str, values: Values) -> Sequence[Sequence[Any]]:
        return self._connection.exec_driver_sql(sql, tuple(values)).all()

    def each(self, sql: str, values: Values) -> Iterator[Sequence[Any]]:
        options = {"yield_per": _BATCH}
        return iter(self._connection.exec_driver_sql(sql, tuple(values), execution_options=options))

    def write(self, sql: str, values: Values) -> int:
        if self.before_write is not None:
            self.before_write()
        return self._connection.exec_driver_sql(sql, tuple(values)).rowcount

    def write_many(self, sql: str, values: Sequence[Values]) -> None:
        if self.before_write is not None:
            self.before_write()
        self._connection.exec_driver_sql(sql, [tuple(each) for each in values])

    def hold(self, name: str) -> bool:
        question = text("SELECT pg_try_advisory_xact_lock(:number)")
        return bool(self._connection.execute(question, {"number": number_of(name)}).scalar_one())


def session_of(connection: Connection) -> Session:
    """The session on a connection."""
    return SqliteSession(connection) if connection.dialect.name == "sqlite" else PostgresSession(connection)
