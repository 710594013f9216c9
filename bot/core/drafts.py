"""Unfinished steps of a conversation with the bot. What a person typed so far is personal: sealed, and dropped after a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.ports import Tx, sealed


@dataclass(frozen=True, slots=True)
class Draft:
    """Where a person stands in a flow. `id` is a blind index of chat, topic and person."""

    id: str
    subject: str
    state: str | None
    updated_at: datetime
    data: dict[str, Any] = sealed("json", default_factory=dict)
    version: int = field(default=1)


def find(tx: Tx, key: str) -> Draft | None:
    """The draft of a place; an outdated one is as good as none."""
    draft = tx.drafts.find(id=key)
    if draft and draft.updated_at + tx.policy.keep_for("draft").as_timedelta() <= tx.clock.now():
        return None
    return draft


def put(tx: Tx, key: str, subject: str, *, state: str | None, data: dict[str, Any]) -> None:
    """Store or replace a draft; an empty one is removed."""
    tx.drafts.remove(id=key)
    if state is not None or data:
        tx.drafts.add(Draft(key, subject, state, tx.clock.now(), data))


def sweep(tx: Tx) -> int:
    """Remove what nobody came back to; how many."""
    return tx.drafts.remove(updated_at__le=tx.clock.now() - tx.policy.keep_for("draft").as_timedelta())
