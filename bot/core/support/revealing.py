"""Who the person of a case is: shown to one member, in private, for one of three reasons, on record where the person sees it."""

from __future__ import annotations

from typing import Final

from bot.core import access_log, audit, delivery, staff, work
from bot.core.access_log import Why
from bot.core.audit import Tag
from bot.core.delivery import OF_TEAM
from bot.core.errors import NotFoundError, ShreddedError
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import rooms
from bot.core.support.working import permitted
from bot.core.work import Engine, Work, WorkState

HIDE: Final = "identity.hide"
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

    On record before it is sent, with role and reason, for the person too. The group hears that it was shown, never what. The message
    is emptied after a while, sooner when the person is erased.
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
    hide_at = tx.clock.now() + tx.policy.safeguards.identity_shown.as_timedelta()
    slot = _slot(work.schedule(tx, HIDE, f"{ref}/{member.number}", hide_at))
    staff.tell(tx, member, "identity", subject=case.subject, slot=slot, ref=ref, name=account.name or "", people=people)
    rooms.say(tx, ref, "identity_shown", number=member.number, why=why)


def hide_job(engine: Engine, item: Work) -> None:
    """Empty the message that showed it."""
    ref, _slash, number = item.ref.partition("/")

    def hide(tx: Tx) -> None:
        member = staff.get(tx, int(number))
        if delivery.slot_message(tx, member.id, _slot(item.id)) is not None:
            staff.tell(tx, member, "identity_hidden", slot=_slot(item.id), ref=ref)
        work.finish(tx, item)

    engine.write(hide)


def hide_all(tx: Tx, subject: str) -> None:
    """The person is being erased: what members were shown of them goes now."""
    refs = {case.id for case in tx.cases.select(subject=subject, opened=False)}
    for item in tx.work.select(kind=HIDE, state=WorkState.WAITING.value):
        if item.ref.partition("/")[0] in refs:
            tx.work.update({"id": item.id}, due_at=tx.clock.now())


def _slot(work_id: str) -> str:
    return f"{OF_TEAM}identity:{work_id}"
