"""How much one person may write to the desk: a bucket of messages that fills again, for each chat, in this process only.

Who empties it is told once when it goes on; until then there is silence. Nothing is stored, and a chat is known by its blind index.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_A_MINUTE: Final = timedelta(minutes=1)
_MOST_CHATS: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    quiet_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """It counts and is answered."""


@dataclass(frozen=True, slots=True)
class Held:
    """Too much. `until` when it goes on; `first`: this is to be said now, and only now."""

    until: datetime
    first: bool


class Limiter:
    """Shared by all regions of a process, each of which may have a thread of its own."""

    def __init__(self) -> None:
        self._chats: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def count(self, chat: str, now: datetime, *, per_minute: int) -> Passed | Held:
        """One more message of a chat."""
        with self._lock:
            bucket = self._chats.get(chat) or self._chats.setdefault(chat, _Bucket(per_minute, now))
            if bucket.quiet_until is not None and now < bucket.quiet_until:
                return Held(bucket.quiet_until, first=False)
            bucket.quiet_until = None
            passed = max(timedelta(0), now - bucket.at) / _A_MINUTE
            bucket.left, bucket.at = min(float(per_minute), bucket.left + passed * per_minute), now
            if bucket.left >= 1:
                bucket.left -= 1
                self._forget_idle(now)
                return Passed()
            bucket.quiet_until = now + _A_MINUTE
            return Held(bucket.quiet_until, first=True)

    def _forget_idle(self, now: datetime) -> None:
        """Who said nothing for two minutes has a full bucket again."""
        if len(self._chats) > _MOST_CHATS:
            self._chats = {chat: bucket for chat, bucket in self._chats.items() if now - bucket.at < 2 * _A_MINUTE}
