"""Backups of the SQLite database: consistent while the service runs, and never with a key in clear or the key store in it.

PostgreSQL has its own tools; what a restore must do afterwards is the same for both.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def write_backup(database: Path, target: Path) -> int:
    """Copy the database by SQLite's online backup; bytes. FileExistsError when there is something at `target` already."""
    if target.exists():
        raise FileExistsError(f"{target.name} exists already")
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_open(database, "ro")) as source, closing(sqlite3.connect(half)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    _sync(half)
    half.rename(target)
    _sync(target.parent)
    return target.stat().st_size


def epochs_needed(backup: Path) -> dict[int, int]:
    """How many live data keys of a backup each epoch wraps. ValueError for what is no whole backup of ours."""
    try:
        with closing(_open(backup, "ro")) as copy:
            [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
            if verdict != "ok":
                raise ValueError(f"{backup.name} is damaged")
            counted = "SELECT epoch, count(*) FROM subject_keys WHERE wrapped IS NOT NULL GROUP BY epoch"
            return dict(copy.execute(counted).fetchall())
    except sqlite3.DatabaseError:
        raise ValueError(f"{backup.name} is no backup of this service") from None


def put_back(backup: Path, database: Path) -> None:
    """Put a backup in the database's place, whole or not at all. Nothing may have the database open."""
    half = database.with_name(database.name + ".restoring")
    half.unlink(missing_ok=True)
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_open(backup, "ro")) as source, closing(sqlite3.connect(half)) as copy:
        source.backup(copy)
    _sync(half)
    for beside in ("-wal", "-shm", "-journal"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    half.rename(database)
    _sync(database.parent)


def _open(file: Path, mode: str) -> sqlite3.Connection:
    if not file.exists():
        raise FileNotFoundError(f"{file} does not exist")
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
