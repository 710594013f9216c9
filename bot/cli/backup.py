"""`backup FILE`: a consistent copy of the database, sealed. The key store is never in it: without its epoch key it opens nothing."""

from __future__ import annotations

from pathlib import Path

from bot.app import holder_of
from bot.cli.regions import settings_of
from bot.core import backup_seals
from bot.core.clock import SystemClock, SystemRandomness
from bot.core.errors import KeyUnavailableError
from bot.core.keys import KeyRing
from bot.core.policies import load_policy
from bot.safe import open_safe
from bot.settings import Settings
from bot.storage.backups import backups_of


async def backup(file: Path, region: str | None = None) -> int:
    """0 when the copy is on the disk. KeyUnavailableError, SealError: it is sealed with the region's signing key."""
    settings = settings_of(region)
    size = await _write(settings, file)
    kept = load_policy(settings.policy).safeguards.backup_kept
    print(f"{size} bytes. It can be restored for at least {kept.amount} {kept.unit.value}; after that its keys are destroyed.")
    return 0


async def _write(settings: Settings, file: Path) -> int:
    safe = open_safe(settings)
    try:
        if not safe.was_used():
            raise KeyUnavailableError(f"store of region {settings.region} (there are no keys yet, so there is nothing to back up)")
        ring = KeyRing(settings.region, holder_of(settings), safe.keys, SystemClock(), SystemRandomness())
        ring.refresh()
        return await backups_of(settings.database, settings.region).write(file, lambda digest: backup_seals.sign(ring, digest))
    finally:
        safe.close()
