"""A ledger that was lost for good, and what can still be said of it.

`Ledger.begin_anew` keeps the entries that can be believed. Of those in the lost lines the certificates in the database tell all but
who it was: they are written down again without a name, so that references go on answering and nothing looks cut. Whoever stood in
the lost lines by name is recognised no more: in a backup from before, they are there like everybody else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core import audit, work
from bot.core.audit import Tag
from bot.core.cases import Right
from bot.core.erasure.job import ERASE, SCOPES, purge_by
from bot.core.erasure.ledger import Entry, Ledger
from bot.core.ports import Tx


def unlisted(tx: Tx, ledger: Ledger) -> list[Entry]:
    """The erasures that are certified here and that the ledger does not know as ended, without a name. LedgerError."""
    ended = {entry.ref for entry in ledger.entries() if entry.completed_at is not None}
    return [_entry_of(json.loads(row.content)) for row in tx.certificates.each() if row.id not in ended]


def write_down_again(engine: work.Engine, ledger: Ledger, epoch: int) -> None:
    """After a loss: what the certificates know, and the erasures that are under way. May be done again; without a loss it does nothing.
    LedgerError."""
    if not ledger.losses():
        return
    for entry in engine.read(lambda tx: _under_way(tx, ledger, epoch)):
        ledger.begin(entry)
    for entry in engine.read(lambda tx: unlisted(tx, ledger)):
        assert entry.completed_at is not None
        ledger.begin(entry)
        ledger.complete(entry.ref, entry.steps, entry.completed_at, entry.epoch)


def _under_way(tx: Tx, ledger: Ledger, epoch: int) -> list[Entry]:
    """Those whose beginning was written down before something was destroyed: their subject still stands with the case."""
    begun = [item.ref for item in tx.work.select(kind=ERASE, state__ne=work.WorkState.DONE.value) if item.step not in ("", "claimed")]
    found = [tx.cases.get(id=ref, opened=False) for ref in begun]
    return [
        Entry(case.id, ledger.recognise(case.subject), SCOPES[Right(case.right)], case.opened_at, epoch, purge_by(tx, case))
        for case in found
        if case.subject
    ]


def keep_on_record(tx: Tx, kind: str, ledger: Ledger) -> None:
    """An audit entry for each time that the ledger was lost, unless a restored database has it already. LedgerError."""
    for loss in ledger.losses():
        ref = f"{tx.keys.region}/{kind}/{loss.ref}"
        if not tx.audit.count(tag=Tag.LEDGER_LOST.value, ref=ref):
            audit.record(tx, Tag.LEDGER_LOST, ref=ref, actor="operator", left=left_of(loss), of=known_of(loss))


def may_hold_forgotten(ledger: Ledger, epochs: Mapping[int, int]) -> Entry | None:
    """The newest loss that a backup with live keys of these epochs may be older than: people may be in it whom the ledger cannot
    name any more. A backup that was made in a later epoch has none of an earlier one. LedgerError."""
    return next((loss for loss in reversed(ledger.losses()) if any(epoch <= loss.epoch for epoch in epochs)), None)


def left_of(loss: Entry) -> int:
    """How many lines were still there."""
    return int(_step(loss, "lines"))


def known_of(loss: Entry) -> int:
    """How many there should have been."""
    return int(_step(loss, "known"))


def _step(loss: Entry, name: str) -> str:
    return next(step.partition(" ")[2] for step in loss.steps if step.startswith(f"{name} "))


def _entry_of(certificate: Mapping[str, Any]) -> Entry:
    until = certificate["backups_unreadable_by"]
    return Entry(
        ref=certificate["reference"],
        subject="",
        scope=certificate["scope"],
        requested_at=datetime.fromisoformat(certificate["requested_at"]),
        epoch=certificate["key_epoch"],
        purge_by=datetime.fromisoformat(until) if until else None,
        steps=tuple(certificate["steps"]),
        completed_at=datetime.fromisoformat(certificate["erased_at"]),
    )
