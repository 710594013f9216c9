"""A record's life: begun as a draft, filled in, opened under a reference, amended in phases (Art. 33(4)), agreed to, closed.

A draft has no clock and no room; opening gives it both. Every change is audited by its field, never with what was written. What
people would read is agreed to by two different persons, for the version that they looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from bot.core import audit
from bot.core.audit import Tag
from bot.core.breaches import fields
from bot.core.breaches.breach import Breach, NoticeState, Status
from bot.core.breaches.errors import NotReady, NotReadyError
from bot.core.breaches.fields import Field, Value
from bot.core.breaches.wanting import want_watched
from bot.core.errors import NotFoundError, TransitionError
from bot.core.ids import new_id, new_reference
from bot.core.keys.vault import SERVICE
from bot.core.ports import Tx
from bot.core.staff import Member
from bot.core.support import four_eyes, rooms

PREFIX: Final = "BRE"
TELLING: Final = "breach_notice"
"""The kind of proposal by which people are told (agreeing.py)."""


def begin(tx: Tx, member: Member, locale: str) -> Breach:
    """A draft; the member's own unfinished one where there is one. Found and aware: now, until somebody says otherwise."""
    for unfinished in tx.breaches.select(status=Status.DRAFT.value, opened_by=member.number, order_by="-opened_at", limit=1):
        return unfinished
    now = tx.clock.now()
    draft = Breach(
        id=new_id(tx.random),
        subject=SERVICE,
        status=Status.DRAFT.value,
        drill=False,
        opened_by=member.number,
        opened_at=now,
        aware_at=now,
        due_at=fields.due_at(tx.policy, now),
        policy_version=tx.policy.version,
        found_at=now,
        details={"locale": locale, "given": []},
    )
    tx.breaches.add(draft)
    return draft


def get(tx: Tx, ref: str) -> Breach:
    """A draft or a breach. NotFoundError."""
    found = tx.breaches.find(id=ref)
    if found is None:
        raise NotFoundError("breach")
    return found


def put(tx: Tx, member: Member, ref: str, field: Field, value: Value, locale: str = "") -> Breach:
    """Fill a field in, or change what is there. RecordError, NotFoundError; TransitionError once it is closed.

    Whether it is a drill stands once it is open: nobody may turn one into the other.
    """
    before = get(tx, ref)
    if before.status == Status.CLOSED or (before.status == Status.OPEN and field is Field.DRILL):
        raise TransitionError(ref, before.status, "change")
    changes = fields.changed(tx.policy, before, field, value, locale or before.written_in, tx.clock.now())
    if before.status == Status.OPEN and fields.changes_people_read(field):
        changes["version"] = before.version + 1
    if not tx.breaches.update({"id": ref, "subject": SERVICE, "version": before.version}, **changes):
        raise TransitionError(ref, before.status, "change")
    if before.status == Status.OPEN:
        was = _instant_of(before, field)
        audit.record(tx, Tag.BREACH_CHANGED, actor=member.actor, ref=ref, field=field.value, **({"was": was} if was else {}))
        if "version" in changes:
            four_eyes.overtake(tx, TELLING, ref)
        show(tx, ref)
    return get(tx, ref)


def discard(tx: Tx, ref: str) -> None:
    """Drop a draft. NotFoundError."""
    if not tx.breaches.remove(id=ref, status=Status.DRAFT.value):
        raise NotFoundError("breach")


def open_breach(tx: Tx, member: Member, draft: str) -> Breach:
    """From now on it is a breach (or a drill) with a reference, a clock and a room; whom it concerns is being looked for.

    NotReadyError while a field is empty, NotFoundError when somebody opened it before.
    """
    found = get(tx, draft)
    if found.status != Status.DRAFT:
        raise NotFoundError("breach")
    if fields.missing(found):
        raise NotReadyError(draft, NotReady.FIELDS)
    discard(tx, draft)
    opened = replace(found, id=_free_reference(tx), status=Status.OPEN.value, opened_by=member.number, opened_at=tx.clock.now())
    tx.breaches.add(opened)
    audit.record(
        tx, Tag.BREACH_RECORDED, actor=member.actor, ref=opened.id, drill=opened.drill, aware=opened.aware_at.isoformat()
    )
    show(tx, opened.id)
    return opened


def require_ready(tx: Tx, ref: str) -> Breach:
    """An open breach whose people are known, and of whom somebody was not told yet. NotReadyError, TransitionError.

    Also whoever is out of reach: what they read when they are back has to be agreed to before.
    """
    breach = get(tx, ref)
    if breach.status != Status.OPEN:
        raise TransitionError(ref, breach.status, "tell")
    if not is_found(breach):
        raise NotReadyError(ref, NotReady.FINDING)
    if not waiting(breach):
        raise NotReadyError(ref, NotReady.NOBODY)
    return breach


def agree(tx: Tx, member: Member, ref: str, version: int) -> Breach:
    """Two different persons want people told what this version says. TransitionError when the record has moved on since."""
    breach = require_ready(tx, ref)
    where = {"id": ref, "version": version, "status": Status.OPEN.value}
    if not tx.breaches.update(where, agreed_version=version, agreed_at=tx.clock.now()):
        raise TransitionError(ref, breach.status, "agree")
    audit.record(tx, Tag.BREACH_CHANGED, actor=member.actor, ref=ref, field="agreed", version=version)
    show(tx, ref)
    return get(tx, ref)


def close(tx: Tx, member: Member, ref: str) -> Breach:
    """End it: a drill at any time (what it computed is removed), a breach when people and authorities are told.

    Whoever is out of reach is told afterwards; so two people have to stand for what they will read.

    NotReadyError, TransitionError.
    """
    breach = get(tx, ref)
    if not breach.drill:
        on_the_list = waiting(breach) - (total(breach, "unreached") if breach.is_agreed else 0)
        if not is_found(breach) or on_the_list:
            raise NotReadyError(ref, NotReady.TOLD)
        if breach.reported_at is None:
            raise NotReadyError(ref, NotReady.REPORTED)
    now = tx.clock.now()
    if not tx.breaches.update({"id": ref, "status": Status.OPEN.value}, status=Status.CLOSED.value, closed_at=now):
        raise TransitionError(ref, breach.status, "close")
    audit.record(tx, Tag.BREACH_CLOSED, actor=member.actor, ref=ref, drill=breach.drill)
    show(tx, ref)
    return get(tx, ref)


def reopen(tx: Tx, ref: str) -> None:
    """Somebody was found while it was being closed, and nobody has agreed to what they would read: it is not over."""
    if tx.breaches.update({"id": ref, "status": Status.CLOSED.value}, status=Status.OPEN.value, closed_at=None):
        audit.record(tx, Tag.BREACH_CHANGED, actor="service", ref=ref, field="closed")
        show(tx, ref)


def show(tx: Tx, ref: str) -> None:
    """Have its room show it as it is, and the regions do what it says."""
    rooms.touch(tx, ref, SERVICE)
    want_watched(tx, ref)


def is_found(breach: Breach) -> bool:
    """Whether every region has looked at everybody under the record as it is now."""
    return bool(breach.counts) and all(
        each.get("round") == breach.version for each in breach.counts.values() if not each.get("unserved")
    )


def total(breach: Breach, what: str) -> int:
    """A figure, added up over the regions."""
    return sum(int(each.get(what, 0)) for each in breach.counts.values())


def waiting(breach: Breach) -> int:
    """How many people have not been told yet: to be told, on their way, out of reach."""
    return sum(total(breach, state.value) for state in (NoticeState.DUE, NoticeState.SENT, NoticeState.UNREACHED))


def sweep_drafts(tx: Tx) -> int:
    """Drop drafts that nobody came back to (policy: retention of a draft); how many."""
    until = tx.clock.now() - tx.policy.keep_for("draft").as_timedelta()
    return tx.breaches.remove(status=Status.DRAFT.value, opened_at__le=until)


def _instant_of(breach: Breach, field: Field) -> str:
    at = {
        Field.FOUND: breach.found_at, Field.AWARE: breach.aware_at, Field.BEGAN: breach.began_at, Field.ENDED: breach.ended_at,
    }.get(field)  # fmt: skip
    return at.isoformat() if at else ""


def _free_reference(tx: Tx) -> str:
    while True:
        ref: Any = new_reference(tx.random, PREFIX)
        if not tx.breaches.count(id=ref):
            return str(ref)
