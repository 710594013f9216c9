"""What can go wrong with a date. Errors carry data, never words for people.

PrivacyError
└── DeadlineError
    ├── CalendarUnknownError           no calendar of that name
    ├── TimeOrderError                 told before receipt, or answered before asked
    └── ExtensionError
        ├── ExtensionNotAllowedError   this regime or this kind of date has no extension
        ├── ExtensionLateError         told after the date that it was to move
        └── ExtensionReasonError       told without a reason
"""

from __future__ import annotations

from datetime import datetime

from bot.core.errors import PrivacyError


class DeadlineError(PrivacyError):
    """A date cannot be computed as asked."""


class CalendarUnknownError(DeadlineError):
    """There is no calendar of that name ("DE", "US-CA")."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class TimeOrderError(DeadlineError):
    """An event stands before the one that it follows: told before receipt, answered before asked."""

    def __init__(self, first: datetime, second: datetime) -> None:
        super().__init__(f"{second.isoformat()} is before {first.isoformat()}")
        self.first = first
        self.second = second


class ExtensionError(DeadlineError):
    """The period cannot be extended; the original date stands."""


class ExtensionNotAllowedError(ExtensionError):
    """This regime or this kind of date knows no extension."""

    def __init__(self, regime: str, kind: str) -> None:
        super().__init__(f"{kind} under {regime}")
        self.regime = regime
        self.kind = kind


class ExtensionLateError(ExtensionError):
    """The person was told after the original date had passed; `due` is that date."""

    def __init__(self, told_at: datetime, due: datetime) -> None:
        super().__init__(f"told {told_at.isoformat()}, due {due.isoformat()}")
        self.told_at = told_at
        self.due = due


class ExtensionReasonError(ExtensionError):
    """The person was told of the delay without a reason (GDPR Art. 12(3) wants one)."""
