"""Telegram's limits on sending: about one message a second to a person, twenty a minute to a group, thirty a second in all."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

PRIVATE_EVERY = 1.0
GROUP_MESSAGES, GROUP_SECONDS = 20, 60.0
OVERALL_PER_SECOND = 25


@dataclass(slots=True)
class Pacer:
    """Says how long to wait before the next message of a chat. Seconds of a monotonic clock that the caller passes in."""

    _last: dict[str, float] = field(default_factory=dict)
    _group: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _blocked: dict[str, float] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def wait_for(self, lane: str, *, group: bool, now: float) -> float:
        """Seconds until the lane may send (0 for now)."""
        waits = [self._blocked.get(lane, 0.0) - now]
        if group:
            recent = self._recent(self._group[lane], now, GROUP_SECONDS)
            if len(recent) >= GROUP_MESSAGES:
                waits.append(recent[-GROUP_MESSAGES] + GROUP_SECONDS - now)
        elif lane in self._last:
            waits.append(self._last[lane] + PRIVATE_EVERY - now)
        overall = self._recent(self._all, now, 1.0)
        if len(overall) >= OVERALL_PER_SECOND:
            waits.append(overall[-OVERALL_PER_SECOND] + 1.0 - now)
        return max(0.0, *waits)

    def sent(self, lane: str, *, group: bool, now: float) -> None:
        """Count a message."""
        self._all.append(now)
        if group:
            self._group[lane].append(now)
        else:
            self._last[lane] = now
            if len(self._last) > 10_000:
                self._last = {lane: at for lane, at in self._last.items() if now - at < PRIVATE_EVERY}

    def refused(self, lane: str, retry_after: float, *, now: float) -> None:
        """Telegram asked to wait."""
        self._blocked[lane] = now + retry_after

    @staticmethod
    def _recent(times: deque[float], now: float, within: float) -> deque[float]:
        while times and now - times[0] >= within:
            times.popleft()
        return times
