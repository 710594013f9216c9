"""The register of all breaches (GDPR Art. 33(5)): facts, effects and what was done, for whoever has to verify it. Drills are marked."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from bot.core import audit, spreadsheets, staff
from bot.core.audit import Tag
from bot.core.breaches.breach import Breach, Status
from bot.core.breaches.clock import is_kept
from bot.core.breaches.fields import Field
from bot.core.breaches.record import total
from bot.core.errors import NotAllowedError
from bot.core.ports import Tx
from bot.core.retention import before
from bot.core.staff import Member, Permission

_RECORDED: Final = (Status.OPEN.value, Status.CLOSED.value)
_DATES: Final = ("aware_at", "found_at", "due_at", "opened_at", "began_at", "ended_at", "agreed_at", "told_at", "reported_at", "closed_at")


def page(tx: Tx, *, offset: int = 0, limit: int = 8) -> tuple[list[Breach], int]:
    """A page of it, newest first, and how many there are in all."""
    found = tx.breaches.select(status__in=_RECORDED, order_by="-opened_at", offset=offset, limit=limit)
    return found, tx.breaches.count(status__in=_RECORDED)


def find(tx: Tx, member: Member, ref: str) -> Breach | None:
    """A breach or drill that is on record, for whoever may see the register. To others it is as if there were none; that they asked
    is on record."""
    for breach in tx.breaches.select(id=ref, status__in=_RECORDED):
        with suppress(NotAllowedError):
            staff.require(tx, member, Permission.REGISTER, ref=ref)
            return breach
    return None


def export(tx: Tx, member: Member) -> list[dict[str, Any]]:
    """Every entry, oldest first. That somebody took it is on record."""
    found = [_entry(breach) for breach in tx.breaches.select(status__in=_RECORDED, order_by="opened_at")]
    audit.record(tx, Tag.REGISTER_EXPORTED, actor=member.actor, what="breaches", entries=len(found))
    return found


def as_csv(entries: list[dict[str, Any]]) -> str:
    """For a spreadsheet, which must not take a text for a formula."""
    header = list(entries[0]) if entries else ["reference"]
    return spreadsheets.as_csv(header, ([entry[name] for name in header] for entry in entries))


def as_json(entries: list[dict[str, Any]]) -> str:
    """The same for programs."""
    return json.dumps({"law": "GDPR Art. 33(5)", "breaches": entries}, ensure_ascii=False, indent=2)


def sweep(tx: Tx) -> int:
    """Remove what was closed longer ago than the policy's rule, here and who was told of it; how many breaches."""
    gone = tx.breaches.select(closed_at__le=before(tx, "breach"), opened=False)
    for breach in gone:
        tx.breaches.remove(id=breach.id)
    for telling in tx.breach_tellings.select(closed_at__le=before(tx, "breach"), opened=False):
        tx.breach_notices.remove(breach=telling.id)
        tx.breach_tellings.remove(id=telling.id)
    return len(gone)


def _entry(breach: Breach) -> dict[str, Any]:
    texts = {name: of.get(breach.written_in) or next(iter(of.values())) for name, of in breach.texts.items()}
    return {
        "reference": breach.id,
        "drill": breach.drill,
        "status": breach.status,
        **{name: _date(getattr(breach, name)) for name in _DATES},
        "what": texts.get(Field.WHAT.value, ""),
        "categories": breach.categories,
        "regions": breach.regions,
        "affected": total(breach, "affected"),
        "told": total(breach, "told"),
        "not_reached": total(breach, "unreached"),
        "risk": breach.risk,
        "consequences": texts.get(Field.CONSEQUENCES.value, ""),
        "measures": texts.get(Field.MEASURES.value, ""),
        "advice": texts.get(Field.ADVICE.value, ""),
        "reports": json.dumps(breach.reports, sort_keys=True),
        "reasons_for_delay": texts.get(Field.LATE.value, ""),
        "kept": is_kept(breach) and max(breach.told_at or breach.aware_at, breach.reported_at or breach.aware_at) <= breach.due_at,
        "policy_version": breach.policy_version,
    }


def _date(at: datetime | None) -> str:
    return at.isoformat() if at else ""
