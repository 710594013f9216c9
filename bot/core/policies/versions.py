"""The versions of the policy that this desk has known, and whom it told about which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """`id` is the version. `body` is the published file itself, so that a consent given under it can be read years later."""

    id: str
    digest: str
    notice: str
    seen_at: datetime
    effective_at: datetime | None = None
    announced_at: datetime | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class PolicyNotice:
    """That a person was told of a version. `id` is `subject:version`."""

    id: str
    subject: str
    version: str
    at: datetime
    told_at: datetime | None = None
