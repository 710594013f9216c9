"""Which database: one writer on SQLite, many transactions on PostgreSQL, the same units of work on both."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from bot.storage.postgres import PostgresDatabase
from bot.storage.sqlite import SqliteDatabase
from bot.storage.world import Database, World


def open_database(url: str, world: World) -> Database:
    """The database of a URL: `sqlite:///file` (or `sqlite+aiosqlite:///file`), `postgresql+asyncpg://…`.

    ValueError for another kind.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return SqliteDatabase(Path(parsed.database), world)
    if parsed.get_backend_name() == "postgresql":
        return PostgresDatabase(url, world)
    raise ValueError("BOT_DATABASE_URL must be sqlite:///... or postgresql+asyncpg://...")
