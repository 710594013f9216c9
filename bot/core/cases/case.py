"""A case and its moves. Every move is one transaction with its audit entry; a move that lost a race raises."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.core import audit, deadlines
from bot.core.accounts import Account
from bot.core.audit import AuditEntry, Tag
from bot.core.cases import clocks, marks
from bot.core.cases.table import CLOSED, FOR_PEOPLE, Right, Status, Step, next_status
from bot.core.errors import NotFoundError, TransitionError
from bot.core.ids import CaseRef, new_reference
from bot.core.policies import versions
from bot.core.ports import Tx, sealed
from bot.core.support import rooms

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A right being exercised. `id` is the reference. After an erasure `subject` is empty: the case then names nobody.

    `channel`: how it was made. `warned` is the last mark of its time that was passed, `untold` one of which the team has yet to hear
    (bot/core/cases/marks.py).
    """

    id: str
    subject: str
    right: str
    status: str
    opened_at: datetime
    acknowledge_by: datetime
    target_due: datetime
    legal_due: datetime | None
    calendar: str
    calendar_version: str
    policy_version: str
    reason: str = ""
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    extended_at: datetime | None = None
    waiting_since: datetime | None = None
    paused_for: int = 0
    grace_until: datetime | None = None
    purge_by: datetime | None = None
    reminded_at: datetime | None = None
    delay_told_at: datetime | None = None
    missed_told_at: datetime | None = None
    held: bool = False
    details: dict[str, Any] | None = sealed("json", default=None)
    jurisdiction: str | None = None
    pauses: dict[str, Any] = field(default_factory=dict)
    look_at: datetime | None = None
    assignee: int = 0
    warned: int = 0
    escalated_at: datetime | None = None
    channel: str = "telegram"
    warn_at: datetime | None = None
    untold: int = 0

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED

    @property
    def closes_by(self) -> datetime:
        """Until when it has to be closed, once what is due was done: later than its date only where backups are waited for."""
        return self.target_due if self.purge_by is None else max(self.target_due, self.purge_by + _A_DAY)

    def is_overdue(self, now: datetime) -> bool:
        """Whether its date has passed while it is open. A date stands still while the case waits for the person; what was erased has its
        own, until which copies leave the backups, and the day after it."""
        if self.status == Status.PURGING:
            return now > self.closes_by
        return not self.is_closed and clocks.effective_now(self, now) > self.target_due


def open_case(tx: Tx, account: Account, right: Right, *, told: bool = True, **details: Any) -> Case:
    """Open a case. `told`: the caller tells the person its reference in the same transaction, so it is acknowledged at once.

    A case of which nobody is told here (a letter, another channel) is acknowledged by the sweep.
    """
    now = tx.clock.now()
    dates = deadlines.for_request(tx.policy, account.jurisdiction, right, now)
    case = Case(
        id=_free_reference(tx, right),
        subject=account.id,
        right=right.value,
        status=Status.OPENED.value,
        opened_at=now,
        acknowledge_by=dates.acknowledge_by,
        target_due=dates.target_due,
        legal_due=dates.legal_due,
        calendar=dates.calendar,
        calendar_version=dates.calendar_version,
        policy_version=tx.policy.version,
        details=details or None,
        jurisdiction=account.jurisdiction,
        look_at=now,
    )
    tx.cases.add(case)
    show(tx, case)
    audit.record(tx, Tag.CASE_OPENED, subject=account.id, ref=case.id, right=right.value)
    return move(tx, case, Step.ACKNOWLEDGE, acknowledged_at=now) if told else case


def move(tx: Tx, case: Case, step: Step, *, actor: str | None = None, reason: str = "", **changes: Any) -> Case:
    """Take a step. TransitionError when the table has none from here, or somebody else moved the case first.

    With ASK, `reason` says why the person is asked ("identity", "clarification"): it decides whether the clock stands.
    """
    status = next_status(Status(case.status), step)
    if status is None:
        raise TransitionError(case.id, case.status, step.value)
    now = tx.clock.now()
    policy = tx.policy if step is Step.REOPEN else versions.terms(tx, case.policy_version)
    changes = clocks.step_changes(policy, case, step, reason, now) | changes
    if status in CLOSED:
        changes |= {"closed_at": now, "untold": 0}
    if step is Step.REOPEN:
        changes |= {"closed_at": None, "reason": "", "policy_version": policy.version}
    if reason:
        changes["reason"] = reason
    moved = replace(case, status=status.value, **changes)
    changes |= {"look_at": clocks.next_look(policy, moved, now), "warn_at": marks.next_at(policy, moved)}
    if not tx.cases.update({"id": case.id, "status": case.status}, status=status.value, **changes):
        raise TransitionError(case.id, case.status, step.value)
    if status in CLOSED:
        forget_password(tx, case)
    show(tx, case)
    audit.record(
        tx, Tag.CASE_MOVED, subject=case.subject or None, actor=actor, ref=case.id, step=step.value, status=status.value, **({"reason": reason} if reason else {})
    )
    return tx.cases.get(id=case.id)


def forget_password(tx: Tx, case: Case) -> None:
    """The password that a person wished for their copy is needed to make it and for nothing else: however the case ends, only that
    there was one stays."""
    if case.details and "password" in case.details:
        rest = {name: value for name, value in case.details.items() if name != "password"}
        tx.cases.update({"id": case.id, "subject": case.subject}, details=rest | {"locked": True})


def show(tx: Tx, case: Case) -> None:
    """Have the team's group show a case as it is now: people work on it, or should after its date was missed."""
    if case.right in FOR_PEOPLE or case.escalated_at is not None or case.missed_told_at is not None:
        rooms.touch(tx, case.id, case.subject, urgent_at=case.target_due)
    else:
        rooms.refresh(tx, case.id)


def find_for(tx: Tx, subject: str | None, ref: str) -> Case | None:
    """The subject's own case of that reference, or a case whose subject was erased (it names nobody)."""
    case = tx.cases.find(id=ref, opened=False)
    if case is None or (case.subject and case.subject != subject):
        return None
    return tx.cases.get(id=ref)


def get_for(tx: Tx, subject: str | None, ref: str) -> Case:
    """Like `find_for`. NotFoundError, the same for a foreign case as for none."""
    case = find_for(tx, subject, ref)
    if case is None:
        raise NotFoundError("case")
    return case


def list_for(tx: Tx, subject: str, *, limit: int = 10) -> list[Case]:
    """The subject's cases, newest first."""
    return tx.cases.select(subject=subject, order_by="-opened_at", limit=limit)


def open_of(tx: Tx, subject: str, right: Right) -> Case | None:
    """The subject's open case of a right, if any: a person who asks twice gets the running one."""
    for case in tx.cases.select(subject=subject, right=right.value, order_by="-opened_at"):
        if not case.is_closed:
            return case
    return None


def path(tx: Tx, ref: str) -> list[AuditEntry]:
    """How a case came to where it stands."""
    return tx.audit.select(ref=ref, order_by="id")


def _free_reference(tx: Tx, right: Right) -> CaseRef:
    while True:
        ref = new_reference(tx.random, right.value)
        if not tx.cases.count(id=ref):
            return ref
