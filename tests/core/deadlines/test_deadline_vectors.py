"""The dates of the shared document, and the dates that follow from the words of the law and the policy."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.deadlines import (
    LIBRARY,
    CalendarUnknownError,
    Extension,
    Kind,
    Reading,
    add_span,
    calendar_named,
    due_date,
    for_request,
    require_calendars,
)
from bot.core.policies import Policy, Span, Unit

BERLIN, PACIFIC = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles")


def local_noon(day: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), zone).astimezone(UTC)


def told(at: datetime) -> Extension:
    return Extension(at, "complexity")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-01-31", "2026-03-02"),  # no 31 February, then a Saturday
        ("2026-03-05", "2026-04-07"),  # Easter Sunday, then Easter Monday
        ("2026-08-31", "2026-09-30"),
        ("2026-09-03", "2026-10-05"),  # German Unity Day, a Saturday
        ("2026-11-25", "2026-12-28"),  # Christmas Day to Monday
        ("2024-01-31", "2024-02-29"),  # a leap year
    ],
)
def test_the_gdpr_gives_one_month_clamped_and_rolled(policy: Policy, received: str, due: str) -> None:
    """Art. 12(3); Reg. 1182/71 Art. 3(2)(c) and 3(4)."""
    found = due_date(policy, "eu", Kind.RESPOND, local_noon(received, BERLIN))
    assert found.legal_on == date.fromisoformat(due)


@pytest.mark.parametrize(("received", "due"), [("2026-01-31", "2026-04-30"), ("2026-11-25", "2027-02-25")])
def test_the_gdpr_extension_ends_three_months_after_receipt(policy: Policy, received: str, due: str) -> None:
    """Not sixty days after the first date."""
    at = local_noon(received, BERLIN)
    found = due_date(policy, "eu", Kind.RESPOND, at, extension=told(at + timedelta(days=20)))
    assert (found.legal_on, found.extended) == (date.fromisoformat(due), True)
    assert found.target_on == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("kind", "received", "calendar", "due"),
    [
        (Kind.ACKNOWLEDGE, "2026-11-20", "US-CA", "2026-12-08"),
        (Kind.ACKNOWLEDGE, "2026-11-20", "US", "2026-12-07"),
        (Kind.ACKNOWLEDGE, "2026-11-20", "weekends", "2026-12-04"),
        (Kind.OPT_OUT, "2026-11-20", "US-CA", "2026-12-15"),
        (Kind.OPT_OUT, "2026-11-20", "weekends", "2026-12-11"),
        (Kind.RESPOND, "2026-11-20", "US-CA", "2027-01-04"),
        (Kind.ACKNOWLEDGE, "2026-12-18", "US-CA", "2027-01-05"),
        (Kind.ACKNOWLEDGE, "2026-12-18", "weekends", "2027-01-01"),
        (Kind.RESPOND, "2026-12-18", "US-CA", "2027-02-01"),
    ],
)
def test_the_ccpa_counts_by_the_calendar_given(
    policy: Policy, kind: Kind, received: str, calendar: str, due: str
) -> None:
    found = due_date(policy, "california", kind, local_noon(received, PACIFIC), calendar=calendar)
    assert found.legal_on == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("kind", "received", "strictest"),
    [
        (Kind.ACKNOWLEDGE, "2026-11-20", "2026-12-04"),
        (Kind.OPT_OUT, "2026-11-20", "2026-12-11"),
        (Kind.ACKNOWLEDGE, "2026-12-18", "2027-01-01"),
    ],
)
def test_the_target_takes_the_strictest_reading_of_a_business_day(
    policy: Policy, kind: Kind, received: str, strictest: str
) -> None:
    """The CCPA regulations do not define it, so a reader may know no holiday at all."""
    found = due_date(policy, "california", kind, local_noon(received, PACIFIC))
    assert found.due_on(Reading.LAW_WEEKENDS) == date.fromisoformat(strictest)
    assert found.target_on <= date.fromisoformat(strictest)


def test_an_opt_out_of_sales_aims_at_fifteen_days_without_holidays(policy: Policy) -> None:
    """CCPA regulations §7026(f); the policy's own thirty days are later."""
    dates = for_request(policy, "california", "DNS", local_noon("2026-11-20", PACIFIC))
    assert (dates.answer.target_on, dates.answer.legal_on) == (date(2026, 12, 11), date(2026, 12, 15))


def test_the_ccpa_extension_ends_ninety_days_after_receipt(policy: Policy) -> None:
    at = local_noon("2026-11-20", PACIFIC)
    found = due_date(policy, "california", Kind.RESPOND, at, extension=told(at + timedelta(days=45)))
    assert found.legal_on == date(2027, 2, 18)


def test_nothing_rolls_under_the_ccpa(policy: Policy) -> None:
    """45 days from Wednesday 5 August 2026 end on a Saturday, and stay there."""
    found = due_date(policy, "california", Kind.RESPOND, local_noon("2026-08-05", PACIFIC))
    assert found.legal_on == date(2026, 9, 19)


def test_a_breach_is_told_seventy_two_hours_after_it_was_known(policy: Policy) -> None:
    """Art. 33(1): across the change to summer time, with a weekend in between, hours are hours."""
    found = due_date(policy, "eu", Kind.BREACH, datetime(2026, 3, 27, 18, tzinfo=UTC))
    assert found.legal_due == found.target_due == datetime(2026, 3, 30, 18, tzinfo=UTC)


def test_an_export_aims_at_forty_eight_hours(policy: Policy) -> None:
    at = datetime(2026, 3, 27, 18, 30, tzinfo=UTC)
    dates = for_request(policy, "eu", "EXP", at)
    assert dates.target_due == at + timedelta(hours=48)
    assert dates.answer.legal_on == date(2026, 4, 27)


def test_a_due_date_lasts_to_the_last_millisecond_of_its_local_day(policy: Policy) -> None:
    found = due_date(policy, "eu", Kind.RESPOND, local_noon("2026-01-31", BERLIN))
    assert found.legal_due == datetime(2026, 3, 2, 22, 59, 59, 999000, tzinfo=UTC)


def test_a_day_that_sets_its_clocks_back_at_midnight_lasts_to_its_second_midnight(policy: Policy) -> None:
    """In Santiago the last hour of 4 April 2026 happens twice."""
    chile = dataclasses.replace(policy.jurisdictions["other"], id="cl", time_zone="America/Santiago")
    there = dataclasses.replace(policy, jurisdictions={"cl": chile})
    found = due_date(there, "cl", Kind.RESPOND, datetime(2026, 3, 5, 15, tzinfo=UTC))
    assert found.target_due == datetime(2026, 4, 5, 3, 59, 59, 999000, tzinfo=UTC)


def test_the_day_of_receipt_is_the_day_of_the_place(policy: Policy) -> None:
    """23:30 in UTC on 31 August is 1 September in Berlin, and still 31 August in California."""
    at = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)
    assert due_date(policy, "eu", Kind.RESPOND, at).legal_on == date(2026, 10, 1)
    assert due_date(policy, "california", Kind.RESPOND, at).legal_on == date(2026, 10, 15)


def test_a_place_without_a_law_has_the_policys_own_dates(policy: Policy) -> None:
    """30 days and 5 business days, in days of UTC where no place was chosen."""
    dates = for_request(policy, None, "COR", datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert dates.legal_due is None
    assert dates.target_due == datetime(2026, 12, 20, 23, 59, 59, 999000, tzinfo=UTC)
    assert dates.acknowledge_by == datetime(2026, 11, 27, 23, 59, 59, 999000, tzinfo=UTC)
    assert (dates.calendar, dates.calendar_version) == ("weekends", "")


def test_the_promise_leads_where_it_is_earlier_than_the_law(policy: Policy) -> None:
    """30 days before one month of 31, and before 45."""
    assert due_date(policy, "eu", Kind.RESPOND, local_noon("2026-08-03", BERLIN)).target_on == date(
        2026, 9, 2
    )
    found = due_date(policy, "california", Kind.RESPOND, local_noon("2026-11-20", PACIFIC))
    assert found.target_on == date(2026, 12, 20)


def test_the_law_leads_where_it_is_earlier_than_the_promise(policy: Policy) -> None:
    """A month from 30 January 2026 ends in February, before 30 days do; whoever rolls nothing expects us on
    the 28th.
    """
    found = due_date(policy, "eu", Kind.RESPOND, local_noon("2026-01-30", BERLIN))
    assert (found.target_on, found.legal_on) == (date(2026, 2, 28), date(2026, 3, 2))


def test_the_chinese_calendar_knows_its_weekends_at_work(policy: Policy) -> None:
    """Fifteen working days over the Spring Festival of 2026; Saturday 28 February is worked."""
    assert calendar_named("CN").is_working_day(date(2026, 2, 28))
    found = due_date(policy, "china", Kind.RESPOND, datetime(2026, 2, 9, 4, tzinfo=UTC))
    assert found.legal_on == date(2026, 3, 6)
    assert found.target_on == date(2026, 3, 2)


def test_a_grace_period_lasts_to_the_end_of_its_last_day(policy: Policy) -> None:
    found = due_date(policy, "eu", Kind.GRACE, local_noon("2026-03-23", BERLIN))
    assert (found.target_on, found.legal_due) == (date(2026, 3, 30), None)


def test_the_purge_ends_thirty_days_after_the_deed(policy: Policy) -> None:
    found = due_date(policy, "eu", Kind.PURGE, local_noon("2026-03-23", BERLIN))
    assert (found.target_on, found.legal_due) == (date(2026, 4, 22), None)


def test_a_place_without_a_law_can_be_told_a_revised_date(policy: Policy) -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    found = due_date(policy, None, Kind.RESPOND, at, extension=told(at + timedelta(days=3)))
    assert (found.target_on, found.legal_due) == (date(2027, 1, 19), None)


def test_a_naive_instant_has_no_deadline(policy: Policy) -> None:
    with pytest.raises(ValueError, match="naive"):
        for_request(policy, "eu", "DEL", datetime(2026, 1, 31, 12))  # noqa: DTZ001 - that is the point


def test_what_was_computed_is_stored_with_its_calendar_and_version(policy: Policy) -> None:
    record = due_date(policy, "eu", Kind.RESPOND, local_noon("2026-01-31", BERLIN)).to_record()
    assert json.loads(json.dumps(record)) == record
    assert (record["calendar"], record["calendar_version"]) == ("DE", LIBRARY)
    assert LIBRARY.startswith("holidays ")
    assert record["legal_due"] == "2026-03-02T22:59:59.999+00:00"


def test_every_calendar_of_the_policy_exists_and_an_unknown_one_is_named(policy: Policy) -> None:
    require_calendars(policy, 2026)
    with pytest.raises(CalendarUnknownError) as unknown:
        calendar_named("XX")
    assert unknown.value.name == "XX"
    with pytest.raises(CalendarUnknownError):
        calendar_named("US-XX")


def test_a_calendar_is_built_once() -> None:
    assert calendar_named("US-CA") is calendar_named("US-CA")


def test_a_span_of_the_desk_keeps_its_time_of_day() -> None:
    at = datetime(2026, 1, 30, 22, 15, tzinfo=UTC)
    assert add_span(at, Span(15, Unit.MINUTES)) == at + timedelta(minutes=15)
    assert add_span(at, Span(2, Unit.BUSINESS_DAYS)) == datetime(2026, 2, 3, 22, 15, tzinfo=UTC)
    assert add_span(at, Span(1, Unit.MONTHS)) == datetime(2026, 2, 28, 22, 15, tzinfo=UTC)
    assert add_span(at, Span(60, Unit.DAYS), zone="Europe/Berlin") == datetime(
        2026, 3, 31, 21, 15, tzinfo=UTC
    )
