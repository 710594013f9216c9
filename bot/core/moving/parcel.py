"""What must not act while it is on the road, in one sealed parcel: open cases have dates that sweeps look at, and the audit
history of the person is appended to the other region's chain in one go. The parcel lies there as a segment that belongs to no
conversation, so no retention touches it, and is unpacked in the transaction that opens the account."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.core import audit
from bot.core.audit import AuditEntry
from bot.core.cases import Case
from bot.core.conversations import Segment
from bot.core.moving.names import Names
from bot.core.ports import Tx

PARCEL = "parcel"
_AT = "at:"
Content = list[list[Any]]


def pack(tx: Tx, names: Names) -> Content:
    """The person's cases and audit history here, as the other side will keep them."""
    subject = names.person.here
    found = tx.cases.select(subject=subject)
    cases = [["case", _as_json(asdict(names.translated(case)))] for case in found]
    history = _history(tx, audit.pseudonym_of(tx, subject), [case.id for case in found])
    return [*cases, *(["audit", _as_json(_told(entry))] for entry in history)]


def put(tx: Tx, subject: str, content: Content) -> None:
    """Lay a parcel down for `subject`, in the place of an earlier one."""
    tx.segments.remove(subject=subject, conversation=PARCEL)
    tx.segments.add(Segment(_id(subject), subject, PARCEL, content))


def fingerprint(content: Content) -> str:
    """Tells two parcels apart."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def find(tx: Tx, subject: str) -> Content | None:
    """The parcel that waits for `subject`."""
    found = tx.segments.find(id=_id(subject), subject=subject)
    return found.content if found else None


def unpack(tx: Tx, subject: str) -> None:
    """Take everything out; a parcel is unpacked once. Of somebody who lived here before, the chain has a part already."""
    rows = [(kind, _from_json(values)) for kind, values in find(tx, subject) or []]
    refs = [row["id"] for kind, row in rows if kind == "case"]
    known = Counter(_key(_told(entry)) for entry in _history(tx, audit.pseudonym_of(tx, subject), refs))
    for kind, row in rows:
        if kind == "case":
            tx.cases.add(Case(**row))
        elif known[_key(row)]:
            known[_key(row)] -= 1
        else:
            audit.carry(tx, **row)
    tx.segments.remove(subject=subject, conversation=PARCEL)


def _history(tx: Tx, pseudonym: str, refs: list[str]) -> list[AuditEntry]:
    """What happened to a person and their cases, in order."""
    found = {entry.id: entry for entry in tx.audit.select(subject=pseudonym)} if pseudonym else {}
    for ref in refs:
        found |= {entry.id: entry for entry in tx.audit.select(ref=ref)}
    return [entry for _, entry in sorted(found.items())]


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted(row.items()))


def _told(entry: AuditEntry) -> dict[str, Any]:
    names = ("at", "tag", "actor", "subject", "ref", "details")
    return {name: getattr(entry, name) for name in names}


def _id(subject: str) -> str:
    return f"{PARCEL}.{subject}"


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    return {name: [_AT, value.isoformat()] if isinstance(value, datetime) else value for name, value in row.items()}


def _from_json(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value[1]) if isinstance(value, list) and value[:1] == [_AT] else value
        for name, value in row.items()
    }
