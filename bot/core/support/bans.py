"""Bans: somebody who floods or insults the desk loses the conversation, never a right: those stay reachable by a plain form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ban:
    """`id` is the subject; `reason` a code of the policy file's; `by` the member's number."""

    id: str
    subject: str
    reason: str
    by: int
    at: datetime
