"""The subject's chats with the assistant product: list, read, keep, delete one, clear all, and the retention of the rest.

Messages are sealed in segments of up to 256, newest segment last: one seal and one row per segment, not per message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core import audit
from bot.core.audit import Tag
from bot.core.errors import NotFoundError
from bot.core.ids import new_id
from bot.core.ports import Tx, sealed

SEGMENT_MESSAGES = 256


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. `role` is "user" or "assistant"."""

    role: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat's header. `stored_at` is when its content last came in: retention counts from there."""

    id: str
    subject: str
    started_at: datetime
    stored_at: datetime
    messages: int
    kept: bool = False
    title: str = sealed(default="")


@dataclass(frozen=True, slots=True)
class Segment:
    """Up to 256 messages of a conversation. `id` is `conversation.number`, so that text order is time order."""

    id: str
    subject: str
    conversation: str
    content: list[list[Any]] = sealed("json", default_factory=list)


def add(
    tx: Tx, subject: str, title: str, messages: Sequence[Message], *, kept: bool = False, stored_at: datetime | None = None
) -> Conversation:
    """Store a conversation."""
    now = stored_at or tx.clock.now()
    conversation = Conversation(
        id=new_id(tx.random),
        subject=subject,
        started_at=messages[0].at if messages else now,
        stored_at=now,
        messages=len(messages),
        kept=kept,
        title=title,
    )
    tx.conversations.add(conversation)
    for start in range(0, len(messages), SEGMENT_MESSAGES):
        part = messages[start : start + SEGMENT_MESSAGES]
        content = [[message.role, message.text, message.at.isoformat()] for message in part]
        number = start // SEGMENT_MESSAGES
        tx.segments.add(Segment(f"{conversation.id}.{number:06d}", subject, conversation.id, content))
    return conversation


def page(tx: Tx, subject: str, *, offset: int = 0, limit: int = 5) -> tuple[list[Conversation], int]:
    """One page of the list, newest first, and how many there are in all."""
    rows = tx.conversations.select(subject=subject, order_by="-started_at", limit=limit, offset=offset)
    return rows, tx.conversations.count(subject=subject)


def get(tx: Tx, subject: str, conversation: str) -> Conversation:
    """A header. NotFoundError, also for another subject's."""
    found = tx.conversations.find(id=conversation, subject=subject)
    if found is None:
        raise NotFoundError("conversation")
    return found


def messages(tx: Tx, subject: str, conversation: str) -> Iterator[Message]:
    """Its messages from first to last, one segment in memory at a time."""
    for segment in tx.segments.each(subject=subject, conversation=conversation, order_by="id"):
        for role, text, at in segment.content:
            yield Message(role, text, datetime.fromisoformat(at))


def expires_at(tx: Tx, conversation: Conversation) -> datetime | None:
    """When retention deletes it (policy: retention), or None while it is kept."""
    if conversation.kept:
        return None
    return conversation.stored_at + tx.policy.keep_for("conversation").as_timedelta()


def keep(tx: Tx, subject: str, conversation: str, *, kept: bool = True) -> None:
    """Save it from retention, or let it go again. NotFoundError."""
    get(tx, subject, conversation)
    tx.conversations.update({"id": conversation}, kept=kept, stored_at=tx.clock.now())
    audit.record(tx, Tag.CONVERSATION_KEPT if kept else Tag.CONVERSATION_RELEASED, subject=subject)


def delete(tx: Tx, subject: str, conversation: str) -> None:
    """Delete one conversation. NotFoundError."""
    get(tx, subject, conversation)
    _remove(tx, subject, conversation)
    audit.record(tx, Tag.CONVERSATION_DELETED, subject=subject)


def clear_all(tx: Tx, subject: str) -> int:
    """Delete every conversation, kept ones too; how many there were."""
    count = tx.conversations.remove(subject=subject)
    tx.segments.remove(subject=subject)
    audit.record(tx, Tag.HISTORY_CLEARED, subject=subject, conversations=count)
    return count


def sweep(tx: Tx, *, limit: int = 500) -> list[timedelta]:
    """Delete what retention no longer keeps (policy: retention): how old each was."""
    now = tx.clock.now()
    keep_for: timedelta = tx.policy.keep_for("conversation").as_timedelta()
    due = tx.conversations.select(kept=False, stored_at__le=now - keep_for, order_by="stored_at", limit=limit, opened=False)
    for conversation in due:
        _remove(tx, conversation.subject, conversation.id)
    return [now - conversation.stored_at for conversation in due]


def _remove(tx: Tx, subject: str, conversation: str) -> None:
    tx.segments.remove(subject=subject, conversation=conversation)
    tx.conversations.remove(id=conversation, subject=subject)
