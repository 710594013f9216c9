"""Quarantine: a restored database runs nothing until the erasure ledger was replayed on it.

A marker file in the data folder says that a restore is under way. Besides, every start compares the ledger with the
certificates in the database, so that a backup which somebody copied back by hand is noticed too.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.core.cases import Status
from bot.core.erasure.job import ERASE
from bot.core.erasure.ledger import Entry, Ledger
from bot.core.errors import QuarantineError
from bot.core.ports import Tx

_NAME = "quarantine"
_WAY_OUT = "people who were erased may be in this database: run `python -m bot restore` to replay the erasure ledger"


def enter(folder: Path) -> None:
    """From now on nothing starts on this folder, not even after a crash."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / _NAME, os.O_WRONLY | os.O_CREAT, 0o600)
    os.fsync(handle)
    os.close(handle)
    _sync(folder)


def leave(folder: Path) -> None:
    """All is verified: open."""
    (folder / _NAME).unlink(missing_ok=True)
    _sync(folder)


def is_on(folder: Path) -> bool:
    """Whether a restore is under way."""
    return (folder / _NAME).exists()


def require_none(folder: Path) -> None:
    """QuarantineError while a restore is under way."""
    if is_on(folder):
        raise QuarantineError(_WAY_OUT)


def require_replayed(tx: Tx, ledger: Ledger) -> None:
    """QuarantineError when this database does not know of every erasure. LedgerError."""
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


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
