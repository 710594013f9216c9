"""Marks of a case's time: the team is warned when a part of it is used, the last mark is its date.

The time of a case runs from its receipt to its date, without the time in which its clock stood. While it stands no mark is passed. A
new date (an extension, a reopened case) is a new time: its marks that are passed already are not told again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from bot.core.cases.clocks import MOVABLE, Timed, effective_now, received_at, stands
from bot.core.cases.table import CLOSED
from bot.core.policies import Policy

OVERDUE: Final = 100
"""The mark of a date that has passed."""
_JUST_AFTER: Final = timedelta(milliseconds=1)


class Marked(Timed, Protocol):
    """What is read of a case here."""

    @property
    def warned(self) -> int: ...


def used(case: Timed, now: datetime) -> float:
    """The part of its time that is used: 1.0 at its date, more after it."""
    whole = (case.target_due - began(case)).total_seconds()
    return (effective_now(case, now) - began(case)).total_seconds() / max(whole, 1.0)


def mark_at(case: Timed, mark: int) -> datetime:
    """When a case has used `mark` percent of its time, as its dates are now."""
    if mark == OVERDUE:
        return case.target_due + _JUST_AFTER
    return began(case) + (case.target_due - began(case)) * mark / 100


def of(policy: Policy, case: Timed) -> tuple[int, ...]:
    """The marks of a case, in order. The dates of a deletion under way are its own steps: only a missed one is told."""
    if case.status in CLOSED:
        return ()
    return (*(policy.safeguards.warn_at_percent if case.status in MOVABLE else ()), OVERDUE)


def passed(policy: Policy, case: Timed, now: datetime) -> list[int]:
    """The marks that are behind it."""
    at = effective_now(case, now)
    return [mark for mark in of(policy, case) if mark_at(case, mark) <= at]


def next_at(policy: Policy, case: Marked) -> datetime | None:
    """When it passes its next mark; None when there is none left, and while its clock stands before that mark."""
    at = next((mark_at(case, mark) for mark in of(policy, case) if mark > case.warned), None)
    if at is None or not stands(case):
        return at
    return at if at <= effective_now(case, at) else None


def begun_anew(policy: Policy, case: Timed, now: datetime) -> dict[str, Any]:
    """The marks of a case that has a new date."""
    return {"warned": max(passed(policy, case, now), default=0), "untold": 0}


def began(case: Timed) -> datetime:
    """When its time would have begun if its clock had never stood."""
    return received_at(case) + timedelta(seconds=case.paused_for)
