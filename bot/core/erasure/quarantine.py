"""Quarantine: a restored database runs nothing until the erasure ledger was replayed on it.

A marker apart from the data says that a restore is under way. Besides, every start compares the ledger with the
certificates in the database, so that a backup which somebody copied back by hand is noticed too, and so is an old copy of the
ledger.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from bot.core.cases import Status
from bot.core.erasure.job import ERASE
from bot.core.erasure.ledger import Entry, Ledger
from bot.core.errors import LedgerCutError, QuarantineError
from bot.core.folders import sync_folder
from bot.core.ports import Tx

_WAY_OUT = "people who were erased may be in this database: run `python -m bot restore` to replay the erasure ledger"


class Marker(Protocol):
    """Says that a restore is under way, to every process that would start on the database."""

    def enter(self) -> None:
        """From now on nothing starts, not even after a crash."""
        ...

    def leave(self) -> None:
        """All is verified: open."""
        ...

    def is_on(self) -> bool:
        """Whether a restore is under way."""
        ...


class FileMarker:
    """Implements `Marker` by a file in the data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "quarantine"

    def enter(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.fsync(handle)
        os.close(handle)
        sync_folder(self._folder)

    def leave(self) -> None:
        self._file.unlink(missing_ok=True)
        sync_folder(self._folder)

    def is_on(self) -> bool:
        return self._file.exists()


def require_none(marker: Marker) -> None:
    """QuarantineError while a restore is under way."""
    if marker.is_on():
        raise QuarantineError(_WAY_OUT)


def require_replayed(tx: Tx, ledger: Ledger) -> None:
    """QuarantineError when this database does not know of every erasure; LedgerError when the ledger does not."""
    certified = {row.id for row in tx.certificates.each()}  # before the ledger, which is ahead of them
    ended = {entry.ref for entry in ledger.entries() if entry.completed_at is not None}
    if certified - ended:
        raise LedgerCutError(ledger.name, len(ended), len(ended | certified), "erasures")
    if unreplayed(tx, ledger):
        raise QuarantineError(_WAY_OUT)


def unreplayed(tx: Tx, ledger: Ledger) -> list[Entry]:
    """The erasures that this database has neither done nor is doing."""
    entries = ledger.entries()
    known = {row.id for row in tx.certificates.each()} if entries else set()
    return [entry for entry in entries if entry.ref not in known and not _is_under_way(tx, entry.ref)]


def _is_under_way(tx: Tx, ref: str) -> bool:
    case = tx.cases.find(id=ref, opened=False)
    if case is None or case.status not in (Status.ERASING, Status.WORKING):
        return False
    return case.held or bool(tx.work.count(kind=ERASE, ref=ref, state__ne="done"))
