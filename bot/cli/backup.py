"""`backup FILE`: a consistent copy of the database. The key store is never in it: without its epoch key it opens nothing."""

from __future__ import annotations

from pathlib import Path

from bot.cli.regions import settings_of
from bot.core.policies import load_policy
from bot.storage.backups import backups_of


async def backup(file: Path, region: str | None = None) -> int:
    """0 when the copy is on the disk."""
    settings = settings_of(region)
    size = await backups_of(settings.database, settings.region).write(file)
    kept = load_policy(settings.policy).safeguards.backup_kept
    print(f"{size} bytes. It can be restored for at least {kept.amount} {kept.unit.value}; after that its keys are destroyed.")
    return 0
