"""From (policy, jurisdiction, kind, received_at, calendar, pauses, extension) to dates. Nothing here asks for
the time.

Two dates each. `legal_due` is the law's last instant; `target_due` is ours: the earliest of the policy's own
promise and of every plausible reading of the law, so that whoever counts otherwise than we do still finds us
in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.deadlines.calendars import WEEKENDS, Calendar, calendar_named
from bot.core.deadlines.counting import end_of, is_elapsed, last_day, require_aware
from bot.core.deadlines.errors import (
    ExtensionLateError,
    ExtensionNotAllowedError,
    ExtensionReasonError,
    TimeOrderError,
)
from bot.core.deadlines.rules import DueRule, Extension, Kind, Pause, Stop, rule_for, stops
from bot.core.policies import Policy, Span, Unit

_NONE: Final = timedelta(0)
_KIND_OF_RIGHT: Final = {"EXP": Kind.EXPORT, "DNS": Kind.OPT_OUT}


class Reading(StrEnum):
    """One way to count. The first is the law with its roll and the place's holidays: it alone gives
    `legal_due`.
    """

    LAW = "law"
    LAW_UNROLLED = "law:unrolled"
    LAW_WEEKENDS = "law:weekends"
    PROMISE = "promise"
    PROMISE_WEEKENDS = "promise:weekends"


LAWS: Final = frozenset({Reading.LAW, Reading.LAW_UNROLLED, Reading.LAW_WEEKENDS})
"""Readings of the law; the others are of our own promise."""


@dataclass(frozen=True, slots=True)
class DueDate:
    """A computed date with all that it was computed from. Instants are aware, UTC, the last millisecond that
    is in time.

    `legal_due` is None where no law sets a date. `readings` are the dates that `target_due` was chosen from.
    """

    rule: DueRule
    received_at: datetime
    legal_due: datetime | None
    target_due: datetime
    readings: tuple[tuple[Reading, datetime], ...]
    calendar: str
    calendar_version: str
    extended: bool

    @property
    def legal_on(self) -> date | None:
        """The local day of `legal_due`."""
        return self._local(self.legal_due) if self.legal_due else None

    @property
    def target_on(self) -> date:
        """The local day of `target_due`."""
        return self._local(self.target_due)

    def due_on(self, reading: Reading) -> date:
        """The local day by one reading. KeyError for a reading that this rule does not have."""
        return self._local(dict(self.readings)[reading])

    def to_record(self) -> dict[str, object]:
        """As JSON values, to be stored with a case: a later library or policy does not change what was
        computed.
        """
        return {
            "kind": self.rule.kind.value,
            "regime": self.rule.regime,
            "source": self.rule.source,
            "received_at": self.received_at.isoformat(timespec="milliseconds"),
            "legal_due": self.legal_due.isoformat(timespec="milliseconds") if self.legal_due else None,
            "target_due": self.target_due.isoformat(timespec="milliseconds"),
            "readings": {name.value: due.isoformat(timespec="milliseconds") for name, due in self.readings},
            "calendar": self.calendar,
            "calendar_version": self.calendar_version,
            "time_zone": self.rule.time_zone,
            "extended": self.extended,
        }

    def _local(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.rule.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The dates of one request; aware, UTC. `acknowledge` and `answer` tell how they came about."""

    acknowledge_by: datetime
    target_due: datetime
    legal_due: datetime | None
    calendar: str
    calendar_version: str
    acknowledge: DueDate
    answer: DueDate


def for_request(
    policy: Policy,
    jurisdiction: str | None,
    right: str,
    received_at: datetime,
    *,
    calendar: str | None = None,
    pauses: Sequence[Pause] = (),
    extension: Extension | None = None,
) -> Deadlines:
    """The dates of a request for a right ("EXP", "DEL", …) received at `received_at`. Errors as `due_date`
    has them.
    """
    acknowledge = due_date(policy, jurisdiction, Kind.ACKNOWLEDGE, received_at, calendar=calendar)
    kind = _KIND_OF_RIGHT.get(right, Kind.RESPOND)
    answer = due_date(
        policy, jurisdiction, kind, received_at, calendar=calendar, pauses=pauses, extension=extension
    )
    return Deadlines(
        acknowledge_by=acknowledge.target_due,
        target_due=answer.target_due,
        legal_due=answer.legal_due,
        calendar=answer.calendar,
        calendar_version=answer.calendar_version,
        acknowledge=acknowledge,
        answer=answer,
    )


def due_date(
    policy: Policy,
    jurisdiction: str | None,
    kind: Kind,
    received_at: datetime,
    *,
    calendar: str | None = None,
    pauses: Sequence[Pause] = (),
    extension: Extension | None = None,
) -> DueDate:
    """When falls due what began at `received_at` (receipt, awareness of a breach, the deed before a grace
    period).

    1. Hours run as hours. Days, months and business days are counted from the local day of receipt, which is
       not counted itself, to the end of the last local day.
    2. A pause for a reason that the regime knows moves the date by the whole days that it lasted (hours by
       its length); it moves no date that had passed when it began. The CCPA knows no reason.
    3. Where the regime rolls, a last day that is not worked gives way to the next working day (Reg. 1182/71
       Art. 3(4)).
    4. An extension counts from receipt, and there is one. The date is then the longer period's, and the
       promise is replaced by the revised date that the person was told (GDPR Art. 12(3), CCPA §7021(b)).

    CalendarUnknownError. TimeOrderError when a pause or a notice is before receipt. ExtensionNotAllowedError
    where there is none, ExtensionLateError when told after the original date, ExtensionReasonError without a
    reason. ValueError for a naive instant.
    """
    require_aware(received_at)
    rule = rule_for(policy, jurisdiction, kind, calendar=calendar)
    known = calendar_named(rule.calendar)
    stood = stops(rule, received_at, pauses) if pauses else []
    if extension is None:
        readings = tuple(_readings(rule, rule.law, rule.promise, received_at, known, stood))
    else:
        original = due_date(policy, jurisdiction, kind, received_at, calendar=calendar, pauses=pauses)
        extend_to = _require_extension(rule, original, extension)
        law, promise = (extend_to, None) if rule.law else (None, extend_to)
        readings = tuple(_readings(rule, law, promise, received_at, known, stood))
    # A grace period is the person's: there the latest reading is the safe one.
    choose = max if kind is Kind.GRACE else min
    return DueDate(
        rule=rule,
        received_at=received_at,
        legal_due=readings[0][1] if readings[0][0] is Reading.LAW else None,
        target_due=choose(due for _, due in readings),
        readings=readings,
        calendar=known.name,
        calendar_version=known.version,
        extended=extension is not None,
    )


def _require_extension(rule: DueRule, original: DueDate, extension: Extension) -> Span:
    """What the period is extended to, or the error that says why not."""
    require_aware(extension.told_at)
    if rule.extend_to is None:
        raise ExtensionNotAllowedError(rule.regime, rule.kind)
    if not extension.reason.strip():
        raise ExtensionReasonError
    if extension.told_at < original.received_at:
        raise TimeOrderError(original.received_at, extension.told_at)
    due = original.legal_due or original.target_due
    if extension.told_at > due:
        raise ExtensionLateError(extension.told_at, due)
    return rule.extend_to


def _readings(
    rule: DueRule,
    law: Span | None,
    promise: Span | None,
    received_at: datetime,
    calendar: Calendar,
    stood: list[Stop],
) -> Iterator[tuple[Reading, datetime]]:
    zone = ZoneInfo(rule.time_zone)

    def count(span: Span, by: Calendar, roll: bool) -> datetime:
        return _count(received_at, span, by, roll, zone, stood)

    if law:
        yield Reading.LAW, count(law, calendar, rule.roll)
        if rule.roll and not is_elapsed(law):  # a reader of another member state may not have our holiday
            yield Reading.LAW_UNROLLED, count(law, calendar, False)
        if law.unit is Unit.BUSINESS_DAYS:
            yield Reading.LAW_WEEKENDS, count(law, WEEKENDS, False)
    if promise:  # a promise in days ends on its day, worked or not: nobody promised the roll
        yield Reading.PROMISE, count(promise, calendar, False)
        if promise.unit is Unit.BUSINESS_DAYS:
            yield Reading.PROMISE_WEEKENDS, count(promise, WEEKENDS, False)


def _count(
    received_at: datetime, span: Span, calendar: Calendar, roll: bool, zone: ZoneInfo, stood: Iterable[Stop]
) -> datetime:
    """The last instant of a span, moved by each stop that began before it had passed."""
    if is_elapsed(span):
        due = received_at + span.as_timedelta()
        for stop in stood:
            if stop.began_at > due:
                break
            due += stop.elapsed
        return due
    unmoved = last_day(received_at.astimezone(zone).date(), span, calendar)
    due = end_of(calendar.on_or_after(unmoved) if roll else unmoved, zone)
    # A period of business days cannot end on a day that is not counted, wherever a pause pushed it.
    roll = roll or span.unit is Unit.BUSINESS_DAYS
    wall = _NONE
    for stop in stood:
        if stop.began_at > due:
            break
        # Whole days of local time: part of a day is not counted (the earlier date), a change of clocks loses
        # none.
        wall += stop.wall
        moved = unmoved + timedelta(days=max(wall, _NONE).days)
        due = end_of(calendar.on_or_after(moved) if roll else moved, zone)
    return due
