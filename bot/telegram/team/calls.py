"""One call of the Bot API that a row of the outbox for the team's group comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.core.ports import Tx

Done = Callable[[Tx, Any], None]
"""Notes what Telegram answered."""


@dataclass(slots=True)
class Call:
    """One call of the Bot API for a row. `done` notes its result in the transaction that marks it; `again`: the row needs more
    calls. `document` and `photo` are uploaded: bytes with a neutral name."""

    method: str
    data: dict[str, Any]
    done: Done | None = None
    again: bool = False
    document: tuple[bytes, str] | None = None
    photo: tuple[bytes, str] | None = None
    shrinks: bool = False
    """Refused, it leaves the row with less to do: however often, that comes to an end."""
