"""Who opened a person's data, when and why, for that person (GDPR Art. 15, CJEU C-579/21): roles and reasons, never names.

Whoever reads personal data outside the person's own request calls `record` in the same transaction, before what was read is shown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.core import audit
from bot.core.accounts import Account
from bot.core.audit import AuditEntry, Tag
from bot.core.ports import Tx


class Role(StrEnum):
    """In which role somebody acted."""

    YOU = "you"
    SERVICE = "service"
    SUPPORT = "support"
    OFFICER = "dpo"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    TRAINING = "training"
    STRANGER = "stranger"


class Why(StrEnum):
    """For what."""

    CASE = "case"
    EXPORT = "export"
    READING = "reading"
    TRAINING = "training"
    CORRECTION = "correction"
    IDENTITY = "identity"
    LEGAL = "legal"
    SAFETY = "safety"
    BREACH = "breach"
    DRILL = "drill"
    UNKNOWN = "unknown"


ACCESSES: Final = (
    Tag.DATA_ACCESSED,
    Tag.ACCESS_REFUSED,
    Tag.CONVERSATION_OPENED,
    Tag.CONVERSATION_IMPORTED,
    Tag.EXPORT_BUILT,
    Tag.EXPORT_DELIVERED,
)
"""The entries in which data was opened, or an attempt to open it was refused."""
_OWN: Final = {
    Tag.CONVERSATION_OPENED.value: Why.READING,
    Tag.EXPORT_BUILT.value: Why.EXPORT,
    Tag.EXPORT_DELIVERED.value: Why.EXPORT,
}


@dataclass(frozen=True, slots=True)
class Access:
    """One time at which data was opened (or refused). `ref` is the case it was for, if any."""

    at: datetime
    tag: Tag
    role: Role
    why: Why
    ref: str


def record(tx: Tx, subject: str, *, role: Role, why: Why, actor: str | None = None, ref: str = "") -> None:
    """Note that a subject's data is opened now. `actor` is a pseudonym of whoever opens it; the person sees the role only."""
    audit.record(
        tx, Tag.DATA_ACCESSED, subject=subject, actor=actor or role.value, ref=ref, role=role.value, why=why.value
    )


def refuse(tx: Tx, subject: str | None, *, role: str, actor: str, what: str, ref: str = "") -> None:
    """Note that somebody tried and was not allowed to. `what` is a name of ours, never what they typed."""
    audit.record(tx, Tag.ACCESS_REFUSED, subject=subject, actor=actor, ref=ref, role=role, what=what)


def page(tx: Tx, account: Account, *, offset: int = 0, limit: int = 8) -> tuple[list[Access], int]:
    """A page of the person's access log, newest first, and how many entries there are in all."""
    tags = tuple(tag.value for tag in ACCESSES)
    found = tx.audit.select(subject=account.pseudonym, tag__in=tags, order_by="-id", limit=limit, offset=offset)
    count = tx.audit.count(subject=account.pseudonym, tag__in=tags)
    return [_access(account, entry) for entry in found], count


def _access(account: Account, entry: AuditEntry) -> Access:
    details = json.loads(entry.details)
    why = details.get("why") or _OWN.get(entry.tag, Why.CASE if entry.ref else Why.UNKNOWN).value
    reason = Why(why) if why in {each.value for each in Why} else Why.UNKNOWN
    return Access(entry.at, Tag(entry.tag), _role(account, entry, details.get("role")), reason, entry.ref)


def _role(account: Account, entry: AuditEntry, said: str | None) -> Role:
    for candidate in (said, entry.actor):
        if candidate in {role.value for role in Role}:
            return Role(candidate)
    if entry.tag in (Tag.EXPORT_BUILT, Tag.EXPORT_DELIVERED, Tag.CONVERSATION_IMPORTED):
        return Role.SERVICE  # done by the service at the person's wish; the entry stands under their pseudonym
    return Role.YOU if entry.actor == account.pseudonym else Role.SUPPORT
