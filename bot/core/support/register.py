"""The register of cases: what was asked, how, when and how it was answered (CCPA regulations §7101), and the metrics of §7102.

It holds what is on record, which is as long as the policy keeps a case after its end: 24 months, with every case that is still open.
No pseudonym and no word of anybody is in it. Who took it is on record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import mean, median

from bot.core import audit
from bot.core.audit import Tag
from bot.core.cases import Case, Status
from bot.core.cases.clocks import received_at
from bot.core.policies import versions
from bot.core.ports import Tx
from bot.core.staff import Member

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One request. `basis` is a code of the policy's refusals, `law` where that stands; `days` from receipt to the answer, `stood`
    the days of them in which the clock stood. `kept` is empty while it is open, and where the person took it back."""

    ref: str
    right: str
    channel: str
    region: str
    jurisdiction: str
    regime: str
    received_at: datetime
    acknowledged_at: datetime | None
    due_at: datetime
    legal_due: datetime | None
    extended_at: datetime | None
    answered_at: datetime | None
    status: str
    basis: str
    law: str
    days: float | None
    stood: float
    kept: bool | None


@dataclass(frozen=True, slots=True)
class Metric:
    """Of one right and one calendar year (UTC) of receipt (§7102(a)(1)). Days are those in which it was answered in substance."""

    year: int
    right: str
    received: int
    complied: int
    denied: int
    withdrawn: int
    open: int
    median_days: float | None
    mean_days: float | None


def rows(tx: Tx) -> list[Row]:
    """Every case that is on record in this region, by the date of its request."""
    return [_row(tx, case) for case in tx.cases.each(order_by="opened_at", opened=False)]


def metrics(register: Iterable[Row]) -> list[Metric]:
    """By year and right."""
    found: defaultdict[tuple[int, str], _Sums] = defaultdict(_Sums)
    for row in register:
        found[row.received_at.year, row.right].add(row)
    return [sums.of(year, right) for (year, right), sums in sorted(found.items())]


def taken(tx: Tx, member: Member, register: Sequence[Row]) -> None:
    """Put on record that somebody took it."""
    audit.record(tx, Tag.REGISTER_EXPORTED, actor=member.actor, what="cases", entries=len(register))


@dataclass(slots=True)
class _Sums:
    received: int = 0
    complied: int = 0
    denied: int = 0
    withdrawn: int = 0
    days: list[float] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.received += 1
        self.complied += row.status == Status.DONE
        self.denied += row.status == Status.REFUSED
        self.withdrawn += row.status == Status.WITHDRAWN
        if row.days is not None and row.status != Status.WITHDRAWN:
            self.days.append(row.days)

    def of(self, year: int, right: str) -> Metric:
        left = self.received - self.complied - self.denied - self.withdrawn
        middle, average = (median(self.days), mean(self.days)) if self.days else (None, None)
        return Metric(year, right, self.received, self.complied, self.denied, self.withdrawn, left, middle, average)


def _row(tx: Tx, case: Case) -> Row:
    regime = versions.terms(tx, case.policy_version).regime_of(case.jurisdiction)
    refused = case.status == Status.REFUSED
    refusal = tx.policy.refusals.reasons.get(case.reason) if refused else None
    return Row(
        ref=case.id,
        right=case.right,
        channel=case.channel,
        region=tx.keys.region,
        jurisdiction=case.jurisdiction or "",
        regime=regime.id,
        received_at=case.opened_at,
        acknowledged_at=case.acknowledged_at,
        due_at=case.target_due,
        legal_due=case.legal_due,
        extended_at=case.extended_at,
        answered_at=case.closed_at,
        status=case.status,
        basis=case.reason if refused else "",
        law=refusal.laws.get(regime.id, "") if refusal else "",
        days=(case.closed_at - received_at(case)) / _A_DAY if case.closed_at else None,
        stood=timedelta(seconds=case.paused_for) / _A_DAY,
        kept=_kept(case, tx.clock.now()),
    )


def _kept(case: Case, now: datetime) -> bool | None:
    if case.status == Status.WITHDRAWN:
        return None
    if case.closed_at is not None:
        return case.closed_at <= case.closes_by
    return False if case.is_overdue(now) else None
