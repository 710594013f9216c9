"""When a date may move: told in time and with a reason, or while the desk waits for an answer."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.deadlines import (
    Extension,
    ExtensionLateError,
    ExtensionNotAllowedError,
    ExtensionReasonError,
    Kind,
    Pause,
    Reading,
    TimeOrderError,
    due_date,
)
from bot.core.policies import Policy, Span, Unit

BERLIN, PACIFIC = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles")


def local_noon(day: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), zone).astimezone(UTC)


def told(at: datetime) -> Extension:
    return Extension(at, "complexity")


def test_an_extension_told_in_the_last_millisecond_counts(policy: Policy) -> None:
    at = local_noon("2026-01-31", BERLIN)
    last = datetime(2026, 3, 2, 22, 59, 59, 999000, tzinfo=UTC)
    assert due_date(policy, "eu", Kind.RESPOND, at, extension=told(last)).extended
    with pytest.raises(ExtensionLateError) as late:
        due_date(policy, "eu", Kind.RESPOND, at, extension=told(last + timedelta(milliseconds=1)))
    assert late.value.due == last


def test_an_extension_needs_a_reason(policy: Policy) -> None:
    at = local_noon("2026-01-31", BERLIN)
    with pytest.raises(ExtensionReasonError):
        due_date(policy, "eu", Kind.RESPOND, at, extension=Extension(at, " "))


def test_an_extension_is_not_told_before_the_request(policy: Policy) -> None:
    at = local_noon("2026-01-31", BERLIN)
    with pytest.raises(TimeOrderError):
        due_date(policy, "eu", Kind.RESPOND, at, extension=told(at - timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("eu", Kind.ACKNOWLEDGE),
        ("eu", Kind.BREACH),
        ("eu", Kind.GRACE),
        ("california", Kind.OPT_OUT),
        ("china", Kind.RESPOND),
    ],
)
def test_what_the_regime_does_not_extend_stays(policy: Policy, place: str, kind: Kind) -> None:
    at = local_noon("2026-01-31", BERLIN)
    with pytest.raises(ExtensionNotAllowedError):
        due_date(policy, place, kind, at, extension=told(at))


def test_a_pause_that_begins_after_the_date_does_not_save_it(policy: Policy) -> None:
    """A question asked on 3 March cannot move a date that passed on the 2nd."""
    at = local_noon("2026-01-31", BERLIN)
    late = Pause("identity", local_noon("2026-03-03", BERLIN), local_noon("2026-03-20", BERLIN))
    assert due_date(policy, "eu", Kind.RESPOND, at, pauses=[late]).legal_on == date(2026, 3, 2)


def test_two_questions_at_once_stop_the_clock_once(policy: Policy) -> None:
    at = local_noon("2026-08-31", BERLIN)
    asked = local_noon("2026-09-07", BERLIN)
    both = [
        Pause("identity", asked, asked + timedelta(days=5)),
        Pause("clarification", asked + timedelta(days=2), asked + timedelta(days=7)),
    ]
    assert due_date(policy, "eu", Kind.RESPOND, at, pauses=both).legal_on == date(2026, 10, 7)


def test_a_pause_is_counted_in_whole_days(policy: Policy) -> None:
    """Less than a day gives nothing: of two possible dates the earlier one."""
    at, asked = local_noon("2026-08-31", BERLIN), local_noon("2026-09-07", BERLIN)
    short = Pause("identity", asked, asked + timedelta(hours=23))
    assert due_date(policy, "eu", Kind.RESPOND, at, pauses=[short]).legal_on == date(2026, 9, 30)


def test_an_answer_is_not_before_its_question_nor_a_question_before_the_request(policy: Policy) -> None:
    at = local_noon("2026-08-31", BERLIN)
    with pytest.raises(TimeOrderError):
        Pause("identity", at, at - timedelta(seconds=1))
    with pytest.raises(TimeOrderError):
        due_date(policy, "eu", Kind.RESPOND, at, pauses=[Pause("identity", at - timedelta(days=1), at)])


@pytest.mark.parametrize("kind", [Kind.ACKNOWLEDGE, Kind.BREACH, Kind.GRACE, Kind.PURGE])
def test_only_an_answer_waits_for_the_person(policy: Policy, kind: Kind) -> None:
    """A question to the person delays neither the acknowledgement nor the notice of a breach nor the
    purge.
    """
    at = local_noon("2026-08-31", BERLIN)
    asked = at + timedelta(hours=1)
    pauses = [Pause("identity", asked, asked + timedelta(days=9))]
    assert due_date(policy, "eu", kind, at, pauses=pauses) == due_date(policy, "eu", kind, at)


def test_a_paused_export_is_moved_by_the_hours_that_it_waited(policy: Policy) -> None:
    at = datetime(2026, 3, 28, 12, tzinfo=UTC)
    waited = Pause("identity", at + timedelta(hours=1), at + timedelta(hours=31, minutes=5))
    found = due_date(policy, "eu", Kind.EXPORT, at, pauses=[waited])
    assert found.target_due == at + timedelta(hours=48 + 30, minutes=5)


def test_a_pause_does_not_push_a_period_of_business_days_onto_a_weekend(policy: Policy) -> None:
    """PIPL: fifteen working days from Monday 6 July 2026 end on Monday the 27th; five days on is a
    Saturday.
    """
    at = datetime(2026, 7, 6, 4, tzinfo=UTC)
    waited = Pause("identity", at + timedelta(days=1), at + timedelta(days=6))
    assert due_date(policy, "china", Kind.RESPOND, at).legal_on == date(2026, 7, 27)
    assert due_date(policy, "china", Kind.RESPOND, at, pauses=[waited]).legal_on == date(2026, 8, 3)


def test_of_two_readings_of_a_grace_period_the_person_has_the_longer(policy: Policy) -> None:
    """Were it promised in business days: Thanksgiving and the day after are no such days in California."""
    grace = dataclasses.replace(policy.promises["grace"], span=Span(5, Unit.BUSINESS_DAYS))
    other = dataclasses.replace(policy, promises={**policy.promises, "grace": grace})
    found = due_date(other, "california", Kind.GRACE, datetime(2026, 11, 20, 20, tzinfo=UTC))
    assert found.due_on(Reading.PROMISE_WEEKENDS) == date(2026, 11, 27)
    assert found.target_on == date(2026, 12, 1)
