"""The clock comes in as a port; these are the two the local chat itself ships."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """An aware datetime."""


class MovableClock(Clock, Protocol):
    def move(self, by: timedelta) -> object:
        """Forward only: nothing in the world is ready for time to run back."""


class StandingClock:
    """Stands still until moved: for tests, where seconds that pass by themselves are noise."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 3, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        require_forward(by)
        self._now += by


class ShiftedClock:
    """Real time plus what was skipped: for a person at the page, who also wants seconds to pass."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def move(self, by: timedelta) -> None:
        require_forward(by)
        self._shift += by


def require_forward(by: timedelta) -> None:
    if by <= timedelta():
        raise ValueError(f"the clock moves forward only, not by {by}")
