"""What lies apart from a region's data and belongs in no backup of it: keys, directory, ledgers, and the mark of a restore.

In files of the data folder: processes on one machine share them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.erasure.ledger import Ledger
from bot.core.erasure.lines import FileLines, Lines
from bot.core.erasure.quarantine import FileMarker, Marker
from bot.core.keys import KeyRing
from bot.core.keys.ring import LEDGER
from bot.settings import Settings
from bot.storage import SqlKeyStore
from bot.storage.directory import SqliteDirectory


@dataclass(frozen=True, slots=True)
class Safe:
    """One region's, open. `directory` opens the directory of who is not at home, given how a Telegram id becomes an index."""

    region: str
    keys: SqlKeyStore
    marker: Marker
    erasures: Lines
    moves: Lines
    directory: Callable[[Callable[[int], str]], SqliteDirectory]

    def ledger_of_erasures(self, ring: KeyRing) -> Ledger:
        """Who was erased, under the region's ledger keys."""
        return Ledger(self.erasures, lambda: ring.newest_keys(LEDGER), self.keys.anchor(f"{self.region}/erasures"))

    def ledger_of_moves(self, ring: KeyRing) -> Ledger:
        """Who moved to another region."""
        return Ledger(self.moves, lambda: ring.newest_keys(LEDGER), self.keys.anchor(f"{self.region}/moves"))

    def close(self) -> None:
        """Close everything but the directory, which whoever opened it closes."""
        self.keys.close()


def open_safe(settings: Settings) -> Safe:
    """A region's safe, made when there is none."""
    region, folder = settings.region, settings.data_dir / "keys"
    return Safe(
        region,
        SqlKeyStore.in_file(settings.key_store),
        FileMarker(settings.data_dir),
        FileLines(settings.ledger),
        FileLines(settings.moves),
        lambda index: SqliteDirectory(folder / f"directory-{region.lower()}.sqlite3", region, index),
    )


def was_used(settings: Settings) -> bool:
    """Whether the region ever had keys. Opens nothing."""
    return settings.key_store.exists()
