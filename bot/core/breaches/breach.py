"""A breach and the notice to each affected person (GDPR Art. 33(3), 34; policy: 72 hours)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.ports import sealed


@dataclass(frozen=True, slots=True)
class Breach:
    """`id` is the reference. Its clock is wall time from `aware_at` to `due_at`. `categories` and `regions` are lists with
    spaces between; `began_at` and `ended_at` bound the time in which data lay open. A drill does all of it and sends nothing."""

    id: str
    subject: str
    status: str
    drill: bool
    opened_by: int
    opened_at: datetime
    aware_at: datetime
    due_at: datetime
    policy_version: str
    found_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    categories: str = ""
    regions: str = ""
    risk: str = ""
    agreed_at: datetime | None = None
    told_at: datetime | None = None
    reported_at: datetime | None = None
    closed_at: datetime | None = None
    warned: int = 0
    details: dict[str, Any] | None = sealed("json", default=None)


@dataclass(frozen=True, slots=True)
class BreachNotice:
    """One affected person in their region. `id` is `subject:breach`, so that nobody is told twice."""

    id: str
    subject: str
    breach: str
    state: str
    at: datetime
    told_at: datetime | None = None
