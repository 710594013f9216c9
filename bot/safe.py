"""What lies apart from a region's data and belongs in no backup of it: keys, directory, ledgers, and the mark of a restore.

In files, which the processes of one machine share; or with `BOT_KEY_STORE_URL` in a PostgreSQL database of their own, so that
machines share nothing but two databases and whoever holds the root key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.core.audit_checkpoints import Run
from bot.core.erasure.ledger import Ledger
from bot.core.erasure.lines import FileLines, Lines
from bot.core.erasure.quarantine import FileMarker, Marker
from bot.core.errors import KeyUnavailableError
from bot.core.keys import KeyRing
from bot.core.keys.ring import LEDGER
from bot.core.residence import Directory
from bot.settings import Settings
from bot.storage import SqlKeyStore
from bot.storage.apart import SqlLines, SqlMarker, SqlRun, SqlStandMark, ledger_lines
from bot.storage.directory import SqlDirectory, SqliteDirectory, directory_entries
from bot.storage.doors import Door, FileDoor, PostgresDoor, make_tables
from bot.storage.key_store import anchors, stored_keys
from bot.storage.presence import FilePresence, PostgresPresence
from bot.storage.stands import (
    MOVED,
    DirectoryFilePart,
    FileLinesPart,
    FileStandMark,
    MarkerPart,
    Part,
    Stand,
    TablePart,
)

_LOOKS = "looks"


@dataclass(frozen=True, slots=True)
class Safe:
    """One region's, open. `directory` opens the directory of who is not at home, given how a Telegram id becomes an index."""

    region: str
    keys: SqlKeyStore
    marker: Marker
    erasures: Lines
    moves: Lines
    directory: Callable[[Callable[[int], str]], Directory]
    stand: Stand
    checkpoints: Run | None = None
    """The run of all machines' checkpoints, where they share no folder."""

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
        self.stand.presence.close()
        self.keys.close()


def open_safe(settings: Settings, *, mover: str = "") -> Safe:
    """A region's safe, made when there is none. KeyUnavailableError when its database does not answer, and for one that is being
    moved or stands elsewhere now: only who moves them (by a name of its own) opens one."""
    url = settings.key_store_address
    safe = _in_files(settings) if url is None else _in_database(PostgresDoor(url, mover), settings.region)
    try:
        if not mover:
            _require_unmarked(safe)
    except BaseException:
        safe.close()
        raise
    return safe


def was_used(settings: Settings) -> bool:
    """Whether a region ever had keys, where they are looked for or in files that nobody moved. KeyUnavailableError when its
    database does not answer."""
    if settings.key_store.exists():
        return True
    if settings.key_store_address is None:
        return FileStandMark(_file_mark(settings)).read() not in ("", MOVED)
    safe = open_safe(settings, mover=_LOOKS)
    try:
        return safe.was_used() or safe.stand.mark.read() not in ("", MOVED)
    finally:
        safe.close()


def _require_unmarked(safe: Safe) -> None:
    mark = safe.stand.mark.read()
    if mark == MOVED:
        raise KeyUnavailableError(f"store of region {safe.region} (it was moved away from the {safe.stand.name})")
    if mark:
        raise KeyUnavailableError(f"store of region {safe.region} (it is being moved: run `keys move` again)")


def _in_database(door: PostgresDoor, region: str) -> Safe:
    erasures, moves = (SqlLines(door, f"{region}/{name}") for name in ("erasures", "moves"))
    keys, marker = SqlKeyStore(door), SqlMarker(door, region)
    make_tables(door, directory_entries.metadata)
    theirs, home = directory_entries.c.home == region, {"home": region}
    parts = _parts(
        door,
        region,
        marker,
        [
            TablePart(name, door, ledger_lines, ledger_lines.c.ledger == lines.name, ("number", "line"), ledger=lines.name)
            for name, lines in (("erasure ledger", erasures), ("ledger of moves", moves))
        ],
        TablePart("directory", door, directory_entries, theirs, ("id", "region", "link"), **home),
    )
    stand = Stand("database", SqlStandMark(door, region), PostgresPresence(door), parts, lambda: None)
    return Safe(region, keys, marker, erasures, moves, lambda index: SqlDirectory(door, region, index), stand, SqlRun(door, region))


def _in_files(settings: Settings) -> Safe:
    region, folder = settings.region, settings.key_store.parent
    directory = folder / f"directory-{region.lower()}.sqlite3"
    door, marker = FileDoor(settings.key_store), FileMarker(settings.data_dir)
    keys = SqlKeyStore(door)
    ledgers: list[Part] = [FileLinesPart(*each) for each in (("erasure ledger", settings.ledger), ("ledger of moves", settings.moves))]
    parts = _parts(door, region, marker, ledgers, DirectoryFilePart(directory, region))

    def tidy() -> None:
        if not settings.key_store.exists() or not keys.is_empty():
            return  # gone already; or keys of another region, from before it had a folder of its own
        door.close()
        settings.key_store.unlink(missing_ok=True)

    stand = Stand("files", FileStandMark(_file_mark(settings)), FilePresence(folder / "in-use"), parts, tidy)
    lines = FileLines(settings.ledger), FileLines(settings.moves)
    return Safe(region, keys, marker, *lines, lambda index: SqliteDirectory(directory, region, index), stand)


def _parts(door: Door, region: str, marker: Marker, ledgers: list[Part], directory: Part) -> list[Part]:
    """In this order at every stand; keys first."""
    key_columns = ("name", "kind", "number", "wrapped", "created_at", "destroyed_at")
    names = anchors.c.ledger.in_([f"{region}/erasures", f"{region}/moves"])
    return [
        TablePart("keys", door, stored_keys, stored_keys.c.region == region, key_columns, region=region),
        *ledgers,
        TablePart("anchors", door, anchors, names, ("ledger", "lines", "mac")),
        directory,
        MarkerPart(marker),
    ]


def stands_in_files(settings: Settings) -> bool:
    """Whether there is anything of a region in files, or a move has begun there; nothing is made by looking."""
    return settings.key_store.exists() or bool(FileStandMark(_file_mark(settings)).read())


def _file_mark(settings: Settings) -> Path:
    return settings.key_store.with_name("stand")
