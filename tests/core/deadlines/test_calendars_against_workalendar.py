"""Our calendars beside another library's, day by day, 2024 to 2027. Where they differ, the difference is
written here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st
from workalendar.core import Calendar
from workalendar.europe import Finland, France, Germany, Ireland
from workalendar.usa import California

from bot.core.deadlines import Kind, calendar_named, due_date
from bot.core.policies import load_policy

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
POLICY = load_policy()
BERLIN = ZoneInfo("Europe/Berlin")
CALIFORNIA = {
    date(2024, 2, 15),  # Susan B. Anthony Day
    date(2024, 6, 19),  # Juneteenth
    date(2025, 6, 19),
    date(2026, 6, 19),
    date(2027, 6, 18),
    date(2027, 10, 29),  # Diwali, from 2026
}
IRELAND = {date(2024, 2, 5), date(2025, 2, 3), date(2026, 2, 2), date(2027, 2, 1)}  # Saint Brigid's Day
IRELAND_THEIRS = {
    date(2024, 3, 18),  # for Saint Patrick's Day on a Sunday
    date(2026, 12, 28),  # for Saint Stephen's Day on a Saturday
    date(2027, 12, 27),  # for Christmas Day and Saint Stephen's Day on a weekend
    date(2027, 12, 28),
}
SAME: list[tuple[str, Calendar]] = [("DE", Germany()), ("FI", Finland()), ("FR", France())]


def days() -> Iterable[date]:
    return (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))


def only_ours_off(name: str, other: Calendar) -> set[date]:
    return {on for on in days() if not calendar_named(name).is_working_day(on) and other.is_working_day(on)}


def only_theirs_off(name: str, other: Calendar) -> set[date]:
    return {on for on in days() if calendar_named(name).is_working_day(on) and not other.is_working_day(on)}


@pytest.mark.parametrize(("name", "other"), SAME)
def test_two_libraries_know_the_same_working_days(name: str, other: Calendar) -> None:
    assert only_ours_off(name, other) == set()
    assert only_theirs_off(name, other) == set()


def test_california_differs_by_days_that_the_other_library_works() -> None:
    """Juneteenth, Susan B. Anthony Day and Diwali. They move `legal_due` only: `target_due` knows no holiday
    at all.
    """
    assert only_ours_off("US-CA", California()) == CALIFORNIA
    assert only_theirs_off("US-CA", California()) == set()


def test_ireland_differs_by_saint_brigids_day_and_by_days_in_lieu() -> None:
    """Saint Brigid's Day is missing there; here are no Mondays in lieu: Irish law moves the day off, not the
    holiday.
    """
    assert only_ours_off("IE", Ireland()) == IRELAND
    assert only_theirs_off("IE", Ireland()) == IRELAND_THEIRS


@settings(deadline=None)
@given(st.sampled_from(SAME), st.dates(FIRST, LAST - timedelta(days=60)))
def test_two_libraries_roll_the_end_of_a_month_to_the_same_day(pair: tuple[str, Calendar], on: date) -> None:
    name, other = pair
    at = datetime.combine(on, time(12), BERLIN).astimezone(UTC)
    ended = on + relativedelta(months=1)
    expected = ended if other.is_working_day(ended) else other.add_working_days(ended, 1)
    assert due_date(POLICY, "eu", Kind.RESPOND, at, calendar=name).legal_on == expected


@settings(deadline=None)
@given(st.sampled_from(SAME), st.dates(FIRST, LAST - timedelta(days=60)), st.integers(1, 20))
def test_two_libraries_count_business_days_alike(pair: tuple[str, Calendar], on: date, amount: int) -> None:
    name, other = pair
    assert calendar_named(name).add_business_days(on, amount) == other.add_working_days(on, amount)
