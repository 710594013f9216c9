"""The key store: a database of its own for region, epoch and named keys, and for the ledgers' anchors; never part of a data
backup."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.core.keys.ring import StoredKey
from bot.storage.instant import Instant

_metadata = MetaData()
_keys = Table(
    "keys",
    _metadata,
    Column("name", String(80), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("region", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("wrapped", LargeBinary),
    Column("created_at", Instant, nullable=False),
    Column("destroyed_at", Instant),
)
_anchors = Table(
    "anchors",
    _metadata,
    Column("ledger", String(80), primary_key=True),
    Column("lines", Integer, nullable=False),
    Column("mac", String(64), nullable=False),
)


class SqlKeyStore:
    """Implements `bot.core.keys.KeyStore`. Calls are rare and short, so it is synchronous."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare)
        _metadata.create_all(self._engine)

    @classmethod
    def in_file(cls, path: Path) -> SqlKeyStore:
        """A store in an SQLite file that only its owner may read."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        return cls(f"sqlite:///{path}")

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold off the other processes of this machine; a store in memory has none."""
        file = self._engine.url.database
        if not file or self._engine.dialect.name != "sqlite":
            yield
            return
        handle = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def keys(self, region: str) -> list[StoredKey]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(_keys).where(_keys.c.region == region).order_by(_keys.c.name))
            return [StoredKey(**row) for row in rows.mappings()]

    def add(self, key: StoredKey) -> bool:
        row = {column.name: getattr(key, column.name) for column in _keys.c}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_keys), row)
        except IntegrityError:
            return False
        return True

    def replace(self, name: str, wrapped: bytes) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(_keys).where(_keys.c.name == name).values(wrapped=wrapped))

    def destroy(self, name: str, at: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(_keys).where(_keys.c.name == name).values(wrapped=None, destroyed_at=at))
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def anchor(self, ledger: str) -> SqlAnchor:
        """The anchor of a ledger, by the ledger's name in all processes."""
        return SqlAnchor(self._engine, ledger)

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()


class SqlAnchor:
    """Implements `bot.core.erasure.lines.Anchor`."""

    def __init__(self, engine: Engine, ledger: str) -> None:
        self._engine = engine
        self._ledger = ledger

    def find(self) -> tuple[int, str]:
        with self._engine.connect() as connection:
            wanted = select(_anchors.c.lines, _anchors.c.mac).where(_anchors.c.ledger == self._ledger)
            found = connection.execute(wanted).one_or_none()
        return (0, "") if found is None else (found.lines, found.mac)

    def move(self, lines: int, mac: str) -> None:
        mine, new = _anchors.c.ledger == self._ledger, {"lines": lines, "mac": mac}
        with self._engine.begin() as connection:
            if connection.execute(select(_anchors.c.lines).where(mine)).one_or_none() is None:
                connection.execute(insert(_anchors), {"ledger": self._ledger, **new})
            else:
                connection.execute(update(_anchors).where(mine, _anchors.c.lines < lines).values(new))


def _prepare(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("secure_delete=ON", "journal_mode=DELETE", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
