"""Where a person's data can be. A source is emptied in one transaction and may be emptied again without harm.

`REST` takes every collection that names a subject and has no source of its own, so a new kind of record is erased from the day
it exists. The identity goes last, together with the key: until then the person can be told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core import audit, cases, exports
from bot.core.audit import Tag
from bot.core.breaches import reached
from bot.core.cases import Step, next_status
from bot.core.cases.table import Status
from bot.core.delivery import Delivery
from bot.core.ports import Tx
from bot.core.support import revealing, rooms


@dataclass(frozen=True, slots=True)
class Source:
    """One place. `erase(tx, subject, ref)` empties it; `ref` is the case of the erasure itself, which stays to the end."""

    name: str
    erase: Callable[[Tx, str, str], None]


def _conversations(tx: Tx, subject: str, ref: str) -> None:
    count = tx.conversations.remove(subject=subject)
    tx.segments.remove(subject=subject)
    if count:
        audit.record(tx, Tag.HISTORY_CLEARED, subject=subject, conversations=count)


def _packages(tx: Tx, subject: str, ref: str) -> None:
    """Finished packages, and those that were being built: their chunks lie under keys of their own."""
    for package in tx.packages.select(subject=subject, destroyed_at=None):
        exports.destroy(tx, package)
    tx.packages.remove(subject=subject)
    for case in tx.cases.select(subject=subject, opened=False):
        for item in tx.work.select(kind=exports.JOB, ref=case.id):
            key = item.checkpoint.get("key")
            if key:
                tx.chunks.remove(subject=key)
                if tx.keys.exists(key):
                    tx.keys.shred(key)
            tx.work.remove(id=item.id)


def _cases(tx: Tx, subject: str, ref: str) -> None:
    """Cases stay as a record that requests were answered (CCPA §7101), naming nobody."""
    for case in tx.cases.select(subject=subject, opened=False):
        if case.id == ref:
            tx.cases.update({"id": ref, "subject": subject}, details=None)
            continue
        if next_status(Status(case.status), Step.WITHDRAW):
            cases.move(tx, case, Step.WITHDRAW, actor="service", reason="erased")
        tx.cases.update({"id": case.id, "subject": subject}, details=None)
        tx.cases.update({"id": case.id}, subject="")
    rooms.dismantle(tx, subject)  # a case that was just withdrawn wanted to show it


def _delivery(tx: Tx, subject: str, ref: str) -> None:
    """What came in keeps its number against redelivery, but no longer the chat."""
    for link in tx.links.select(subject=subject, opened=False):
        tx.inbox.update({"lane": link.id, "state__in": (Delivery.DONE.value, Delivery.PARKED.value)}, lane="")
    tx.inbox.remove(subject=subject)
    tx.outbox.remove(subject=subject)
    tx.slots.remove(subject=subject)


def _rooms(tx: Tx, subject: str, ref: str) -> None:
    """What stands about them in the team's group goes too."""
    revealing.hide_all(tx, subject)
    rooms.dismantle(tx, subject)
    tx.letters.remove(subject=subject)
    tx.attachments.remove(subject=subject)


def _breaches(tx: Tx, subject: str, ref: str) -> None:
    reached.is_erased(tx, subject)


def _rest(tx: Tx, subject: str, ref: str) -> None:
    for name, rows in tx.of_subjects().items():
        if name not in _TAKEN_CARE_OF:
            rows.remove(subject=subject)
    tx.work.remove(ref=subject)


_TAKEN_CARE_OF = frozenset({"accounts", "audit", "cases", "links", "packages"})
"""`audit` has pseudonyms in that field; who they are was sealed under the key that is shredded."""

SOURCES = (
    Source("conversations", _conversations),
    Source("packages", _packages),
    Source("delivery", _delivery),
    Source("rooms", _rooms),
    Source("breaches", _breaches),
    Source("rest", _rest),
    Source("cases", _cases),
)


def erase_identity(tx: Tx, subject: str) -> None:
    """The account, the way to it and the key: the shred. HeldError under a legal hold."""
    audit.record(tx, Tag.ACCOUNT_ERASED, subject=subject)
    audit.record(tx, Tag.KEY_SHREDDED, subject=subject)
    tx.links.remove(subject=subject)
    tx.accounts.remove(id=subject)
    tx.keys.shred(subject)


def left(tx: Tx, subject: str, ref: str) -> tuple[str, ...]:
    """The places where something of a subject still is, by name; the erasure's own case does not count."""
    found = [
        name
        for name, rows in tx.of_subjects().items()
        if name != "audit" and rows.count(subject=subject, **({"id__ne": ref} if name == "cases" else {}))
    ]
    if tx.work.count(ref=subject):
        found.append("work")
    if tx.keys.exists(subject):
        found.append("keys")
    return tuple(found)


def erase_all(tx: Tx, subject: str, ref: str) -> None:
    """Empty every source and shred, in one transaction: for a restored backup, where nobody is told."""
    for source in SOURCES:
        source.erase(tx, subject, ref)
    if tx.keys.exists(subject):
        erase_identity(tx, subject)
    tx.links.remove(subject=subject)
    tx.accounts.remove(id=subject)
