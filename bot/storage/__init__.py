"""Storage: SQLAlchemy tables and the collections that seal what is personal. Implements the ports of bot/core."""

from bot.storage.database import open_database
from bot.storage.key_store import SqlKeyStore
from bot.storage.postgres import PostgresDatabase
from bot.storage.sqlite import SqliteDatabase
from bot.storage.world import Database, Unit, World

__all__ = ["Database", "PostgresDatabase", "SqlKeyStore", "SqliteDatabase", "Unit", "World", "open_database"]
