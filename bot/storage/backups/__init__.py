"""Backups: a consistent copy of the data while the service runs, and never a key in clear or the key store in it.

    sqlite.py     a copy of the file
    postgres.py   a file of our own with the rows of every table
    seals.py      a signed digest at the end of either, so that no bit changes unseen

A copy that came about otherwise is restored all the same: put it in place, and `restore` without a file does the rest.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from bot.storage.backups.backups import Backups, Contents
from bot.storage.backups.postgres import PostgresBackups
from bot.storage.backups.sqlite import SqliteBackups

__all__ = ["Backups", "Contents", "PostgresBackups", "SqliteBackups", "backups_of"]


def backups_of(url: str, region: str) -> Backups:
    """The backups of a region's database."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return SqliteBackups(Path(parsed.database))
    return PostgresBackups(url, region)
