"""Community groups: what their admins set. Nothing that is said there is kept; when the bot is removed, this goes too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Community:
    """A group with the bot in it. `id` is the blind index of the chat; `recent` are the instants of the last answers."""

    id: str
    locale: str
    quiet: bool
    since: datetime
    recent: dict[str, Any] = field(default_factory=dict)


__all__ = ["Community"]
