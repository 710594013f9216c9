"""Deadlines: pure functions from the policy and a legal regime to dates."""

from bot.core.deadlines.calendars import LIBRARY, WEEKENDS, Calendar, calendar_named, require_calendars
from bot.core.deadlines.counting import add_span
from bot.core.deadlines.dates import LAWS, Deadlines, DueDate, Reading, due_date, for_request
from bot.core.deadlines.errors import (
    CalendarUnknownError,
    DeadlineError,
    ExtensionError,
    ExtensionLateError,
    ExtensionNotAllowedError,
    ExtensionReasonError,
    TimeOrderError,
)
from bot.core.deadlines.rules import DueRule, Extension, Kind, Pause, rule_for

__all__ = [
    "LAWS",
    "LIBRARY",
    "WEEKENDS",
    "Calendar",
    "CalendarUnknownError",
    "DeadlineError",
    "Deadlines",
    "DueDate",
    "DueRule",
    "Extension",
    "ExtensionError",
    "ExtensionLateError",
    "ExtensionNotAllowedError",
    "ExtensionReasonError",
    "Kind",
    "Pause",
    "Reading",
    "TimeOrderError",
    "add_span",
    "calendar_named",
    "due_date",
    "for_request",
    "require_calendars",
    "rule_for",
]
