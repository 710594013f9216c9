"""The promises of the policy, counted: how many times each fell due, was kept, was late, is open, and how long it took.

Computed from what is on record (cases, audit trail, conversations), so it says nothing that cannot be checked, and nothing about
a person. What a person took back themselves was not owed any more and does not count.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from itertools import accumulate
from operator import add
from typing import Any, Final

from bot.core import breaches, retention
from bot.core.audit import Tag
from bot.core.breaches.clock import is_kept
from bot.core.cases import Case, Right, Status, Step
from bot.core.cases.clocks import effective_now, received_at
from bot.core.policies import Policy, Span
from bot.core.ports import Tx

PROMISES: Final = ("acknowledge", "fulfil", "export", "grace", "purge", "retention", "breach")
_A_DAY: Final = timedelta(days=1)
"""What ends with a period is done by a sweep: it is in time within the day after, and never before."""
_DELETIONS: Final = frozenset({Right.ERASURE.value})


@dataclass(frozen=True, slots=True)
class Kept:
    """One promise. `due` = `kept` + `late`; `open` is not due yet. `took` says how often it took how many seconds, where that can be
    told; `standing` is how long what is still there has been."""

    promise: str
    span: Span
    kept: int = 0
    late: int = 0
    open: int = 0
    took: Mapping[float, int] = field(default_factory=dict)
    standing: timedelta | None = None

    @property
    def due(self) -> int:
        return self.kept + self.late

    @property
    def worst(self) -> timedelta | None:
        spans = [timedelta(seconds=seconds) for seconds in self.took]
        return max([*spans, *([self.standing] if self.standing is not None else [])], default=None)

    @property
    def median(self) -> timedelta | None:
        return timedelta(seconds=_median(self.took)) if self.took else None

    def __add__(self, other: Kept) -> Kept:
        """The same promise in two places."""
        assert self.promise == other.promise
        standing = max((each.standing for each in (self, other) if each.standing is not None), default=None)
        counts = self.kept + other.kept, self.late + other.late, self.open + other.open
        return Kept(self.promise, self.span, *counts, Counter(self.took) + Counter(other.took), standing)

    def as_json(self) -> dict[str, Any]:
        """With times in seconds."""
        return {
            "promise": self.promise,
            "amount": self.span.amount,
            "unit": self.span.unit.value,
            "due": self.due,
            "kept": self.kept,
            "late": self.late,
            "open": self.open,
            "worst_seconds": _seconds(self.worst),
            "median_seconds": _seconds(self.median),
        }


@dataclass(slots=True)
class _Count:
    kept: int = 0
    late: int = 0
    open: int = 0
    took: Counter[float] = field(default_factory=Counter)
    standing: timedelta | None = None

    def answered(self, took: timedelta, *, in_time: bool) -> None:
        self.took[took.total_seconds()] += 1
        self.kept += in_time
        self.late += not in_time

    def unanswered(self, *, overdue: bool) -> None:
        self.late += overdue
        self.open += not overdue

    def of(self, policy: Policy, promise: str) -> Kept:
        return Kept(promise, policy.span(promise), self.kept, self.late, self.open, self.took, self.standing)


def in_all(reports: Sequence[list[Kept]]) -> list[Kept]:
    """Several regions' reports as one; at least one, all under the same policy."""
    return [reduce(add, of_one) for of_one in zip(*reports, strict=True)]


def report(tx: Tx, since: datetime | None = None) -> list[Kept]:
    """Every promise, in the policy's order. `since` (aware): only what came in from then on; retention is always as of now."""
    counts = {promise: _Count() for promise in PROMISES}
    now = tx.clock.now()
    for case in _cases(tx, since):
        _acknowledged(counts["acknowledge"], case, now)
        if case.right in _DELETIONS:
            _deleted(tx, counts["grace"], counts["purge"], case, now)
        else:
            _answered(counts["export" if case.right == Right.EXPORT else "fulfil"], case, now)
    _conversations(tx, counts["retention"], since, now)
    _breaches(tx, counts["breach"], since, now)
    return [counts[promise].of(tx.policy, promise) for promise in PROMISES]


def _cases(tx: Tx, since: datetime | None) -> Iterator[Case]:
    wanted: dict[str, Any] = {"opened_at__ge": since} if since else {}
    return tx.cases.each(opened=False, order_by="id", **wanted)


def _acknowledged(count: _Count, case: Case, now: datetime) -> None:
    if case.acknowledged_at is not None:
        count.answered(case.acknowledged_at - case.opened_at, in_time=case.acknowledged_at <= case.acknowledge_by)
    elif case.status != Status.WITHDRAWN:
        count.unanswered(overdue=now > case.acknowledge_by)


def _answered(count: _Count, case: Case, now: datetime) -> None:
    if case.status == Status.WITHDRAWN:
        return
    if case.closed_at is not None:
        took = case.closed_at - received_at(case) - timedelta(seconds=case.paused_for)
        count.answered(took, in_time=case.closed_at <= case.target_due)
    else:
        count.unanswered(overdue=effective_now(case, now) > case.target_due)


def _deleted(tx: Tx, grace: _Count, purge: _Count, case: Case, now: datetime) -> None:
    """Grace: nothing is erased before it ends, everything within the day after. Purge: gone from backups by its date. The time for
    which a legal hold stopped it counts for neither."""
    if case.grace_until is None or case.status in (Status.WITHDRAWN, Status.REFUSED):
        return
    begins = max(case.grace_until, datetime.fromisoformat(case.pauses.get("held_until", case.grace_until.isoformat())))
    held = begins - case.grace_until
    erased_at = _moved_at(tx, case.id, Step.ERASED)
    if erased_at is None:
        grace.unanswered(overdue=now > begins + _A_DAY and not case.held)
        return
    grace.answered(erased_at - case.opened_at - held, in_time=begins <= erased_at <= begins + _A_DAY)
    if case.purge_by is None:
        return
    if case.closed_at is not None:
        purge.answered(case.closed_at - case.opened_at - held, in_time=case.closed_at <= case.purge_by + _A_DAY)
    else:
        purge.unanswered(overdue=now > case.purge_by + _A_DAY)


def _moved_at(tx: Tx, ref: str, step: Step) -> datetime | None:
    for entry in tx.audit.select(ref=ref, tag=Tag.CASE_MOVED.value, order_by="id"):
        if json.loads(entry.details).get("step") == step:
            return entry.at
    return None


def _conversations(tx: Tx, count: _Count, since: datetime | None, now: datetime) -> None:
    """What the sweeps removed within the day after its time was in time; what they removed later was late, and so is what should
    have been removed and is still there."""
    wanted: dict[str, Any] = {"at__ge": since} if since else {}
    keep_for = tx.policy.keep_for("conversation").as_timedelta()
    for entry in tx.audit.each(tag=Tag.RETENTION_SWEPT.value, order_by="id", **wanted):
        numbers = json.loads(entry.details)
        days = retention.days_of("conversation", numbers)
        late = sum(gone for age, gone in days.items() if timedelta(days=age) >= keep_for + _A_DAY)
        count.late += late
        count.kept += int(numbers.get("conversation", 0)) - late
        count.took.update({timedelta(days=age).total_seconds(): gone for age, gone in days.items()})
    count.open += tx.conversations.count(kept=False, stored_at__ge=now - keep_for - _A_DAY)
    count.late += tx.conversations.count(kept=False, stored_at__lt=now - keep_for - _A_DAY)
    for oldest in tx.conversations.select(kept=False, order_by="stored_at", limit=1, opened=False):
        count.standing = now - oldest.stored_at


def _breaches(tx: Tx, count: _Count, since: datetime | None, now: datetime) -> None:
    """Kept when both the people (where there are any) and the authorities were told in time; a drill owes nothing."""
    wanted: dict[str, Any] = {"aware_at__ge": since} if since else {}
    recorded = (breaches.Status.OPEN.value, breaches.Status.CLOSED.value)
    for breach in tx.breaches.each(drill=False, status__in=recorded, opened=False, **wanted):
        if is_kept(breach):
            done_at = max(at for at in (breach.told_at, breach.reported_at) if at is not None)
            count.answered(done_at - breach.aware_at, in_time=done_at <= breach.due_at)
        else:
            count.unanswered(overdue=now > breach.due_at)


def _median(took: Mapping[float, int]) -> float:
    """Of all, each as often as it was."""
    ordered, half = sorted(took), sum(took.values()) / 2
    so_far = list(accumulate(took[seconds] for seconds in ordered))
    upper = next(seconds for seconds, reached in zip(ordered, so_far, strict=True) if reached > half)
    lower = next(seconds for seconds, reached in zip(ordered, so_far, strict=True) if reached >= half)
    return (lower + upper) / 2


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())
