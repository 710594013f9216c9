"""Working days by country and subdivision, each calendar built once per process.

The holidays are those of the PyPI library `holidays`; LIBRARY names its version, which is stored with every
computed date: another version may know other holidays, so a stored date is never silently computed again.
"""

from __future__ import annotations

import threading
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from typing import Final

import holidays

from bot.core.deadlines.errors import CalendarUnknownError
from bot.core.policies import Policy

LIBRARY: Final = f"holidays {version('holidays')}"
_DAY: Final = timedelta(days=1)


class Calendar:
    """Tells working days from others. Safe to share between threads."""

    def __init__(self, name: str, source: holidays.HolidayBase | None) -> None:
        """`source` None: Saturdays and Sundays are off and nothing else."""
        self.name = name
        self._source = source
        self._days_off: dict[int, frozenset[date]] = {}
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """The library and its version; empty where no library was asked."""
        return LIBRARY if self._source is not None else ""

    def is_working_day(self, on: date) -> bool:
        """Whether people work on that day (in China on some Sundays too)."""
        if self._source is None:
            return on.weekday() < 5
        days_off = self._days_off.get(on.year)
        if days_off is None:
            days_off = self._read_year(self._source, on.year)
        return on not in days_off

    def on_or_after(self, on: date) -> date:
        """That day, or the next working day where it is none."""
        while not self.is_working_day(on):
            on += _DAY
        return on

    def add_business_days(self, on: date, amount: int) -> date:
        """The `amount`-th working day after that day, which itself is not counted (Reg. 1182/71 Art.
        3(1)).
        """
        while amount:
            on += _DAY
            amount -= self.is_working_day(on)
        return on

    def _read_year(self, source: holidays.HolidayBase, year: int) -> frozenset[date]:
        with self._lock:  # the library fills its years while it is asked: not by two threads at once
            first = date(year, 1, 1)
            length = (date(year + 1, 1, 1) - first).days
            each = (first + timedelta(days=number) for number in range(length))
            found = frozenset(on for on in each if not source.is_working_day(on))
            self._days_off[year] = found
        return found


WEEKENDS: Final = Calendar("weekends", None)
"""Knows no holiday: the strictest reading where a law says "business day" and does not define it."""


@cache
def calendar_named(name: str) -> Calendar:
    """The calendar of a country, or of its subdivision after a dash ("DE", "US-CA"). Empty or "weekends":
    WEEKENDS.

    CalendarUnknownError when the library has none of that name.
    """
    if name in ("", WEEKENDS.name):
        return WEEKENDS
    country, _, subdivision = name.partition("-")
    try:
        return Calendar(name, holidays.country_holidays(country, subdiv=subdivision or None))
    except NotImplementedError:
        raise CalendarUnknownError(name) from None


def require_calendars(policy: Policy, year: int) -> None:
    """Read every jurisdiction's calendar for a year and the next, so that the first request does not wait.

    CalendarUnknownError for a policy that names one which does not exist: better at start than at the first
    request.
    """
    for place in policy.jurisdictions.values():
        for each in (year, year + 1):
            calendar_named(place.calendar).is_working_day(date(each, 1, 1))
