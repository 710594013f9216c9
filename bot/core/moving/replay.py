"""After a restore: whoever moved away since the backup is taken out of it again. They live elsewhere; this is no erasure.

Moves are written down in a ledger of their own, beside the erasure ledger and of the same make, before the copy here is removed.
A subject has another id in every region they live in, so somebody who came back is not mistaken for who left.
"""

from __future__ import annotations

from bot.core.erasure import loss
from bot.core.erasure.ledger import Ledger
from bot.core.errors import HeldError
from bot.core.moving import copying
from bot.core.moving.names import Names, Owner
from bot.core.ports import Tx
from bot.core.work import Engine

SCOPE = "moved"


def replay(engine: Engine, ledger: Ledger) -> int:
    """Remove those who moved away; how many were here. May be done again. LedgerError."""
    engine.write(lambda tx: loss.keep_on_record(tx, "moves", ledger))
    gone = {entry.subject for entry in ledger.entries()}
    if not gone:
        return 0
    subjects = engine.read(lambda tx: [row.id for row in tx.keys.rows.each()])
    found = [subject for subject in subjects if ledger.names_of(subject) & gone]
    return sum(engine.write(lambda tx, subject=subject: _remove(tx, subject)) for subject in found)  # type: ignore[misc]


def _remove(tx: Tx, subject: str) -> int:
    if not tx.keys.exists(subject):
        return 0
    if tx.keys.is_held(subject):
        raise HeldError
    packages = tx.packages.select(subject=subject, destroyed_at=None)
    owners = (Owner(subject, ""), *(Owner(package.key, "") for package in packages))
    lanes = tuple(link.id for link in tx.links.select(subject=subject, opened=False))
    names = Names(owners, lanes, {}, {})
    for item in copying.waiting_work(tx, subject):
        tx.work.remove(id=item.id)
    tx.cases.remove(subject=subject)
    for lane in lanes:
        tx.inbox.remove(lane=lane)
    copying.remove(tx, names, "", "")
    return 1
