"""Legal hold: a subject is not erased while it stands (GDPR Art. 17(3)(e)). It stops the shred and nothing else.

Conversations go when their time is over or the person deletes them; the team is told so before it proposes one. Cases and what was
written in them stay (bot/core/unheld.py): they are what a hold is mostly about. The account stays closed, the case goes on as far as the ledger, the clocks run, exports and answers work. Who may set one, and
that two people must agree, is decided at the desk.
"""

from __future__ import annotations

from bot.core import audit, work
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Status
from bot.core.erasure.job import ERASE
from bot.core.ports import Tx


def hold(tx: Tx, subject: str, *, actor: str, reason: str, ref: str = "") -> None:
    """Hold a subject's data. `reason` is a code of the desk's, never a text about a person; `ref` is the case whose path shows it.

    ShreddedError when it is too late.
    """
    tx.keys.hold(subject, held=True)
    tx.cases.update({"subject": subject, "right__in": _ERASING, "closed_at": None}, held=True)
    audit.record(tx, Tag.HOLD_SET, subject=subject, actor=actor, ref=ref, reason=reason)


def lift_hold(tx: Tx, subject: str, *, actor: str, ref: str = "") -> list[Case]:
    """Let go; erasures that were stopped start again now. Those cases.

    What the hold kept beyond its time has as long to leave the backups as anything that is erased at the end of a grace period.
    """
    tx.keys.hold(subject, held=False)
    now = tx.clock.now()
    purge_by = now + tx.policy.span("purge").as_timedelta() - tx.policy.span("grace").as_timedelta()
    for case in tx.cases.select(subject=subject, held=True, opened=False):
        stopped = case.grace_until is not None and case.grace_until < now
        moved = {"pauses": case.pauses | {"held_until": now.isoformat()}, "purge_by": purge_by} if stopped else {}
        tx.cases.update({"id": case.id}, held=False, **moved)
    audit.record(tx, Tag.HOLD_LIFTED, subject=subject, actor=actor, ref=ref)
    again = [
        case
        for right in _ERASING
        for case in tx.cases.select(subject=subject, right=right, opened=False)
        if case.status in (Status.ERASING, Status.WORKING) and not tx.work.count(kind=ERASE, ref=case.id, state="waiting")
    ]
    for case in again:
        work.schedule(tx, ERASE, case.id)
    return again


def held_cases(tx: Tx) -> list[Case]:
    """Open erasures under a hold, for the desk."""
    return [case for case in tx.cases.select(held=True, order_by="opened_at", opened=False) if not case.is_closed]


_ERASING = (Right.ERASURE.value, Right.FORGET_DESK.value)
