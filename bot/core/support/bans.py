"""Bans: somebody who floods or insults the desk loses the conversation, never a right: those stay reachable by a plain form.

With a reason of the policy file, told to the person, on record; lifted the same way. A ban goes along to another region, and ends
with the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core import audit, delivery, staff
from bot.core.audit import Tag
from bot.core.cases import Case
from bot.core.errors import NotFoundError, PrivacyError
from bot.core.policies import BanReason
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import rooms


@dataclass(frozen=True, slots=True)
class Ban:
    """`id` is the subject; `reason` a code of the policy file's; `by` the member's number."""

    id: str
    subject: str
    reason: str
    by: int
    at: datetime


class BannedAlreadyError(PrivacyError):
    """The person of the case is banned already."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


class NotBannedError(PrivacyError):
    """The person of the case is not banned."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


def find(tx: Tx, subject: str) -> Ban | None:
    """The ban of a person, if there is one."""
    return tx.bans.find(id=subject)


def may(tx: Tx, member: Member | None, ref: str, *, lift: bool) -> tuple[Member, Case]:
    """Whether this member may ban (or, `lift`, no longer ban) the person of a case now. NotAllowedError, NotFoundError where the case
    names nobody any more, BannedAlreadyError, NotBannedError."""
    case = tx.cases.find(id=ref, opened=False)
    subject = case.subject if case is not None else ""
    member = staff.require(tx, member, Permission.BAN, subject=subject, ref=ref if subject else "")
    if case is None or not subject:
        raise NotFoundError("team_case")
    banned = find(tx, subject) is not None
    if banned and not lift:
        raise BannedAlreadyError(ref)
    if lift and not banned:
        raise NotBannedError(ref)
    return member, case


def told(tx: Tx, reason: str, *, lift: bool) -> dict[str, Any]:
    """What the person hears: the data of "banned" or "unbanned" (bot/telegram/notices_bans.py). NotFoundError for another reason."""
    return {"reason": _reason(tx, reason, lift=lift).text, "values": tx.policy.values()}


def ban(tx: Tx, member: Member | None, ref: str, reason: str) -> Ban:
    """Ban the person of a case. What `may` refuses; NotFoundError for a reason that is none."""
    member, case = may(tx, member, ref, lift=False)
    says = told(tx, reason, lift=False)
    made = Ban(case.subject, case.subject, reason, member.number, tx.clock.now())
    tx.bans.add(made)
    _note(tx, Tag.SUBJECT_BANNED, member, case, reason)
    delivery.notify(tx, case.subject, "banned", **says)
    return made


def unban(tx: Tx, member: Member | None, ref: str, reason: str) -> None:
    """Lift it. What `may` refuses; NotFoundError for a reason that is none."""
    member, case = may(tx, member, ref, lift=True)
    says = told(tx, reason, lift=True)
    tx.bans.remove(id=case.subject)
    _note(tx, Tag.SUBJECT_UNBANNED, member, case, reason)
    delivery.notify(tx, case.subject, "unbanned", **says)


def _reason(tx: Tx, reason: str, *, lift: bool) -> BanReason:
    found = (tx.policy.unban_reasons if lift else tx.policy.ban_reasons).get(reason)
    if found is None:
        raise NotFoundError("reason")
    return found


def _note(tx: Tx, tag: Tag, member: Member, case: Case, reason: str) -> None:
    """On record; and the cards of their open cases say so."""
    audit.record(tx, tag, subject=case.subject, actor=member.actor, ref=case.id, reason=reason)
    for other in tx.cases.select(subject=case.subject, closed_at=None, opened=False):
        rooms.refresh(tx, other.id)
