"""`keys move database|files`: carry keys, ledgers, directory and marks of every region into the database of `BOT_KEY_STORE_URL`, or
back into files. With the service stopped everywhere; interrupted, run it again (bot/storage/relocation.py has the steps)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bot.app import holder_of, open_core
from bot.core import audit
from bot.core.audit import Tag
from bot.core.clock import SystemClock, SystemRandomness
from bot.core.keys import KeyRing, Purpose
from bot.safe import Safe, open_safe, stands_in_files
from bot.settings import Settings, SettingsError, read_settings
from bot.storage.backups import backups_of
from bot.storage.relocation import Road, relocate

DATABASE, FILES = "database", "files"


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opens both safes of each region under one name: none of them is taken for somebody else's."""

    name: str
    opened: ExitStack

    def safe(self, settings: Settings) -> Safe:
        safe = open_safe(settings, mover=self.name)
        self.opened.callback(safe.close)
        self.opened.callback(safe.stand.tidy)  # of a place that was only looked at nothing stays
        return safe


async def move(to: str, ledger_file: Path | None = None) -> int:
    """0 when everything stands at the new place (or did before), 2 when nothing was touched."""
    settings = read_settings()
    if settings.key_store_url is None:
        raise SettingsError("BOT_KEY_STORE_URL says which database, for a move into it and for one out of it")
    with ExitStack() as opened:
        opening = _Opening(f"moves {secrets.token_hex(4)}", opened)
        roads = [
            road
            for region in dict.fromkeys((settings.region, *settings.served))
            if (theirs := settings.for_region(region)) is not None
            and (road := await asyncio.to_thread(_road, theirs, _in_files(settings, region, ledger_file), to, opening)) is not None
        ]
        carried = await asyncio.to_thread(relocate, roads, lambda line: print(line, flush=True))
    if not carried:
        print("there is nothing to move: the service may start as it is set")
        return 0
    for region in carried:
        new = settings.for_region(region) if to == DATABASE else _in_files(settings, region, ledger_file)
        assert new is not None
        await _note(new, to)
    print(f"moved: {', '.join(carried)}. {_what_to_set(to, ledger_file)}")
    return 0


def _in_files(settings: Settings, region: str, ledger_file: Path | None) -> Settings:
    found = settings.model_copy(update={"key_store_url": None, "ledger_file": ledger_file}).for_region(region)
    assert found is not None
    return found


def _road(in_database: Settings, in_files: Settings, to: str, opening: _Opening) -> Road | None:
    """None where there is nothing of a region to carry, or to finish."""
    if to == DATABASE and not stands_in_files(in_files):
        return None
    database = opening.safe(in_database)
    if to == FILES and not (database.was_used() or database.stand.mark.read() or stands_in_files(in_files)):
        return None
    files = opening.safe(in_files)
    old, new = (files, database) if to == DATABASE else (database, files)
    users = backups_of(in_database.database, in_database.region).users

    def is_busy() -> bool:
        return files.stand.presence.is_shared() or database.stand.presence.is_shared() or asyncio.run(users()) > 0

    return Road(in_database.region, old.stand, new.stand, _proof_of(in_database, old), _proof_of(in_database, new), is_busy)


def _proof_of(settings: Settings, safe: Safe) -> Callable[[], None]:
    def prove() -> None:
        ring = KeyRing(safe.region, holder_of(settings), safe.keys, SystemClock(), SystemRandomness())
        ring.refresh()
        ring.current_epoch()
        safe.ledger_of_erasures(ring).entries()
        safe.ledger_of_moves(ring).entries()

    return prove


async def _note(settings: Settings, to: str) -> None:
    safe = open_safe(settings)
    quarantined = safe.marker.is_on()
    safe.close()
    if not quarantined:  # else the restore that is under way comes first
        core = await open_core(settings)
        await core.database.write(lambda tx: audit.record(tx, Tag.KEYS_MOVED, ref=f"{core.ring.region}/{to}"), Purpose.RIGHTS)
        await core.stop()


def _what_to_set(to: str, ledger_file: Path | None) -> str:
    if to == DATABASE:
        return "Keep BOT_KEY_STORE_URL as it is, without BOT_LEDGER_FILE. Copies of the old files count as copies of the key store."
    ledger = f" and set BOT_LEDGER_FILE to {ledger_file}" if ledger_file else ""
    return f"Unset BOT_KEY_STORE_URL{ledger}. What the database's log and copies still have counts as copies of the key store."
