"""The key store: a database of its own for region, epoch and named keys, and for the ledgers' anchors; never part of a data
backup."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.core.keys.ring import StoredKey
from bot.storage.doors import Door, FileDoor, make_tables
from bot.storage.instant import Instant

_metadata = MetaData()
stored_keys = Table(
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
anchors = Table(
    "anchors",
    _metadata,
    Column("ledger", String(80), primary_key=True),
    Column("lines", Integer, nullable=False),
    Column("mac", String(64), nullable=False),
)


class SqlKeyStore:
    """Implements `bot.core.keys.KeyStore`."""

    def __init__(self, door: Door) -> None:
        self._door = door
        make_tables(door, _metadata)

    @classmethod
    def in_file(cls, path: Path) -> SqlKeyStore:
        """A store in an SQLite file that only its owner may read."""
        return cls(FileDoor(path))

    def exclusive(self) -> AbstractContextManager[None]:
        return self._door.exclusive("keys")

    def keys(self, region: str) -> list[StoredKey]:
        wanted = select(stored_keys).where(stored_keys.c.region == region).order_by(stored_keys.c.name)
        return self._door.run(lambda connection: [StoredKey(**row) for row in connection.execute(wanted).mappings()])

    def add(self, key: StoredKey) -> bool:
        row = {column.name: getattr(key, column.name) for column in stored_keys.c}
        try:
            self._door.run(lambda connection: connection.execute(insert(stored_keys), row))
        except IntegrityError:
            return False
        return True

    def replace(self, name: str, wrapped: bytes) -> None:
        change = update(stored_keys).where(stored_keys.c.name == name).values(wrapped=wrapped)
        self._door.run(lambda connection: connection.execute(change))

    def destroy(self, name: str, at: datetime) -> None:
        change = update(stored_keys).where(stored_keys.c.name == name).values(wrapped=None, destroyed_at=at)
        self._door.run(lambda connection: connection.execute(change))
        self._door.scrub(stored_keys)

    def is_empty(self) -> bool:
        """Whether no region has a key here."""
        return not self._door.run(lambda connection: connection.execute(select(stored_keys.c.name).limit(1)).all())

    def anchor(self, ledger: str) -> SqlAnchor:
        """The anchor of a ledger, by the ledger's name in all processes."""
        return SqlAnchor(self._door, ledger)

    def close(self) -> None:
        """Close the store."""
        self._door.close()


class SqlAnchor:
    """Implements `bot.core.erasure.lines.Anchor`."""

    def __init__(self, door: Door, ledger: str) -> None:
        self._door = door
        self._ledger = ledger

    def find(self) -> tuple[int, str]:
        wanted = select(anchors.c.lines, anchors.c.mac).where(anchors.c.ledger == self._ledger)
        found = self._door.run(lambda connection: connection.execute(wanted).one_or_none())
        return (0, "") if found is None else (found.lines, found.mac)

    def begin_anew(self, lines: int, mac: str) -> None:
        row = {"ledger": self._ledger, "lines": lines, "mac": mac}

        def begin(connection: Connection) -> None:
            connection.execute(delete(anchors).where(anchors.c.ledger == self._ledger))
            connection.execute(insert(anchors), row)

        self._door.run(begin)

    def move(self, lines: int, mac: str) -> None:
        mine, new = anchors.c.ledger == self._ledger, {"lines": lines, "mac": mac}

        def move(connection: Connection) -> None:
            if connection.execute(select(anchors.c.lines).where(mine)).one_or_none() is None:
                connection.execute(insert(anchors), {"ledger": self._ledger, **new})
            else:
                connection.execute(update(anchors).where(mine, anchors.c.lines < lines).values(new))

        self._door.run(move)
