"""Which spans, rolls and pauses hold for a kind of date in a place. Every number comes from the policy
file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.deadlines.counting import require_aware
from bot.core.deadlines.errors import TimeOrderError
from bot.core.policies import Policy, Regime, Span


class Kind(StrEnum):
    """What falls due."""

    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"
    EXPORT = "export"
    OPT_OUT = "opt_out"
    BREACH = "breach"
    GRACE = "grace"
    PURGE = "purge"


_PROMISE: Final = {
    Kind.ACKNOWLEDGE: "acknowledge",
    Kind.RESPOND: "fulfil",
    Kind.EXPORT: "export",
    Kind.OPT_OUT: "fulfil",
    Kind.BREACH: "breach",
    Kind.GRACE: "grace",
    Kind.PURGE: "purge",
}
_ANSWERS: Final = frozenset({Kind.RESPOND, Kind.EXPORT, Kind.OPT_OUT})


@dataclass(frozen=True, slots=True)
class Pause:
    """The desk asked the person something and waited for the answer. Both instants aware.

    `reason` is a key ("identity", "clarification"); whether it stops the clock is the regime's matter. While
    the answer is still out, give the present instant as `answered_at`.
    """

    reason: str
    asked_at: datetime
    answered_at: datetime

    def __post_init__(self) -> None:
        """ValueError for a naive instant, TimeOrderError for an answer before its question."""
        require_aware(self.asked_at)
        require_aware(self.answered_at)
        if self.answered_at < self.asked_at:
            raise TimeOrderError(self.asked_at, self.answered_at)


@dataclass(frozen=True, slots=True)
class Extension:
    """The person was told at `told_at` (aware) that it takes longer, and why (GDPR Art. 12(3), CCPA
    §7021(b)).
    """

    told_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class DueRule:
    """What counts for one kind of date in one place.

    `law` is None where no law sets a date, `extend_to` where it cannot be moved. `pause` holds the reasons
    that stop the clock.
    """

    kind: Kind
    regime: str
    source: str
    law: Span | None
    promise: Span
    extend_to: Span | None
    roll: bool
    pause: tuple[str, ...]
    calendar: str
    time_zone: str


def rule_for(policy: Policy, jurisdiction: str | None, kind: Kind, *, calendar: str | None = None) -> DueRule:
    """The rule for a kind of date. None or an unknown jurisdiction: the policy's own rule, in UTC, without
    holidays.

    `calendar` is a better one than the jurisdiction's, where the member state or subdivision is known (Reg.
    1182/71 Art. 3(4): the holidays of the member state concerned).
    """
    place = policy.jurisdictions.get(jurisdiction or "")
    regime = policy.regime_of(jurisdiction)
    law, extend_to = _law(regime, kind)
    return DueRule(
        kind=kind,
        regime=regime.id,
        source=regime.source,
        law=law,
        promise=policy.span(_PROMISE[kind]),
        extend_to=extend_to,
        roll=regime.roll,
        pause=regime.pause if kind in _ANSWERS else (),
        calendar=calendar if calendar is not None else (place.calendar if place else ""),
        time_zone=place.time_zone if place else "UTC",
    )


def _law(regime: Regime, kind: Kind) -> tuple[Span | None, Span | None]:
    """The law's span and what it can be extended to."""
    match kind:
        case Kind.ACKNOWLEDGE:
            return regime.acknowledge, None
        case Kind.RESPOND | Kind.EXPORT:
            return regime.respond, regime.extend_to
        case Kind.OPT_OUT if regime.opt_out:
            return regime.opt_out, None
        case Kind.OPT_OUT:  # an objection like any other where the law has no date of its own for it
            return regime.respond, regime.extend_to
        case Kind.BREACH:
            return regime.breach, None
        case _:
            return None, None


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which the clock stood: `elapsed` as it passed, `wall` as the local clocks showed it."""

    began_at: datetime
    elapsed: timedelta
    wall: timedelta


def stops(rule: DueRule, received_at: datetime, pauses: Iterable[Pause]) -> list[Stop]:
    """The pauses that this rule knows, in order, overlapping ones once. TimeOrderError for one before
    receipt.
    """
    zone = ZoneInfo(rule.time_zone)
    merged: list[tuple[datetime, datetime]] = []
    for pause in sorted(pauses, key=lambda each: each.asked_at):
        if pause.asked_at < received_at:
            raise TimeOrderError(received_at, pause.asked_at)
        if pause.reason not in rule.pause:
            continue
        if merged and pause.asked_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], pause.answered_at))
        else:
            merged.append((pause.asked_at, pause.answered_at))
    return [Stop(began, ended - began, _wall(ended, zone) - _wall(began, zone)) for began, ended in merged]


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
