"""Telegram's limits on sending: about one message a second to a person, twenty a minute to a group, thirty a second in all.

They hold for a chat, whoever speaks there: several regions may. What is not urgent (a higher rank) leaves a part of a group's
messages free, so that what somebody waits for goes out at once, however much else there is to say.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

PRIVATE_EVERY = 1.0
GROUP_MESSAGES, GROUP_SECONDS = 20, 60.0
LEFT_FREE = (0, 3, 6)
"""By rank: so many of a group's messages in any minute it leaves to lower ranks."""
OVERALL_PER_SECOND = 25

Chat = int | str
"""A chat's number, or another name of it."""


@dataclass(slots=True)
class Pacer:
    """Says how long to wait before the next message of a chat. Seconds of a monotonic clock that the caller passes in."""

    _last: dict[Chat, float] = field(default_factory=dict)
    _group: defaultdict[Chat, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _blocked: dict[Chat, float] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def wait_for(self, chat: Chat, *, group: bool, now: float, rank: int = 0) -> float:
        """Seconds until something of this rank may be sent to the chat (0 for now)."""
        waits = [self._blocked.get(chat, 0.0) - now]
        if group:
            recent = self._recent(self._group[chat], now, GROUP_SECONDS)
            may_send = GROUP_MESSAGES - LEFT_FREE[min(rank, len(LEFT_FREE) - 1)]
            if len(recent) >= may_send:
                waits.append(recent[-may_send] + GROUP_SECONDS - now)
        elif chat in self._last:
            waits.append(self._last[chat] + PRIVATE_EVERY - now)
        overall = self._recent(self._all, now, 1.0)
        if len(overall) >= OVERALL_PER_SECOND:
            waits.append(overall[-OVERALL_PER_SECOND] + 1.0 - now)
        return max(0.0, *waits)

    def sent(self, chat: Chat, *, group: bool, now: float) -> None:
        """Count a message."""
        self._all.append(now)
        if group:
            self._group[chat].append(now)
        else:
            self._last[chat] = now
            if len(self._last) > 10_000:
                self._last = {chat: at for chat, at in self._last.items() if now - at < PRIVATE_EVERY}

    def refused(self, chat: Chat, retry_after: float, *, now: float) -> None:
        """Telegram asked to wait."""
        self._blocked[chat] = now + retry_after

    @staticmethod
    def _recent(times: deque[float], now: float, within: float) -> deque[float]:
        while times and now - times[0] >= within:
            times.popleft()
        return times
