"""Where the time comes from. Nothing else in the project asks the operating system for it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The operating system's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """The system clock plus a distance that a test or the local chat may enlarge, never shrink."""

    def __init__(self, ahead_by: timedelta = timedelta(0)) -> None:
        self.ahead_by = ahead_by

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead_by

    def move(self, by: timedelta) -> datetime:
        """Move forward by `by` (negative: ValueError); the new time."""
        if by < timedelta(0):
            raise ValueError("a clock only moves forward")
        self.ahead_by += by
        return self.now()


class FixedClock:
    """Stands still until told to move: for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> datetime:
        """Move forward by `by` (negative: ValueError); the new time."""
        if by < timedelta(0):
            raise ValueError("a clock only moves forward")
        self.at += by
        return self.at


class SystemRandomness:
    """The operating system's randomness."""

    def bytes(self, count: int) -> bytes:
        return os.urandom(count)
