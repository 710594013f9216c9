"""How a period is counted: hours as they elapse, days and months in the local calendar, to the end of the
last day.

Reg. 1182/71 Art. 3: the day of the event is not counted (1); a month ends on the day of the same number, or
on the last day of the month where there is none (2)(c); a period ends with the last hour of its last day (2);
a last day that is a holiday, Saturday or Sunday gives way to the next working day, unless the period is
counted in hours (4). Art. 3(5) (at least two working days in any period of two days or more) would only give
more time and is not used.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from bot.core.deadlines.calendars import WEEKENDS, Calendar
from bot.core.policies import Span, Unit

_DAY: Final = timedelta(days=1)
_LAST_INSTANT: Final = timedelta(milliseconds=1)  # the finest time that the database keeps


def add_span(at: datetime, span: Span, *, zone: str = "UTC") -> datetime:
    """`at` plus a span at the same time of day, counted in the days of `zone`; business days skip weekends
    only.

    For periods of the desk itself. Dates that a person or a law counts come from `due_date`: they last to the
    end of a day.
    """
    if is_elapsed(span):
        return at + span.as_timedelta()
    local = at.astimezone(ZoneInfo(zone))
    moved = last_day(local.date(), span, WEEKENDS)
    return local.replace(year=moved.year, month=moved.month, day=moved.day).astimezone(at.tzinfo)


def is_elapsed(span: Span) -> bool:
    """Whether a span runs as wall time, whatever the calendar says."""
    return span.unit in (Unit.HOURS, Unit.MINUTES)


def last_day(received_on: date, span: Span, calendar: Calendar) -> date:
    """The last day of a period, not rolled. ValueError for a span that is counted in hours."""
    match span.unit:
        case Unit.DAYS:
            return received_on + timedelta(days=span.amount)
        case Unit.MONTHS:
            return received_on + relativedelta(months=span.amount)
        case Unit.BUSINESS_DAYS:
            return calendar.add_business_days(received_on, span.amount)
        case _:
            raise ValueError(f"{span.unit} are not counted in days")


def end_of(on: date, zone: ZoneInfo) -> datetime:
    """The last millisecond of a local day, in UTC."""
    # From the next midnight back: where clocks are set back at midnight, 23:59:59 happens twice.
    return datetime.combine(on + _DAY, time.min, zone).astimezone(UTC) - _LAST_INSTANT


def require_aware(at: datetime) -> None:
    """ValueError for a datetime that does not say its offset: its day would be a guess."""
    if at.utcoffset() is None:
        raise ValueError("a naive datetime has no deadline")
