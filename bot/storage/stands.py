"""Where a region's keys, ledgers and directory stand, as something that can be carried to another place: files, or a database.

A stand has parts, each of them rows in an order of its own, and a mark that says whether it may be used:

    ""          it may: whatever is here is what counts
    leaving     it is being copied to another stand and does not change meanwhile
    arriving    a copy is being made here and counts for nothing yet
    moved       what was here stands elsewhere; what is left is to be destroyed

Of all stands of a region at most one is ever unmarked and holds keys (relocation.py has the order of the steps).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, insert, select, update

from bot.core.erasure.quarantine import Marker
from bot.core.folders import sync_folder
from bot.storage.directory import SqliteDirectory
from bot.storage.doors import Door
from bot.storage.presence import Presence

LEAVING, ARRIVING, MOVED = "leaving", "arriving", "moved"
Row = tuple[Any, ...]
_PIECE = 1000


class StandMark(Protocol):
    """Says to every process whether a stand may be used; it lasts when it is written."""

    def read(self) -> str: ...
    def write(self, state: str) -> None: ...


class Part(Protocol):
    """A kind of thing that stands apart from the data, of one region."""

    name: str

    def pieces(self) -> Iterator[list[Row]]:
        """All of it, some rows at a time; the same rows at every stand."""
        ...

    def add(self, rows: list[Row]) -> None:
        """Put rows behind those that are there; they last when this returns."""
        ...

    def destroy(self) -> None:
        """Leave nothing, and of keys no byte that the place can overwrite. May be done again."""
        ...


@dataclass(frozen=True, slots=True)
class Stand:
    """One place. `tidy` removes what is left of a place when its parts are gone."""

    name: str
    mark: StandMark
    presence: Presence
    parts: Sequence[Part]
    tidy: Callable[[], None]

    def is_used(self) -> bool:
        """Whether there is a key of the region."""
        return any(True for _ in self.parts[0].pieces())

    def destroy(self) -> None:
        """Leave nothing but the mark."""
        for part in self.parts:
            part.destroy()
        self.tidy()


def proof(part: Part) -> tuple[int, int]:
    """How many rows, and the sum of their digests: every byte counts, the order that a database sorts in does not."""
    count = total = 0
    for rows in part.pieces():
        for row in rows:
            digest = hashlib.sha256(repr(row).encode()).digest()
            count, total = count + 1, (total + int.from_bytes(digest, "big")) % 2**256
    return count, total


class TablePart:
    """Rows of a table that fit `mine`; its first of `columns` tells them apart. `fixed` is what they have in common."""

    def __init__(
        self, name: str, door: Door, table: Table, mine: ColumnElement[bool], columns: Sequence[str], **fixed: str
    ) -> None:
        self.name = name
        self._door = door
        self._table = table
        self._mine = mine
        self._columns = tuple(columns)
        self._fixed = fixed

    def pieces(self) -> Iterator[list[Row]]:
        key = self._table.c[self._columns[0]]
        wanted = select(*(self._table.c[name] for name in self._columns)).where(self._mine).order_by(key).limit(_PIECE)
        rows = self._rows(wanted)
        while rows:
            yield rows
            rows = self._rows(wanted.where(key > rows[-1][0]))

    def _rows(self, wanted: Select[Any]) -> list[Row]:
        return self._door.run(lambda connection: [tuple(row) for row in connection.execute(wanted)])

    def add(self, rows: list[Row]) -> None:
        values = [self._fixed | dict(zip(self._columns, row, strict=True)) for row in rows]

        def add(connection: Connection) -> None:
            there = select(self._table.c[self._columns[0]]).where(self._mine)
            known = set(connection.execute(there.where(self._table.c[self._columns[0]] == rows[0][0])).scalars())
            if not known:  # else the connection was lost after all of it had arrived
                connection.execute(insert(self._table), values)

        self._door.run(add)

    def destroy(self) -> None:
        def destroy(connection: Connection) -> None:
            if "wrapped" in self._columns:
                connection.execute(update(self._table).where(self._mine).values(wrapped=None))
            connection.execute(delete(self._table).where(self._mine))

        self._door.run(destroy)
        self._door.scrub(self._table)


class FileLinesPart:
    """A ledger's file. What was half-written when the power failed is no line."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path

    def pieces(self) -> Iterator[list[Row]]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            rows: list[Row] = []
            for number, line in enumerate(file, 1):
                if line.endswith(b"\n"):
                    rows.append((number, line))
                if len(rows) == _PIECE:
                    yield rows
                    rows = []
            if rows:
                yield rows

    def add(self, rows: list[Row]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(b"".join(line for _number, line in rows))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self._path.parent)

    def destroy(self) -> None:
        self._path.unlink(missing_ok=True)


class DirectoryFilePart:
    """The directory's file."""

    name = "directory"

    def __init__(self, path: Path, home: str) -> None:
        self._path = path
        self._home = home

    def pieces(self) -> Iterator[list[Row]]:
        if not self._path.exists():
            return
        with closing(sqlite3.connect(self._path)) as file:
            found = file.execute("SELECT id, region, link FROM directory ORDER BY id")
            while rows := found.fetchmany(_PIECE):
                yield rows

    def add(self, rows: list[Row]) -> None:
        SqliteDirectory(self._path, self._home, str).close()
        with closing(sqlite3.connect(self._path)) as file, file:
            file.execute("PRAGMA synchronous=FULL")
            file.executemany("INSERT INTO directory VALUES (?, ?, ?)", rows)

    def destroy(self) -> None:
        if not self._path.exists():
            return
        with closing(sqlite3.connect(self._path, isolation_level=None)) as file:
            for statement in ("PRAGMA secure_delete=ON", "DELETE FROM directory", "VACUUM"):
                file.execute(statement)
        self._path.unlink()


class MarkerPart:
    """The mark of a restore under way."""

    name = "quarantine"

    def __init__(self, marker: Marker) -> None:
        self._marker = marker

    def pieces(self) -> Iterator[list[Row]]:
        if self._marker.is_on():
            yield [("on",)]

    def add(self, rows: list[Row]) -> None:
        self._marker.enter()

    def destroy(self) -> None:
        if self._marker.is_on():
            self._marker.leave()


class FileStandMark:
    """Implements `StandMark` in a small file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        return self._path.read_text("ascii").strip() if self._path.exists() else ""

    def write(self, state: str) -> None:
        if not state:
            self._path.unlink(missing_ok=True)
        else:
            half = self._path.with_name(self._path.name + ".half")
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(state + "\n")
                file.flush()
                os.fsync(file.fileno())
            half.replace(self._path)
        sync_folder(self._path.parent)
