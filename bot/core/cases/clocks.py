"""The clocks of a case: when its dates stand still, how they are computed again, and when the sweep must look at it.

A case waits for the person between `ask` and whatever step ends that. Where the regime knows the reason, its dates move by the
time waited; the CCPA knows none (§7021), so there they stay. What is due next is one instant in one indexed column: the sweep
finds it without reading the cases that have nothing due.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from bot.core import deadlines
from bot.core.cases.table import CLOSED, Right, Status, Step
from bot.core.deadlines import LAWS, Deadlines, Extension, Kind, Pause
from bot.core.deadlines.counting import end_of, is_elapsed
from bot.core.policies import Policy

_KIND: Final = {Right.EXPORT.value: Kind.EXPORT, Right.DO_NOT_SELL.value: Kind.OPT_OUT}
MOVABLE: Final = frozenset({Status.OPENED, Status.ACKNOWLEDGED, Status.WAITING, Status.WORKING})
"""Where a date can be moved. The dates of a deletion under way are the person's own and stand."""
UNSPECIFIED: Final = "clarification"
"""Why a case waits when nothing else is said."""


class Timed(Protocol):
    """What the clocks read of a case."""

    @property
    def right(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def target_due(self) -> datetime: ...
    @property
    def calendar(self) -> str: ...
    @property
    def jurisdiction(self) -> str | None: ...
    @property
    def pauses(self) -> dict[str, Any]: ...
    @property
    def paused_for(self) -> int: ...
    @property
    def waiting_since(self) -> datetime | None: ...
    @property
    def extended_at(self) -> datetime | None: ...
    @property
    def reminded_at(self) -> datetime | None: ...
    @property
    def delay_told_at(self) -> datetime | None: ...
    @property
    def missed_told_at(self) -> datetime | None: ...


def received_at(case: Timed) -> datetime:
    """From when its dates count: when it came in, or when it was opened again."""
    again = case.pauses.get("from")
    return datetime.fromisoformat(again) if again else case.opened_at


def stands(case: Timed) -> bool:
    """Whether its clock stands still now: it waits for the person for a reason that stops the regime's clock."""
    return case.waiting_since is not None and bool(case.pauses.get("stops"))


def effective_now(case: Timed, now: datetime) -> datetime:
    """The instant to hold against its date: while the clock stands, the one at which it stopped."""
    return case.waiting_since if case.waiting_since is not None and stands(case) else now


def can_extend(policy: Policy, case: Timed) -> bool:
    """Whether its date may still be moved: once, where the regime knows an extension of this kind of date, or where our own date is
    earlier than the law's by every reading."""
    if case.extended_at is not None or case.status not in MOVABLE:
        return False
    if deadlines.rule_for(policy, case.jurisdiction, _kind(case)).extend_to is not None:
        return True
    law = _strictest_law(_first_dates(policy, case, case.pauses))
    return law is not None and law > case.target_due


def step_changes(policy: Policy, case: Timed, step: Step, reason: str, now: datetime) -> dict[str, Any]:
    """What a step does to the clocks: ASK stops them, whatever leads out of waiting lets them run on, REOPEN starts anew."""
    if step is Step.ASK:
        stops = (reason or UNSPECIFIED) in policy.regime_of(case.jurisdiction).pause
        waiting = {"for": reason or UNSPECIFIED, "stops": stops}
        return {"waiting_since": now, "reminded_at": None, "pauses": case.pauses | waiting}
    if step is Step.REOPEN:
        dates = deadlines.for_request(policy, case.jurisdiction, case.right, now, calendar=case.calendar or None)
        told = {"extended_at": None, "delay_told_at": None, "missed_told_at": None, "reminded_at": None, "warned": 0, "untold": 0}
        return told | _as_changes(dates) | {"pauses": {"from": now.isoformat()}, "paused_for": 0}
    if case.waiting_since is not None:
        return _end_of_waiting(policy, case, now)
    return {}


def moved_dates(policy: Policy, case: Timed, pauses: Mapping[str, Any], told_at: datetime | None) -> dict[str, Any]:
    """Its dates with these pauses, and with the extension of which the person was told at `told_at`.

    The revised date is as long again as the first one, and never later than the law's, by whichever reading of it. DeadlineError.
    """
    received = received_at(case)
    first = _first_dates(policy, case, pauses)
    if told_at is None:
        return _as_changes(first)
    if first.answer.rule.extend_to is None:  # the law gives no more time; what is left of it may be more than we promised
        law = _strictest_law(first) or first.target_due
        return _as_changes(first) | {"target_due": min(law, _as_long_again(first, received))}
    longer = _first_dates(policy, case, pauses, Extension(max(told_at, received), "told"))
    return _as_changes(longer) | {"target_due": min(longer.target_due, _as_long_again(first, received))}


def _first_dates(
    policy: Policy, case: Timed, pauses: Mapping[str, Any], extension: Extension | None = None
) -> Deadlines:
    received = received_at(case)
    stood = [_pause(received, *each) for each in pauses.get("stood", [])]
    calendar = case.calendar or None
    return deadlines.for_request(
        policy, case.jurisdiction, case.right, received, calendar=calendar, pauses=stood, extension=extension
    )


def _strictest_law(dates: Deadlines) -> datetime | None:
    """The law's date by its earliest reading."""
    return min((due for reading, due in dates.answer.readings if reading in LAWS), default=None)


def next_look(policy: Policy, case: Timed, now: datetime) -> datetime | None:
    """When the sweep has something to do for a case, or None."""
    if case.status in CLOSED:
        return None
    if case.status == Status.OPENED:
        return now
    looks: list[datetime] = []
    if case.waiting_since is not None and case.reminded_at is None:
        looks.append(remind_at(policy, case.waiting_since))
    if not stands(case) and case.missed_told_at is None:
        looks.append(case.target_due + timedelta(milliseconds=1))
        if case.delay_told_at is None and can_extend(policy, case):
            looks.append(delay_at(policy, case))
    return min(looks, default=None)


def remind_at(policy: Policy, waiting_since: datetime) -> datetime:
    """When a person is reminded that a case waits for them."""
    return deadlines.add_span(waiting_since, policy.safeguards.remind_after)


def delay_at(policy: Policy, case: Timed) -> datetime:
    """When the delay of an unfinished case is told: before its date, with time left to read it."""
    received = received_at(case)
    return received + (case.target_due - received) * policy.safeguards.delay_told_at_percent / 100


def _end_of_waiting(policy: Policy, case: Timed, now: datetime) -> dict[str, Any]:
    assert case.waiting_since is not None
    changes: dict[str, Any] = {"waiting_since": None}
    pauses = {name: value for name, value in case.pauses.items() if name not in ("for", "stops")}
    if stands(case):
        reason = case.pauses.get("for", UNSPECIFIED)
        stood = [*pauses.get("stood", []), [reason, case.waiting_since.isoformat(), now.isoformat()]]
        pauses["stood"] = stood
        waited = max(0, int((now - case.waiting_since).total_seconds()))
        changes |= {"paused_for": case.paused_for + waited, **moved_dates(policy, case, pauses, case.extended_at)}
    return changes | {"pauses": pauses}


def _pause(received: datetime, reason: str, asked: str, answered: str) -> Pause:
    """In order, whatever the clocks of several machines said."""
    began = max(received, datetime.fromisoformat(asked))
    return Pause(reason, began, max(began, datetime.fromisoformat(answered)))


def _as_long_again(first: Deadlines, received: datetime) -> datetime:
    again = first.target_due + (first.target_due - received)
    rule = first.answer.rule
    if is_elapsed(rule.promise):
        return again
    zone = ZoneInfo(rule.time_zone)
    return end_of(again.astimezone(zone).date(), zone)


def _as_changes(dates: Deadlines) -> dict[str, Any]:
    return {
        "target_due": dates.target_due,
        "legal_due": dates.legal_due,
        "calendar": dates.calendar,
        "calendar_version": dates.calendar_version,
    }


def _kind(case: Timed) -> Kind:
    return _KIND.get(case.right, Kind.RESPOND)
