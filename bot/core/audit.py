"""The audit trail: append-only, hash-chained, typed tags, nothing personal in clear (GDPR Art. 5(2)).

Each entry's hash covers the entry before it, so an edit, a gap or a new order shows. People appear only by a random pseudonym
whose link to them is sealed under their own key: shredding the key unlinks the history without touching a hashed byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.ports import Tx

GENESIS = bytes(32)
Scalar = str | int | bool | None


class Tag(StrEnum):
    """What happened: subject, colon, past tense. Never free text."""

    ACCOUNT_OPENED = "account:opened"
    ACCOUNT_CLOSED = "account:closed"
    ACCOUNT_RESTORED = "account:restored"
    ACCOUNT_LINKED = "account:linked"
    ACCOUNT_UNLINKED = "account:unlinked"
    ACCOUNT_ERASED = "account:erased"
    ACCOUNT_MOVED = "account:moved"
    PASSWORD_SET = "password:set"  # noqa: S105 - the name of an event
    PASSWORD_CONFIRMED = "password:confirmed"  # noqa: S105
    PASSWORD_REFUSED = "password:refused"  # noqa: S105
    PASSWORD_LOCKED = "password:locked"  # noqa: S105
    JURISDICTION_CHOSEN = "jurisdiction:chosen"
    COUNTRY_CHOSEN = "country:chosen"
    LANGUAGE_CHOSEN = "language:chosen"
    CONSENT_GIVEN = "consent:given"
    CONSENT_WITHDRAWN = "consent:withdrawn"
    CONVERSATION_IMPORTED = "conversation:imported"
    CONVERSATION_OPENED = "conversation:opened"
    CONVERSATION_KEPT = "conversation:kept"
    CONVERSATION_RELEASED = "conversation:released"
    CONVERSATION_DELETED = "conversation:deleted"
    HISTORY_CLEARED = "history:cleared"
    RETENTION_SWEPT = "retention:swept"
    CASE_OPENED = "case:opened"
    CASE_MOVED = "case:moved"
    CASE_EXTENDED = "case:extended"
    CASE_REMINDED = "case:reminded"
    CASE_MISSED = "case:missed"
    RECTIFICATION_PROPOSED = "rectification:proposed"
    RECTIFICATION_APPLIED = "rectification:applied"
    EXPORT_BUILT = "export:built"
    EXPORT_LINKED = "export:linked"
    EXPORT_DELIVERED = "export:delivered"
    EXPORT_DESTROYED = "export:destroyed"
    CONFIRMATION_REFUSED = "confirmation:refused"
    RESTRICTION_SET = "restriction:set"
    RESTRICTION_LIFTED = "restriction:lifted"
    HOLD_SET = "hold:set"
    HOLD_LIFTED = "hold:lifted"
    KEY_CREATED = "key:created"
    KEY_ROTATED = "key:rotated"
    KEY_SHREDDED = "key:shredded"
    KEYS_MOVED = "keys:moved"
    EPOCH_DESTROYED = "epoch:destroyed"
    ERASURE_VERIFIED = "erasure:verified"
    DATA_ACCESSED = "data:accessed"
    ACCESS_REFUSED = "access:refused"
    ROLE_GRANTED = "role:granted"
    ROLE_REVOKED = "role:revoked"
    TEAM_LINKED = "team:linked"
    TEAM_UNLINKED = "team:unlinked"
    CASE_ASSIGNED = "case:assigned"
    CASE_ESCALATED = "case:escalated"
    CASE_WARNED = "case:warned"
    LETTER_RECEIVED = "letter:received"
    LETTER_SENT = "letter:sent"
    LETTER_EDITED = "letter:edited"
    IDENTITY_REVEALED = "identity:revealed"
    PROPOSAL_MADE = "proposal:made"
    PROPOSAL_DECIDED = "proposal:decided"
    SUBJECT_BANNED = "subject:banned"
    SUBJECT_UNBANNED = "subject:unbanned"
    REGISTER_EXPORTED = "register:exported"
    POLICY_ANNOUNCED = "policy:announced"
    LEDGER_LOST = "ledger:lost"
    DATABASE_RESTORED = "database:restored"
    RESTORE_REPLAYED = "restore:replayed"
    POLICY_CHANGED = "policy:changed"
    BREACH_RECORDED = "breach:recorded"
    BREACH_CHANGED = "breach:changed"
    BREACH_NOTIFIED = "breach:notified"
    BREACH_REPORTED = "breach:reported"
    BREACH_CLOSED = "breach:closed"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the chain. `id` is the zero-padded number, so that text order is chain order."""

    id: str
    at: datetime
    tag: str
    actor: str
    subject: str
    ref: str
    details: str
    before: bytes
    hash: bytes

    @property
    def number(self) -> int:
        return int(self.id)


def entry_hash(number: int, at: datetime, tag: str, actor: str, subject: str, ref: str, details: str, before: bytes) -> bytes:
    """SHA-256 over the entry before and this one's canonical JSON."""
    row = [number, at.isoformat(timespec="milliseconds"), tag, actor, subject, ref, details]
    canonical = json.dumps(row, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(before + canonical.encode()).digest()


def record(
    tx: Tx, tag: Tag, *, subject: str | None = None, actor: str | None = None, ref: str = "", **details: Scalar
) -> None:
    """Append an entry in this transaction. `subject` is a SubjectId: its pseudonym is written, never itself.

    `actor` defaults to the subject's own pseudonym; the service's own deeds have the actor "service".
    """
    pseudonym = pseudonym_of(tx, subject) if subject else ""
    at = tx.clock.now().replace(microsecond=tx.clock.now().microsecond // 1000 * 1000)
    text = json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    carry(
        tx, at=at, tag=tag.value, actor=actor or pseudonym or "service", subject=pseudonym, ref=ref, details=text
    )


def carry(tx: Tx, *, at: datetime, tag: str, actor: str, subject: str, ref: str, details: str) -> None:
    """Append an entry as it stands, with the instant it has: one that came along from another region."""
    number, before = tx.audit_head()
    values = (number + 1, at, tag, actor, subject, ref, details, before)
    tx.audit.add(AuditEntry(f"{number + 1:012d}", at, *values[2:], entry_hash(*values)))


def pseudonym_of(tx: Tx, subject: str) -> str:
    """The random name under which a subject stands in the audit trail."""
    account = tx.accounts.find(id=subject)
    return account.pseudonym if account else ""


def verify_chain(entries: Iterable[AuditEntry]) -> int | None:
    """The number of the first entry that does not fit its place, or None.

    Retention removes the oldest, so the first there is may have any number; signed checkpoints vouch for where a chain begins.
    """
    expected, before = 0, GENESIS
    for entry in entries:
        if not expected:
            expected, before = entry.number, before if entry.number == 1 else entry.before
        fits = entry.number == expected and entry.before == before and entry.hash == entry_hash(
            entry.number, entry.at, entry.tag, entry.actor, entry.subject, entry.ref, entry.details, entry.before
        )
        if not fits:
            return expected
        expected, before = expected + 1, entry.hash
    return None
