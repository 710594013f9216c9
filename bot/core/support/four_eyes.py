"""Four eyes: what one member proposes, another one, a different person, agrees to. Until then nothing happens.

    propose → agree (the deed is done, in the same transaction) | decline | lapse (nobody agreed in time)
            | overtake (what it was about has changed since)

What can be proposed is registered by whoever knows the deed; this module knows only that two people stand for it. Whichever of two
taps comes first decides; the other one is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.core import audit, staff
from bot.core.audit import Tag
from bot.core.errors import NotFoundError, PrivacyError
from bot.core.ids import new_id
from bot.core.keys.vault import SERVICE
from bot.core.ports import Tx, sealed
from bot.core.staff import Member, Permission, Role
from bot.core.support import rooms

BATCH: Final = 200


class Outcome(StrEnum):
    """How a proposal ended. Empty while it is open."""

    AGREED = "agreed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that needs a second person. `reason` is a code of the policy file's, `by` and `decided_by` are members' numbers."""

    id: str
    subject: str
    ref: str
    kind: str
    reason: str
    by: int
    at: datetime
    expires_at: datetime
    decided_by: int = 0
    decided_at: datetime | None = None
    outcome: str = ""
    details: dict[str, Any] | None = sealed("json", default=None)


Deed = Callable[[Tx, Proposal, Member], None]
"""Does what was agreed to; the member is the second person. What it refuses (PrivacyError) leaves the proposal open."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that needs four eyes: who may propose it, who may agree, and whether one of the two must be the data protection
    officer."""

    deed: Deed
    propose: Permission
    agree: Permission
    officer: bool


_KINDS: dict[str, Kind] = {}


class SameEyesError(PrivacyError):
    """Who proposed it cannot be the second person too."""


class OfficerMissingError(PrivacyError):
    """Neither of the two is the data protection officer."""


class ProposerGoneError(PrivacyError):
    """Whoever proposed it may not propose it any more: a second person would stand for it alone."""


class DecidedError(PrivacyError):
    """The proposal was decided before, or has lapsed."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class ProposedAlreadyError(PrivacyError):
    """The same is proposed already and waits for a second person."""

    def __init__(self, ref: str, by: int) -> None:
        super().__init__(ref)
        self.ref = ref
        self.by = by


def register(
    kind: str,
    deed: Deed,
    *,
    propose: Permission = Permission.PROPOSE,
    agree: Permission = Permission.AGREE,
    officer: bool = False,
) -> None:
    """Let `kind` be proposed from now on. Done once per kind, where its deed is defined."""
    _KINDS[kind] = Kind(deed, propose, agree, officer)


def propose(
    tx: Tx, member: Member | None, kind: str, *, ref: str, subject: str = SERVICE, reason: str = "", **details: Any
) -> Proposal:
    """The first pair of eyes. NotAllowedError, ProposedAlreadyError.

    `details` are sealed under the subject's key. The room of `ref` shows the proposal with its buttons.
    """
    known = _KINDS[kind]
    member = staff.require(tx, member, known.propose, subject=_person(subject), ref=ref)
    for other in tx.proposals.select(ref=ref, outcome="", kind=kind, opened=False):
        if other.expires_at > tx.clock.now():
            raise ProposedAlreadyError(ref, other.by)
        _end(tx, other, Outcome.LAPSED)
    now = tx.clock.now()
    expires = now + tx.policy.safeguards.proposal_valid.as_timedelta()
    made = Proposal(
        new_id(tx.random), subject, ref, kind, reason, member.number, now, expires, details=details or None
    )
    tx.proposals.add(made)
    audit.record(
        tx, Tag.PROPOSAL_MADE, subject=_person(subject) or None, actor=member.actor, ref=ref, kind=kind, reason=reason
    )
    _show(tx, made)
    return made


def agree(tx: Tx, member: Member | None, proposal_id: str) -> Proposal:
    """The second pair of eyes, and the deed. NotFoundError, NotAllowedError, SameEyesError, ProposerGoneError,
    OfficerMissingError, DecidedError, and whatever the deed refuses: then the proposal stays open."""
    found = get(tx, proposal_id, opened=False)
    known = _KINDS[found.kind]
    member = staff.require(tx, member, known.agree, subject=_person(found.subject), ref=found.ref)
    found = get(tx, proposal_id)
    if member.number == found.by:
        raise SameEyesError
    first = staff.get(tx, found.by)
    if not first.may(known.propose):
        raise ProposerGoneError
    if known.officer and Role.DPO not in member.held | first.held:
        raise OfficerMissingError
    decided = _decide(tx, found, Outcome.AGREED, member)
    known.deed(tx, decided, member)
    return decided


def decline(tx: Tx, member: Member | None, proposal_id: str) -> Proposal:
    """It does not happen. Whoever proposed it may take it back themselves. NotAllowedError, DecidedError, NotFoundError."""
    found = get(tx, proposal_id, opened=False)
    known = _KINDS[found.kind]
    own = member is not None and member.number == found.by and member.may(known.propose)
    needed = known.propose if own else known.agree
    member = staff.require(tx, member, needed, subject=_person(found.subject), ref=found.ref)
    return _decide(tx, get(tx, proposal_id), Outcome.DECLINED, member)


def second_eyes(tx: Tx, proposal: Proposal) -> list[Member]:
    """Who could agree to it."""
    known, first = _KINDS[proposal.kind], staff.get(tx, proposal.by)
    others = [each for each in staff.team(tx) if each.number != proposal.by and each.may(known.agree)]
    return [each for each in others if not known.officer or Role.DPO in each.held | first.held]


def open_of(tx: Tx, ref: str) -> list[Proposal]:
    """What waits for a second person in a case (or breach), oldest first."""
    return tx.proposals.select(ref=ref, outcome="", order_by="at", opened=False)


def get(tx: Tx, proposal_id: str, *, opened: bool = True) -> Proposal:
    """NotFoundError."""
    found = tx.proposals.find(id=proposal_id, opened=opened)
    if found is None:
        raise NotFoundError("proposal")
    return found


def overtake(tx: Tx, kind: str, ref: str) -> None:
    """What was proposed is not what it would be now: it ends, so that somebody can propose it anew."""
    for each in open_of(tx, ref):
        if each.kind == kind:
            _end(tx, each, Outcome.OVERTAKEN)


def sweep(tx: Tx, *, limit: int = BATCH) -> int:
    """What nobody agreed to in time lapses (policy: safeguards); how many."""
    due = tx.proposals.select(
        outcome="", expires_at__le=tx.clock.now(), order_by="expires_at", limit=limit, skip_locked=True, opened=False
    )
    return sum(_end(tx, each, Outcome.LAPSED) for each in due)


def _end(tx: Tx, proposal: Proposal, outcome: Outcome) -> bool:
    """By nobody."""
    changes = {"outcome": outcome.value, "decided_at": tx.clock.now()}
    if not tx.proposals.update({"id": proposal.id, "outcome": ""}, **changes):
        return False
    _note(tx, proposal, outcome, "service")
    return True


def _decide(tx: Tx, proposal: Proposal, outcome: Outcome, member: Member) -> Proposal:
    if proposal.outcome:
        raise DecidedError(proposal.outcome)
    now = tx.clock.now()
    if now >= proposal.expires_at:
        raise DecidedError(Outcome.LAPSED.value)
    changes: dict[str, Any] = {"outcome": outcome.value, "decided_by": member.number, "decided_at": now}
    if not tx.proposals.update({"id": proposal.id, "outcome": ""}, **changes):
        raise DecidedError(tx.proposals.get(id=proposal.id, opened=False).outcome)
    _note(tx, proposal, outcome, member.actor)
    return replace(proposal, **changes)


def _note(tx: Tx, proposal: Proposal, outcome: Outcome, actor: str) -> None:
    audit.record(
        tx,
        Tag.PROPOSAL_DECIDED,
        subject=_person(proposal.subject) or None,
        actor=actor,
        ref=proposal.ref,
        kind=proposal.kind,
        outcome=outcome.value,
    )
    _show(tx, proposal)


def _show(tx: Tx, proposal: Proposal) -> None:
    """In its room: the message with the buttons, and the card that mentions it."""
    rooms.touch(tx, proposal.ref, proposal.subject)
    rooms.say(tx, proposal.ref, "proposal", slot=f"proposal:{proposal.id}", id=proposal.id)


def _person(subject: str) -> str:
    """For the audit trail: nobody, where it is about the service."""
    return "" if subject == SERVICE else subject
