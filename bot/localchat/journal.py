"""Everything visible that happened, in order: the page streams it, transcripts are compared with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from .people import Json

Kind = Literal[
    "message",
    "edited",
    "deleted",
    "reaction",
    "pins",
    "answer",
    "action",
    "topics",
    "chat",
    "inline",
    "clock",
    "people",
]


@dataclass(frozen=True)
class Event:
    """`by` is who did it. `only_for` names the one person who sees it; None is everybody in the chat.

    `data` by kind: message/edited `{"message_id", "ephemeral_id"}`, deleted `{"message_ids", "ephemeral_ids"}`,
    answer `{"callback_query_id", "text", "show_alert", "url"}`, action `{"action", "thread_id"}`.
    """

    number: int
    kind: Kind
    chat_id: int
    by: int
    only_for: int | None = None
    data: Json = field(default_factory=dict)


class Journal:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Event()

    def note(
        self, kind: Kind, chat_id: int, by: int, *, only_for: int | None = None, data: Json | None = None
    ) -> Event:
        event = Event(len(self.events) + 1, kind, chat_id, by, only_for, data or {})
        self.events.append(event)
        self._changed.set()
        self._changed = asyncio.Event()
        return event

    def since(self, number: int) -> list[Event]:
        return self.events[number:]

    @property
    def last_number(self) -> int:
        return len(self.events)

    async def wait_beyond(self, number: int) -> None:
        while len(self.events) <= number:
            await self._changed.wait()
