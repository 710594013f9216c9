"""Copy, prove and remove a person's records.

A copy is sealed anew under the person's new key of the other region, so a ciphertext carried over by hand opens nowhere. The
proof reads both sides back through their keys and compares; it is order-free and needs no memory, however much there is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from bot.core import audit, work
from bot.core.audit import Tag
from bot.core.moving import parcel
from bot.core.moving.names import Names
from bot.core.ports import Tx
from bot.core.residence import MOVING
from bot.core.work import Engine, FencedError

BATCH = 20
"""Records in one transaction: segments and chunks are large."""
_LARGE = {"attachments": 2}
"""Fewer, where one may have ten megabytes."""
_NOT_COPIED = frozenset({"audit", "cases", "confirmations", "download_links", "drafts", "inbox", "link_tokens", "outbox"})
"""Cases and audit travel in the parcel, inbox and outbox with their chat; buttons, links and unfinished steps end here."""
Proof = dict[str, tuple[int, int]]


def room_for(tx: Tx, names: Names, *, restricted: bool) -> None:
    """The keys of the person there, made once. FencedError when the account is open there already."""
    found = tx.accounts.find(id=names.person.there, opened=False)
    if found is not None and found.status != MOVING:
        raise FencedError
    for owner in names.owners:
        if not tx.keys.exists(owner.there):
            tx.keys.create(owner.there)
    tx.keys.restrict(names.person.there, restricted=restricted)


def units(tx: Tx, names: Names) -> list[tuple[str, str, str]]:
    """What is copied in which order: (collection, subject here, subject there); the account comes first."""
    every = sorted(tx.of_subjects().keys() - _NOT_COPIED, key=lambda name: (name != "accounts", name))
    return [(name, owner.here, owner.there) for name in every for owner in names.owners]


def copy(
    here: Engine, there: Engine, names: Names, *, first: int, after: str, done: Callable[[Tx, int, str], None]
) -> None:
    """Copy from unit `first`, behind record `after`; `done(tx, unit, after)` notes each batch here. May be done again."""
    for number, (name, subject, _there) in enumerate(here.read(lambda tx: units(tx, names))):
        if number < first:
            continue
        after = after if number == first else ""
        while rows := here.read(lambda tx: _some(tx, name, subject, after)):  # noqa: B023
            there.write(lambda tx: _put(tx, names, name, rows))  # noqa: B023
            after = rows[-1].id
            here.write(lambda tx: done(tx, number, after))  # noqa: B023


def proof(tx: Tx, names: Names, *, there: bool) -> Proof:
    """How many records of each kind, and the sum of their digests, as they are called there."""
    found: Proof = {}
    for name, subject_here, subject_there in units(tx, names):
        count = total = 0
        for record in tx.of_subjects()[name].each(subject=subject_there if there else subject_here):
            if getattr(record, "conversation", None) == parcel.PARCEL:
                continue
            same = record if there else names.translated(record)
            digest = hashlib.sha256(repr(astuple(same)).encode()).digest()
            count, total = count + 1, (total + int.from_bytes(digest, "big")) % 2**256
        found[f"{name}/{subject_there}"] = count, total
    return found


def clear(tx: Tx, names: Names) -> None:
    """Take away a copy that is not the same, to begin again. FencedError when the account is open there already."""
    require_coming(tx, names.person.there)
    for name, _here, there in units(tx, names):
        if name != "accounts":
            tx.of_subjects()[name].remove(subject=there)
    tx.accounts.remove(id=names.person.there)


def remove(tx: Tx, names: Names, to: str, work_id: str) -> None:
    """Everything of the person leaves this region and the keys are destroyed. This is no erasure: they live elsewhere now."""
    subject = names.person.here
    audit.record(tx, Tag.ACCOUNT_MOVED, subject=subject, actor="service", to=to)
    audit.record(tx, Tag.KEY_SHREDDED, subject=subject, actor="service")
    for owner in names.owners:
        for name, rows in tx.of_subjects().items():
            if name not in ("audit", "accounts"):
                rows.remove(subject=owner.here)
        if tx.keys.exists(owner.here):
            tx.keys.shred(owner.here)
    for each in tx.work.select(ref=subject):
        if each.id != work_id:
            tx.work.remove(id=each.id)
    tx.accounts.remove(id=subject)


def require_coming(tx: Tx, subject: str) -> None:
    """FencedError unless the account is on its way: a worker that was thought dead must not write into one that is lived in."""
    found = tx.accounts.find(id=subject, opened=False)
    if found is None or found.status != MOVING:
        raise FencedError


def waiting_work(tx: Tx, subject: str) -> list[work.Work]:
    """Work that waits for the person's cases."""
    refs = tuple(case.id for case in tx.cases.select(subject=subject, opened=False))
    return tx.work.select(ref__in=refs, state=work.WorkState.WAITING.value) if refs else []


def _some(tx: Tx, name: str, subject: str, after: str) -> list[Any]:
    return tx.of_subjects()[name].select(subject=subject, id__gt=after, order_by="id", limit=_LARGE.get(name, BATCH))


def _put(tx: Tx, names: Names, name: str, rows: list[Any]) -> None:
    if name != "accounts":
        require_coming(tx, names.person.there)
    collection = tx.of_subjects()[name]
    for row in rows:
        collection.add_new(names.translated(row))
