"""Limits for one person, so that nobody keeps the privacy team from everybody else (policy: safeguards). They never stand in the way
of a right: whoever is over a limit, or banned, exercises each right in one open case at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from bot.core.accounts import Account
from bot.core.cases.table import FOR_PEOPLE, Right
from bot.core.errors import BannedError, LimitError, OneAtATimeError
from bot.core.ports import Tx
from bot.core.support.letters import Way

_A_DAY: Final = timedelta(days=1)
_AN_HOUR: Final = timedelta(hours=1)
_NO_RIGHT: Final = Right.QUESTION
"""A question to a person is a service; everything else that people work on is a right."""


def require_case(tx: Tx, account: Account, right: Right) -> None:
    """Before a case for people is opened. LimitError and BannedError for a question, OneAtATimeError for a right."""
    if right.value not in FOR_PEOPLE:
        return
    banned = is_banned(tx, account.id)
    until = _goes_on_at(tx, account.id)
    if not banned and until is None:
        return
    if right is _NO_RIGHT:
        if banned or until is None:
            raise BannedError
        raise LimitError("cases", until)
    for running in tx.cases.select(subject=account.id, right=right.value, closed_at=None, limit=1, opened=False):
        raise OneAtATimeError(running.id, running.target_due)


def require_letter(tx: Tx, subject: str) -> None:
    """Before a letter that nobody asked for. LimitError, BannedError."""
    if is_banned(tx, subject):
        raise BannedError
    most = tx.policy.safeguards.letters_per_hour
    wanted: dict[str, Any] = {"subject": subject, "way": Way.IN.value, "at__gt": tx.clock.now() - _AN_HOUR}
    recent = tx.letters.select(order_by="-at", limit=most, opened=False, **wanted)
    if len(recent) >= most:
        raise LimitError("letters", recent[-1].at + _AN_HOUR)


def is_banned(tx: Tx, subject: str) -> bool:
    """Whether rights are all that is left to them here."""
    return tx.bans.count(id=subject) > 0


def _goes_on_at(tx: Tx, subject: str) -> datetime | None:
    """When the next case may be opened, where too many were within a day."""
    most = tx.policy.safeguards.cases_per_day
    wanted: dict[str, Any] = {"subject": subject, "right__in": tuple(sorted(FOR_PEOPLE)), "opened_at__gt": tx.clock.now() - _A_DAY}
    recent = tx.cases.select(order_by="-opened_at", limit=most, opened=False, **wanted)
    return recent[-1].opened_at + _A_DAY if len(recent) >= most else None
