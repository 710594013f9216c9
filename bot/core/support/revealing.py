"""Who the person of a case is: shown to one member, in private, for one of three reasons, on record where the person sees it."""

from __future__ import annotations

from typing import Final

from bot.core import access_log, audit, staff
from bot.core.access_log import Why
from bot.core.audit import Tag
from bot.core.errors import NotFoundError, ShreddedError
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import rooms
from bot.core.support.working import permitted

REASONS: Final = (Why.IDENTITY, Why.LEGAL, Why.SAFETY)


def require_known(tx: Tx, member: Member | None, ref: str) -> Member:
    """NotAllowedError, ShreddedError where nobody is left."""
    member, case = permitted(tx, member, Permission.REVEAL, ref)
    if not case.subject or not tx.keys.exists(case.subject):
        raise ShreddedError
    return member


def reveal(tx: Tx, member: Member | None, ref: str, why: str) -> None:
    """Send the account's name and the Telegram person to the member in private. NotAllowedError, ShreddedError, NotFoundError for
    another reason than REASONS.

    On record before it is sent, with role and reason, for the person too. The group hears that it was shown, never what.
    """
    member, case = permitted(tx, member, Permission.REVEAL, ref)
    if not case.subject or not tx.keys.exists(case.subject):
        raise ShreddedError
    if why not in REASONS:
        raise NotFoundError("reason")
    account = tx.accounts.get(id=case.subject)
    access_log.record(tx, case.subject, role=member.seen_as, why=Why(why), actor=member.actor, ref=ref)
    audit.record(tx, Tag.IDENTITY_REVEALED, subject=case.subject, actor=member.actor, ref=ref, why=why)
    people = [int(link.telegram_id) for link in tx.links.select(subject=case.subject)]
    staff.tell(tx, member, "identity", subject=case.subject, ref=ref, name=account.name or "", people=people)
    rooms.say(tx, ref, "identity_shown", number=member.number, why=why)
