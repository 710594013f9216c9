"""Legal hold at the desk: a ground of the policy file, two people, one of them the data protection officer (GDPR Art. 17(3))."""

from __future__ import annotations

from typing import Final

from bot.core import cases
from bot.core.cases import Case
from bot.core.erasure import holds
from bot.core.errors import NotFoundError, PrivacyError, ShreddedError
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import four_eyes, rooms
from bot.core.support.four_eyes import Proposal
from bot.core.support.working import permitted

HOLD: Final = "hold"
LIFT: Final = "lift_hold"


class HoldStandsError(PrivacyError):
    """There is a hold already."""


class NoHoldError(PrivacyError):
    """There is no hold that could be lifted."""


def require_unheld(tx: Tx, member: Member | None, ref: str) -> Case:
    """NotAllowedError, ShreddedError where everything is erased, HoldStandsError."""
    _member, case = permitted(tx, member, Permission.PROPOSE, ref)
    if not case.subject or not tx.keys.exists(case.subject):
        raise ShreddedError
    if tx.keys.is_held(case.subject):
        raise HoldStandsError
    return case


def require_held(tx: Tx, member: Member | None, ref: str) -> Case:
    """NotAllowedError, NoHoldError."""
    _member, case = permitted(tx, member, Permission.PROPOSE, ref)
    if not case.subject or not tx.keys.is_held(case.subject):
        raise NoHoldError
    return case


def propose(tx: Tx, member: Member | None, ref: str, ground: str) -> Proposal:
    """Have the person of this case not erased. What `require_unheld` refuses, NotFoundError, ProposedAlreadyError."""
    case = require_unheld(tx, member, ref)
    if ground not in tx.policy.refusals.holds:
        raise NotFoundError("ground")
    return four_eyes.propose(tx, member, HOLD, ref=ref, subject=case.subject, reason=ground)


def propose_lift(tx: Tx, member: Member | None, ref: str) -> Proposal:
    """Let go of it. What `require_held` refuses, ProposedAlreadyError."""
    case = require_held(tx, member, ref)
    return four_eyes.propose(tx, member, LIFT, ref=ref, subject=case.subject)


def _hold(tx: Tx, proposal: Proposal, member: Member) -> None:
    if not tx.keys.exists(proposal.subject):
        raise ShreddedError
    if tx.keys.is_held(proposal.subject):
        raise HoldStandsError
    holds.hold(tx, proposal.subject, actor=member.actor, reason=proposal.reason, ref=proposal.ref)
    _show(tx, proposal)


def _lift(tx: Tx, proposal: Proposal, member: Member) -> None:
    if not tx.keys.is_held(proposal.subject):
        raise NoHoldError
    holds.lift_hold(tx, proposal.subject, actor=member.actor, ref=proposal.ref)
    _show(tx, proposal)


def _show(tx: Tx, proposal: Proposal) -> None:
    """On every card of the person."""
    cases.show(tx, tx.cases.get(id=proposal.ref, opened=False))
    for case in tx.cases.select(subject=proposal.subject, closed_at=None, opened=False):
        rooms.refresh(tx, case.id)


four_eyes.register(HOLD, _hold, officer=True)
four_eyes.register(LIFT, _lift, officer=True)
