"""`backup FILE`: a consistent copy of the SQLite database. The key store is never in it: without its epoch key it opens nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from bot.cli.regions import settings_of
from bot.core.policies import load_policy
from bot.settings import Settings, SettingsError
from bot.storage.backups import write_backup


def backup(file: Path, region: str | None = None) -> int:
    """0 when the copy is on the disk."""
    settings = settings_of(region)
    size = write_backup(database_file(settings), file)
    kept = load_policy(settings.policy).safeguards.backup_kept
    print(f"{size} bytes. It can be restored for at least {kept.amount} {kept.unit.value}; after that its keys are destroyed.")
    return 0


def database_file(settings: Settings) -> Path:
    """The SQLite file. SettingsError on PostgreSQL."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise SettingsError("BOT_DATABASE_URL is not SQLite: use pg_dump and pg_restore, then `restore` without a file")
    return Path(url.database)
