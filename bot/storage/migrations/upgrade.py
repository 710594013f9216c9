"""Brings a database to a revision, inside the transaction of the caller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

HEAD = "0007"
"""The newest revision: what `tables.metadata` says. A test holds the three together."""

_HERE = Path(__file__).parent


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def migrate(connection: Connection, revision: str = HEAD) -> None:
    """Upgrade to `revision`. The caller holds a lock against a second process and commits.

    ValueError for a database that a newer program has made: it is not touched.
    """
    current = revision_of(connection)
    if current == revision:
        return
    if current is not None and current > HEAD:
        raise ValueError(f"the database is at revision {current}, this program knows only up to {HEAD}")
    from alembic import command  # slow to import, and needed only when there is something to do

    command.upgrade(_config(connection), revision)


def draft(connection: Connection, wanted: MetaData) -> tuple[list[Any], str]:
    """How the database differs from `wanted`, and that difference as code for a new revision."""
    from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    upgrade = produce_migrations(context, wanted).upgrade_ops
    code = "" if upgrade is None else render_python_code(upgrade)
    return compare_metadata(context, wanted), code


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
