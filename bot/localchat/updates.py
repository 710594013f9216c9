"""What the bot has yet to hear: kept until it confirms, delivered again until then.

Either by getUpdates (confirmed by a higher offset) or by webhook (confirmed by a 2xx answer), never both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from .people import Json

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Webhook:
    url: str
    secret_token: str = ""
    max_connections: int = 40
    certificate: str = ""
    last_error: str = ""
    last_error_at: int = 0


class UpdateQueue:
    def __init__(self) -> None:
        self.webhook: Webhook | None = None
        self.allowed: list[str] = []
        self.poll_number = 0
        self._pending: list[Json] = []
        self._last_id = 100_000
        self._changed = asyncio.Event()

    def put(self, kind: str, payload: Json) -> None:
        """Kinds that the bot did not ask for are dropped here, so asking later brings nothing back."""
        if kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT:
            return
        self._last_id += 1
        self._pending.append({"update_id": self._last_id, kind: payload})
        self.wake()

    def allow(self, kinds: Sequence[str]) -> None:
        """`allowed_updates`: remembered by the server; an empty list is the default set."""
        self.allowed = list(kinds)

    def pending(self, offset: int = 0, limit: int = 100) -> list[Json]:
        """Looks, confirms nothing. A negative offset counts from the end and forgets the rest."""
        if offset < 0:
            self._pending = self._pending[offset:]
        return [update for update in self._pending if update["update_id"] >= offset][:limit]

    def confirm_below(self, offset: int) -> None:
        self._pending = [update for update in self._pending if update["update_id"] >= offset]

    def confirm(self, update_id: int) -> None:
        self._pending = [update for update in self._pending if update["update_id"] != update_id]

    def take(self) -> list[Json]:
        """All that waits, confirmed at once: for tests that feed a dispatcher themselves."""
        taken, self._pending = self._pending, []
        return taken

    def repeat(self, update: Json) -> None:
        """The same update with the same id once more, as after a lost confirmation."""
        self._pending.append(update)
        self.wake()

    def drop_all(self) -> None:
        self._pending = []

    def wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, seconds: float | None) -> None:
        """Until something changes, at most so long."""
        changed = self._changed
        try:
            await asyncio.wait_for(changed.wait(), seconds)
        except TimeoutError:
            return

    def new_id(self) -> str:
        """Ids of callback and inline queries come from the same counter, as long strings."""
        self._last_id += 1
        return f"4382{self._last_id:012d}"
