"""Figures for the team: how many cases stand where, how long things took against the promise, what people ask and what was not
answered. Counts and times only, of all regions together; nothing in them is about a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any, Final

from bot.core.cases import Case, Right, Status, marks
from bot.core.ports import Tx

LOW: Final = "low"
"""The band of a question that was hardly understood (handlers/questions.py counts it)."""
NOT_IN_POLICY: Final = "not_in_policy"
_NOT_ASKED: Final = frozenset({"greeting", "thanks", "out_of_scope"})


class State(StrEnum):
    """Where a case stands, as coarse as a picture needs it."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_STATES: Final = {
    Status.WAITING: State.WAITING,
    Status.DONE: State.DONE,
    Status.REFUSED: State.REFUSED,
    Status.WITHDRAWN: State.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took, in seconds, and what part of the promised time that was."""

    seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Of what came in during a period. `cases` by right and state; `took` by promise; questions by topic and language."""

    cases: Mapping[tuple[str, State], int] = field(default_factory=Counter)
    overdue: int = 0
    took: Mapping[str, tuple[Took, ...]] = field(default_factory=dict)
    asked: Mapping[tuple[str, str], int] = field(default_factory=Counter)
    unanswered: Mapping[tuple[str, str], int] = field(default_factory=Counter)

    def __add__(self, other: Figures) -> Figures:
        """The same period in another region."""
        promises = sorted({*self.took, *other.took})
        return Figures(
            Counter(self.cases) + Counter(other.cases),
            self.overdue + other.overdue,
            {promise: self.took.get(promise, ()) + other.took.get(promise, ()) for promise in promises},
            Counter(self.asked) + Counter(other.asked),
            Counter(self.unanswered) + Counter(other.unanswered),
        )

    def count(self, *states: State) -> int:
        """Cases in these states."""
        return sum(number for (_right, state), number in self.cases.items() if state in states)

    def middle(self, promise: str) -> Took | None:
        """What half of the cases did not take longer than."""
        took = self.took.get(promise, ())
        return Took(median(each.seconds for each in took), median(each.share for each in took)) if took else None

    def longest(self, promise: str) -> Took | None:
        """The slowest, by its part of the promised time."""
        return max(self.took.get(promise, ()), key=lambda each: each.share, default=None)


def read(tx: Tx, since: datetime) -> Figures:
    """Of this region, from `since` (aware) until now."""
    now = tx.clock.now()
    cases: Counter[tuple[str, State]] = Counter()
    took: dict[str, list[Took]] = {}
    overdue = 0
    for case in tx.cases.each(opened_at__ge=since, order_by="id", opened=False):
        cases[case.right, _STATES.get(Status(case.status), State.OPEN)] += 1
        overdue += case.is_overdue(now)
        for promise, length in _took(case):
            took.setdefault(promise, []).append(length)
    asked, unanswered = _questions(tx, since)
    return Figures(cases, overdue, {promise: tuple(lengths) for promise, lengths in took.items()}, asked, unanswered)


def _took(case: Case) -> list[tuple[str, Took]]:
    found = []
    if case.acknowledged_at is not None:
        whole = max((case.acknowledge_by - case.opened_at).total_seconds(), 1.0)
        seconds = (case.acknowledged_at - case.opened_at).total_seconds()
        found.append(("acknowledge", Took(seconds, seconds / whole)))
    if case.closed_at is not None and case.status != Status.WITHDRAWN and case.right != Right.ERASURE:
        seconds = (case.closed_at - marks.began(case)).total_seconds()
        promise = "export" if case.right == Right.EXPORT else "fulfil"
        found.append((promise, Took(seconds, marks.used(case, case.closed_at))))
    return found


def _questions(tx: Tx, since: datetime) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    asked: Counter[tuple[str, str]] = Counter()
    unanswered: Counter[tuple[str, str]] = Counter()
    wanted: dict[str, Any] = {"day__ge": since.date().isoformat()}
    for tally in tx.tallies.each(order_by="id", **wanted):
        if tally.label in _NOT_ASKED:
            continue
        cell = tally.label, tally.locale
        asked[cell] += tally.asked
        missed = tally.asked if tally.band == LOW or tally.label == NOT_IN_POLICY else 0
        unanswered[cell] += missed + tally.not_helped
    return +asked, +unanswered
