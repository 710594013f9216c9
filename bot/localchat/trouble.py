"""What can go wrong on the way: planned faults, and Telegram's limits on the rate of messages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from .chats import Chat
from .refusals import ConnectionLost, Refusal, too_many_requests

_WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass
class Fault:
    method: str
    chat_id: int | None
    error_code: int
    description: str
    retry_after: int | None
    times: int
    after_the_deed: bool

    def strike(self) -> None:
        if self.error_code == 0:
            raise ConnectionLost
        if self.retry_after is not None:
            raise too_many_requests(self.retry_after)
        raise Refusal(self.error_code, self.description or _WORDS.get(self.error_code, "Error"))


class Faults:
    """Planned failures, each for a number of calls. Error code 0 cuts the line without an answer."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        self._planned.append(fault)

    def clear(self) -> None:
        """Nothing fails any more."""
        self._planned.clear()

    def strike(self, method: str, chat_id: int | None, *, after_the_deed: bool) -> None:
        for fault in self._planned:
            if (
                fault.times > 0
                and fault.method.lower() in (method.lower(), "*")
                and fault.chat_id in (None, chat_id)
                and fault.after_the_deed == after_the_deed
            ):
                fault.times -= 1
                fault.strike()


@dataclass(frozen=True)
class Pace:
    """`burst` at once, then one more each `seconds_each`."""

    burst: int
    seconds_each: float


@dataclass(frozen=True)
class FloodRule:
    private: Pace
    group: Pace


STRICT = FloodRule(private=Pace(3, 1.0), group=Pace(20, 3.0))
"""About what Telegram does: one a second in private after a short burst, 20 a minute in a group."""

GENEROUS = FloodRule(private=Pace(100, 1.0), group=Pace(100, 3.0))
"""The default. A runaway loop is still refused, a long transcript on a standing clock is not."""


class FloodControl:
    """Counts messages per chat by the world's clock. `rule = None` switches it off."""

    def __init__(self, rule: FloodRule | None = GENEROUS) -> None:
        self.rule = rule
        self._free_at: dict[int, datetime] = {}

    def spend(self, chat: Chat, now: datetime) -> None:
        if self.rule is None:
            return
        pace = self.rule.private if chat.is_private else self.rule.group
        each = timedelta(seconds=pace.seconds_each)
        booked = max(self._free_at.get(chat.id, now), now)
        over = booked + each - now - each * pace.burst
        if over > timedelta():
            raise too_many_requests(max(1, math.ceil(over.total_seconds())))
        self._free_at[chat.id] = booked + each
