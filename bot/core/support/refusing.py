"""Not doing what was asked: with a reason of the policy file, agreed to by a second person, told with its remedies (GDPR Art. 12(4)).

The person hears the reason, its place in the law, where they can complain (by name where their country is known), whether they can
go to court, and that the data protection officer looks at the case again if they wish.
"""

from __future__ import annotations

from typing import Any, Final

from bot.core import cases, delivery
from bot.core.cases import Case, Status, Step
from bot.core.errors import NotFoundError, TransitionError, UnreachableError
from bot.core.policies import versions
from bot.core.policies.refusals import Refusal
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import four_eyes
from bot.core.support.four_eyes import Proposal
from bot.core.support.working import Planned, ending, permitted

REFUSE: Final = "refuse"


def reasons(tx: Tx, member: Member | None, ref: str) -> list[Refusal]:
    """Which reasons there are under the law of the case. NotAllowedError, TransitionError."""
    _member, case = permitted(tx, member, ending(tx, ref, Permission.PROPOSE), ref)
    _require_refusable(case)
    regime = _regime(tx, case)
    return [each for each in tx.policy.refusals.reasons.values() if each.fits(regime, case.right)]


def what_they_read(tx: Tx, ref: str, reason: str) -> dict[str, Any]:
    """The data of the notice that the person would get (bot/telegram/notices_cases.py has the words). NotFoundError."""
    case = tx.cases.get(id=ref, opened=False)
    regime = _regime(tx, case)
    refusal = tx.policy.refusals.reasons.get(reason)
    if refusal is None or not refusal.fits(regime, case.right):
        raise NotFoundError("refusal")
    account = tx.accounts.find(id=case.subject) if case.subject else None
    place = tx.policy.jurisdictions.get(case.jurisdiction or "")
    authority = tx.policy.refusals.authorities.get((account.country if account else None) or "")
    remedies = [each for each in tx.policy.refusals.remedies.values() if regime in each.laws]
    return {
        "ref": ref,
        "reason": [refusal.text, refusal.laws[regime]],
        "remedies": [[each.text, each.laws[regime]] for each in remedies],
        "values": tx.policy.values(),
        "dpo": tx.policy.dpo,
        "authority": {
            "name": authority.name if authority else "",
            "url": authority.url if authority else "",
            "says": place.authority if place else "",
        },
    }


def plan(tx: Tx, member: Member | None, ref: str, reason: str) -> Planned:
    """What the person would read. NotAllowedError, TransitionError, NotFoundError for a reason that the law of the case lacks."""
    member, case = permitted(tx, member, ending(tx, ref, Permission.PROPOSE), ref)
    _require_refusable(case)
    return Planned(member, case, "case_refused", what_they_read(tx, ref, reason))


def propose(tx: Tx, member: Member | None, ref: str, reason: str) -> Proposal:
    """The first pair of eyes. What `plan` refuses, ProposedAlreadyError."""
    planned = plan(tx, member, ref, reason)
    return four_eyes.propose(tx, planned.by, REFUSE, ref=ref, subject=planned.case.subject, reason=reason)


def _refuse(tx: Tx, proposal: Proposal, member: Member) -> None:
    """The deed. TransitionError when the case has moved on, UnreachableError when the person cannot be told: then it stands."""
    case = tx.cases.get(id=proposal.ref)
    _require_refusable(case)
    cases.move(tx, case, Step.REFUSE, actor=member.actor, reason=proposal.reason)
    cases.drop_work(tx, case.id)
    if not delivery.notify(tx, case.subject, "case_refused", **what_they_read(tx, case.id, proposal.reason)):
        raise UnreachableError(case.id)


def _require_refusable(case: Case) -> None:
    if not case.subject or cases.next_status(Status(case.status), Step.REFUSE) is None:
        raise TransitionError(case.id, case.status, Step.REFUSE.value)


def _regime(tx: Tx, case: Case) -> str:
    return versions.terms(tx, case.policy_version).regime_of(case.jurisdiction).id


four_eyes.register(REFUSE, _refuse)
