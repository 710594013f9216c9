"""Four eyes: what one member proposes, another one, a different person, agrees to. Until then nothing happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.ports import sealed


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that needs a second person. `reason` is a code of the policy file's, `by` and `decided_by` are members' numbers."""

    id: str
    subject: str
    ref: str
    kind: str
    reason: str
    by: int
    at: datetime
    expires_at: datetime
    decided_by: int = 0
    decided_at: datetime | None = None
    outcome: str = ""
    details: dict[str, Any] | None = sealed("json", default=None)
