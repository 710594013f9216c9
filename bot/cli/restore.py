"""`restore [BACKUP]`: into quarantine, erase again whom the ledger names, verify, open. Interrupted, run it again."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.app import holder_of, open_core
from bot.cli.regions import settings_of
from bot.core import backup_seals, moving
from bot.core.clock import SystemClock, SystemRandomness
from bot.core.erasure.replay import replay
from bot.core.keys import KeyRing
from bot.safe import Safe, open_safe
from bot.settings import Settings
from bot.storage.backups import Backups, Contents, backups_of
from bot.workers import DatabaseEngine


async def restore(backup: Path | None, *, replace: bool = False, region: str | None = None) -> int:
    """0 when the service may start again; 2 when nothing was touched."""
    settings = settings_of(region)
    database = backups_of(settings.database, settings.region)
    safe = open_safe(settings)
    try:
        reason = await _why_not(settings, safe, database, backup, replace=replace)
        if reason:
            print(reason, file=sys.stderr)
            return 2
        safe.marker.enter()
        print("quarantine: the service does not start until this is done")
        if backup is not None:
            await database.put_back(backup)
            print(f"{database.name} is back")
        await _replay(settings)
        safe.marker.leave()
        print("verified; the service may start")
        return 0
    finally:
        safe.close()


async def _why_not(settings: Settings, safe: Safe, database: Backups, backup: Path | None, *, replace: bool) -> str:
    """Why nothing may be touched, or nothing. ValueError for what is no whole backup, LedgerError for a ledger that is not whole."""
    if backup is not None:
        contents = await database.look_into(backup)
        if contents.region not in ("", settings.region):
            return f"{backup.name} is a backup of region {contents.region}: add --region {contents.region}"
        if not safe.was_used():
            return f"there are no keys of region {settings.region} here: nothing of {backup.name} could be opened"
        ring = _open_ring(settings, safe)
        if contents.seal is None:
            print(f"warning: {backup.name} has no seal, as one of an older version: damage inside a row shows only when it is opened")
        elif not backup_seals.is_ours(ring, contents.seal.digest, contents.seal.signature):
            return f"{backup.name} was not sealed by this key store of region {settings.region}: it was changed, or belongs elsewhere"
        lost = _keys_lost(safe, ring, contents)
        if lost:
            return f"{backup.name} is too old: the epoch keys of {lost} of {sum(contents.epochs.values())} data keys were destroyed"
        if await database.is_there() and not replace and not safe.marker.is_on():
            return f"{database.name} exists: stop the service, then add --replace"
    users = await database.users()
    if users:
        return f"{users} connections of the service are open: stop it on every machine"
    if safe.stand.presence.is_shared():
        return "the service or a command is at work on these keys: stop it on every machine"
    return ""


def _open_ring(settings: Settings, safe: Safe) -> KeyRing:
    ring = KeyRing(settings.region, holder_of(settings), safe.keys, SystemClock(), SystemRandomness())
    ring.open()
    return ring


def _keys_lost(safe: Safe, ring: KeyRing, contents: Contents) -> int:
    """How many data keys of a backup do not open any more: their epoch's key was destroyed on schedule. LedgerError."""
    safe.ledger_of_erasures(ring).entries()
    safe.ledger_of_moves(ring).entries()
    there = {epoch.number for epoch in ring.epochs()}
    return sum(count for epoch, count in contents.epochs.items() if epoch not in there)


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
