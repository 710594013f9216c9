"""Questions that wait for the bot's answer: a tapped button, an inline query."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .messages import Message
from .people import Json

ANSWER_WITHIN = timedelta(seconds=60)
"""Telegram names no number; its clients stop waiting after about so long."""


@dataclass
class CallbackQuery:
    id: str
    person_id: int
    message: Message
    at: datetime
    answer: Json | None = None


@dataclass
class InlineQuery:
    id: str
    person_id: int
    chat_id: int
    query: str
    at: datetime
    results: list[Json] = field(default_factory=list)
    button: Json | None = None
    is_answered: bool = False


@dataclass
class Queries:
    callbacks: dict[str, CallbackQuery] = field(default_factory=dict)
    inline: dict[str, InlineQuery] = field(default_factory=dict)

    def find_open_callback(self, query_id: str, now: datetime) -> CallbackQuery | None:
        query = self.callbacks.get(query_id)
        is_open = query is not None and query.answer is None and now - query.at <= ANSWER_WITHIN
        return query if is_open else None

    def find_open_inline(self, query_id: str, now: datetime) -> InlineQuery | None:
        query = self.inline.get(query_id)
        is_open = query is not None and not query.is_answered and now - query.at <= ANSWER_WITHIN
        return query if is_open else None
