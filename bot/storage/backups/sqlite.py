"""Backups of an SQLite database, by its online backup: a database file again."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.storage.backups import seals
from bot.storage.backups.backups import Contents, in_place_of, require_new
from bot.storage.backups.seals import Seal, Sign

_MAGIC = b"SQLite format 3\0"
_LEAST_PAGE = 512


class SqliteBackups:
    """Implements `Backups` for a file."""

    def __init__(self, database: Path) -> None:
        self.name = database.name
        self._database = database

    async def write(self, target: Path, sign: Sign) -> int:
        return await asyncio.to_thread(self._write, target, sign)

    async def look_into(self, backup: Path) -> Contents:
        return await asyncio.to_thread(_look_into, backup)

    async def is_there(self) -> bool:
        return self._database.exists()

    async def users(self) -> int:
        """A file does not tell; who has the keys open does (`bot.storage.presence`)."""
        return 0

    async def put_back(self, backup: Path) -> None:
        await asyncio.to_thread(self._put_back, backup)

    def _write(self, target: Path, sign: Sign) -> int:
        require_new(target)
        with in_place_of(target) as half:
            with closing(_open(self._database)) as source, closing(sqlite3.connect(half)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            with half.open("ab") as file:
                file.write(seals.ROOM)
            seals.write(half, sign)
        return target.stat().st_size

    def _put_back(self, backup: Path) -> None:
        with in_place_of(self._database) as half:
            with closing(_open(backup)) as source, closing(sqlite3.connect(half)) as copy:
                source.backup(copy)
            for beside in ("-wal", "-shm", "-journal"):
                self._database.with_name(self._database.name + beside).unlink(missing_ok=True)


def _look_into(backup: Path) -> Contents:
    seal = _seal_of(backup)
    counted = "SELECT epoch, count(*) FROM subject_keys WHERE wrapped IS NOT NULL GROUP BY epoch"
    try:
        with closing(_open(backup)) as copy:
            [(verdict,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
            if verdict != "ok":
                raise ValueError(f"{backup.name} is damaged")
            epochs = dict(copy.execute(counted).fetchall())
            tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
            heads = copy.execute("SELECT id FROM epoch_heads").fetchall() if "epoch_heads" in tables else []
            return Contents(heads[0][0] if heads else "", epochs, seal)
    except sqlite3.DatabaseError:
        raise ValueError(f"{backup.name} is no backup of this service") from None


def _seal_of(backup: Path) -> Seal | None:
    """None for a file of whole pages: what an older program wrote, or somebody's own copy."""
    if not backup.exists():
        raise FileNotFoundError(f"{backup} does not exist")
    with backup.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ValueError(f"{backup.name} is no backup of this service")
    return seals.read(backup) if backup.stat().st_size % _LEAST_PAGE else None


def _open(file: Path) -> sqlite3.Connection:
    if not file.exists():
        raise FileNotFoundError(f"{file} does not exist")
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
