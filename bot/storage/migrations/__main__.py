"""`python -m bot.storage.migrations`: prints what the newest revision still lacks, as code to start a new one from."""

from __future__ import annotations

from sqlalchemy import create_engine

from bot.storage.migrations import draft, migrate
from bot.storage.tables import metadata


def main() -> None:
    """On an empty database in memory."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection)
        differences, code = draft(connection, metadata)
    print(code if differences else "Migrations and tables agree.")


if __name__ == "__main__":
    main()
