"""The directory beside the key store: which region answers for a Telegram person who is not at home.

It is no part of a data backup: a region that was restored must not answer for people who moved away since. `index` turns a
Telegram id into a blind index under the home region's key.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Column, Connection, Index, MetaData, String, Table, delete, insert, select

from bot.storage.doors import Door, make_tables

_TABLE = """
CREATE TABLE IF NOT EXISTS directory (
    id TEXT PRIMARY KEY,
    region TEXT NOT NULL,
    link TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_directory_region_link ON directory (region, link);
"""


class SqliteDirectory:
    """Implements `bot.core.residence.Directory` in a small file of its own, readable by its owner alone. Look-ups happen for every
    private message, so they go straight to the driver (some microseconds); processes of one machine share the file."""

    near = True

    def __init__(self, path: Path, home: str, index: Callable[[int], str]) -> None:
        self._home = home
        self._index = index
        self._lock = threading.Lock()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=15)
        for pragma in ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(_TABLE)

    def find(self, telegram_id: int) -> str | None:
        with self._lock:
            row = self._file.execute("SELECT region FROM directory WHERE id = ?", (self._index(telegram_id),)).fetchone()
        return str(row[0]) if row else None

    def settle(self, links: Mapping[int, str], region: str) -> None:
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                for telegram_id, link in links.items():
                    index = self._index(telegram_id)
                    self._file.execute("DELETE FROM directory WHERE id = ?", (index,))
                    if region != self._home:
                        self._file.execute("INSERT INTO directory VALUES (?, ?, ?)", (index, region, link))
                self._file.execute("COMMIT")
            except BaseException:
                self._file.execute("ROLLBACK")
                raise

    def links(self, region: str, *, after: str = "", limit: int) -> Sequence[str]:
        asked = "SELECT link FROM directory WHERE region = ? AND link > ? ORDER BY link LIMIT ?"
        with self._lock:
            return [str(link) for (link,) in self._file.execute(asked, (region, after, limit))]

    def leave(self, region: str, links: Sequence[str]) -> int:
        with self._lock:
            return sum(
                self._file.execute("DELETE FROM directory WHERE region = ? AND link = ?", (region, link)).rowcount
                for link in links
            )

    def regions(self) -> Sequence[str]:
        with self._lock:
            return [str(region) for (region,) in self._file.execute("SELECT DISTINCT region FROM directory")]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


_metadata = MetaData()
directory_entries = Table(
    "directory",
    _metadata,
    Column("home", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("region", String(16), nullable=False),
    Column("link", String(64), nullable=False),
)
Index("ix_directory_home_region_link", directory_entries.c.home, directory_entries.c.region, directory_entries.c.link)


class SqlDirectory:
    """Implements `bot.core.residence.Directory` in the key store's database, for the machines of one home region."""

    near = False

    def __init__(self, door: Door, home: str, index: Callable[[int], str]) -> None:
        self._door = door
        self._home = home
        self._index = index
        self._mine = directory_entries.c.home == home
        make_tables(door, _metadata)

    def find(self, telegram_id: int) -> str | None:
        wanted = select(directory_entries.c.region).where(self._mine, directory_entries.c.id == self._index(telegram_id))
        return self._door.run(lambda connection: connection.execute(wanted).scalar_one_or_none())

    def settle(self, links: Mapping[int, str], region: str) -> None:
        rows = [
            {"home": self._home, "id": self._index(telegram_id), "region": region, "link": link}
            for telegram_id, link in links.items()
        ]

        def settle(connection: Connection) -> None:
            connection.execute(delete(directory_entries).where(self._mine, directory_entries.c.id.in_([row["id"] for row in rows])))
            if region != self._home and rows:
                connection.execute(insert(directory_entries), rows)

        with self._door.exclusive("directory"):
            self._door.run(settle)

    def links(self, region: str, *, after: str = "", limit: int) -> Sequence[str]:
        wanted = select(directory_entries.c.link).where(self._mine, directory_entries.c.region == region, directory_entries.c.link > after)
        wanted = wanted.order_by(directory_entries.c.link).limit(limit)
        return self._door.run(lambda connection: list(connection.execute(wanted).scalars()))

    def leave(self, region: str, links: Sequence[str]) -> int:
        gone = delete(directory_entries).where(self._mine, directory_entries.c.region == region, directory_entries.c.link.in_(links))
        return self._door.run(lambda connection: connection.execute(gone).rowcount) if links else 0

    def regions(self) -> Sequence[str]:
        wanted = select(directory_entries.c.region).where(self._mine).distinct()
        return self._door.run(lambda connection: list(connection.execute(wanted).scalars()))

    def close(self) -> None:
        """The door is closed by whoever opened it."""
