"""`restore [BACKUP]`: into quarantine, erase again whom the ledger names, verify, open. Interrupted, run it again."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.app import holder_of, open_core
from bot.cli.backup import database_file
from bot.cli.regions import settings_of
from bot.core import moving
from bot.core.clock import SystemClock, SystemRandomness
from bot.core.erasure.replay import replay
from bot.core.keys import KeyRing
from bot.safe import Safe, open_safe
from bot.settings import Settings
from bot.storage.backups import epochs_needed, put_back
from bot.workers import DatabaseEngine


async def restore(backup: Path | None, *, replace: bool = False, region: str | None = None) -> int:
    """0 when the service may start again; 2 when nothing was touched."""
    settings = settings_of(region)
    safe = open_safe(settings)
    try:
        if backup is not None:
            database = database_file(settings)
            if database.exists() and not replace and not safe.marker.is_on():
                print(f"{database.name} exists: stop the service, then add --replace", file=sys.stderr)
                return 2
            if not _keys_are_there(settings, safe, backup):
                return 2
        safe.marker.enter()
        print("quarantine: the service does not start until this is done")
        if backup is not None:
            put_back(backup, database)
            print(f"{database.name} is back")
        await _replay(settings)
        safe.marker.leave()
        print("verified; the service may start")
        return 0
    finally:
        safe.close()


async def _replay(settings: Settings) -> None:
    core = await open_core(settings, quarantined=True)
    try:
        engine = DatabaseEngine(core.database)
        found = await asyncio.to_thread(replay, engine, core.ledger, core.ring, core.database.compact)
        moved = await asyncio.to_thread(moving.replay, engine, core.moves)
        await asyncio.to_thread(core.database.compact)
    finally:
        await core.stop()
    print(f"ledger: {found.entries} erasures, {found.erased} people erased again, {found.held} kept by a legal hold")
    if moved:
        print(f"{moved} people live in another region and were taken out")


def _keys_are_there(settings: Settings, safe: Safe, backup: Path) -> bool:
    """Whether every data key of the backup still opens: its epoch key may have been destroyed on schedule."""
    needed = epochs_needed(backup)
    ring = KeyRing(settings.region, holder_of(settings), safe.keys, SystemClock(), SystemRandomness())
    ring.open()
    there = {epoch.number for epoch in ring.epochs()}
    lost = sum(count for epoch, count in needed.items() if epoch not in there)
    if lost:
        print(
            f"{backup.name} is too old: the epoch keys of {lost} of {sum(needed.values())} data keys were destroyed",
            file=sys.stderr,
        )
    return not lost
