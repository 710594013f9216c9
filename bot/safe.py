"""What lies apart from a region's data and belongs in no backup of it: keys, directory, ledgers, and the mark of a restore.

In files, which the processes of one machine share; or with `BOT_KEY_STORE_URL` in a PostgreSQL database of their own, so that
machines share nothing but two databases and whoever holds the root key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.erasure.ledger import Ledger
from bot.core.erasure.lines import FileLines, Lines
from bot.core.erasure.quarantine import FileMarker, Marker
from bot.core.keys import KeyRing
from bot.core.keys.ring import LEDGER
from bot.core.residence import Directory
from bot.settings import Settings
from bot.storage import SqlKeyStore
from bot.storage.apart import SqlLines, SqlMarker
from bot.storage.directory import SqlDirectory, SqliteDirectory
from bot.storage.doors import PostgresDoor


@dataclass(frozen=True, slots=True)
class Safe:
    """One region's, open. `directory` opens the directory of who is not at home, given how a Telegram id becomes an index."""

    region: str
    keys: SqlKeyStore
    marker: Marker
    erasures: Lines
    moves: Lines
    directory: Callable[[Callable[[int], str]], Directory]

    def ledger_of_erasures(self, ring: KeyRing) -> Ledger:
        """Who was erased, under the region's ledger keys."""
        return Ledger(self.erasures, lambda: ring.newest_keys(LEDGER), self.keys.anchor(f"{self.region}/erasures"))

    def ledger_of_moves(self, ring: KeyRing) -> Ledger:
        """Who moved to another region."""
        return Ledger(self.moves, lambda: ring.newest_keys(LEDGER), self.keys.anchor(f"{self.region}/moves"))

    def was_used(self) -> bool:
        """Whether the region has keys."""
        return bool(self.keys.keys(self.region))

    def close(self) -> None:
        """Close everything but a directory that was opened."""
        self.keys.close()


def open_safe(settings: Settings) -> Safe:
    """A region's safe, made when there is none. KeyUnavailableError when its database does not answer."""
    region = settings.region
    if settings.key_store_address is not None:
        door = PostgresDoor(settings.key_store_address)
        erasures, moves = (SqlLines(door, f"{region}/{name}") for name in ("erasures", "moves"))
        keys, marker = SqlKeyStore(door), SqlMarker(door, region)
        return Safe(region, keys, marker, erasures, moves, lambda index: SqlDirectory(door, region, index))
    file = settings.data_dir / "keys" / f"directory-{region.lower()}.sqlite3"
    return Safe(
        region,
        SqlKeyStore.in_file(settings.key_store),
        FileMarker(settings.data_dir),
        FileLines(settings.ledger),
        FileLines(settings.moves),
        lambda index: SqliteDirectory(file, region, index),
    )


def was_used(settings: Settings) -> bool:
    """Whether a region ever had keys. KeyUnavailableError when its database does not answer."""
    if settings.key_store_address is None:
        return settings.key_store.exists()
    safe = open_safe(settings)
    try:
        return safe.was_used()
    finally:
        safe.close()
