"""The records of a breach (GDPR Art. 33, 34; policy: promise `breach`): the breach itself, what a region tells, who was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.ports import sealed


class Status(StrEnum):
    """Where a record stands. A draft has no reference and no clock yet."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Risk(StrEnum):
    """For the rights and freedoms of people: at a high risk the law itself wants them told (Art. 34)."""

    LOW = "low"
    HIGH = "high"


class NoticeState(StrEnum):
    """Where an affected person stands: to be told, the message on its way, told, out of reach."""

    DUE = "due"
    SENT = "sent"
    TOLD = "told"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class Breach:
    """At home only. `id` is the reference. Its clock is wall time from `aware_at` to `due_at`. `categories` and `regions` are
    lists with spaces between; `began_at` and `ended_at` bound the time in which data lay open (no end: it still does).

    `version` moves with whatever people would read; they are told only what two people agreed to (`agreed_version`). `counts`
    are the regions' figures, `reports` says what each authority was sent and when. A drill does all of it and sends nothing.
    """

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
    version: int = 1
    agreed_version: int = 0
    counts: dict[str, Any] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] | None = sealed("json", default=None)

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """What was written, by field and language."""
        found: dict[str, dict[str, str]] = (self.details or {}).get("texts", {})
        return found

    @property
    def written_in(self) -> str:
        """The language in which the record was begun."""
        return str((self.details or {}).get("locale", ""))

    @property
    def is_agreed(self) -> bool:
        """Whether two people agreed to what people would read now."""
        return self.agreed_version == self.version


@dataclass(frozen=True, slots=True)
class Telling:
    """What a region knows of a breach: whom to look for, and what to tell them. `id` is the reference, `round` the record's
    version; `found_round` is the last one for which everybody was looked at. `regions` had the data, wherever people live now."""

    id: str
    subject: str
    round: int
    agreed: bool
    drill: bool
    by: int
    regions: str
    categories: str
    began_at: datetime
    ended_at: datetime | None = None
    found_round: int = 0
    closed_at: datetime | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] | None = sealed("json", default=None)


@dataclass(frozen=True, slots=True)
class BreachNotice:
    """One affected person in their region. `id` is `subject:breach`, so that nobody is told twice. `at` is since when it stands
    as it does, `categories` is what of theirs lay open, `round` the last version that found them, `message` the outbox row."""

    id: str
    subject: str
    breach: str
    state: str
    at: datetime
    told_at: datetime | None = None
    categories: str = ""
    round: int = 0
    message: str = ""
