"""Digests: one message to the team about many cases, changed while it is fresh instead of sending another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.ports import Tx


@dataclass(frozen=True, slots=True)
class Digest:
    """What the team was told last about something. `id` says about what, `entries` is what stands in it, by reference."""

    id: str
    began_at: datetime
    entries: dict[str, Any] = field(default_factory=dict)


def find(tx: Tx, kind: str) -> Digest | None:
    """The last one of its kind."""
    return tx.digests.find(id=kind)


def put(tx: Tx, digest: Digest) -> None:
    """In the place of the last one of its kind."""
    tx.digests.remove(id=digest.id)
    tx.digests.add(digest)
