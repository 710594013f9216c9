"""Rectification (GDPR Art. 16): what is wrong → a proposal → the person confirms it → done, with every step in the audit trail.

    propose → waiting for the person → confirm (the change is made) | decline (a person looks at it)

Name, place of residence and language of the account are changed by the confirmation itself. Anything else is a case that people
work on; their proposal goes the same way, so nothing about a person is changed that they did not see first. The audit trail says
which field was changed, never to what.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.core import accounts, audit, cases, delivery
from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Status, Step
from bot.core.errors import NotFoundError, TransitionError
from bot.core.ports import Tx
from bot.core.support import rooms
from bot.core.support.letters import Way

WAITS_FOR: Final = "clarification"
"""Why the case waits for the person meanwhile: whether its clock stands is the regime's matter."""


class Field(StrEnum):
    """What is to be corrected."""

    NAME = "name"
    PLACE = "jurisdiction"
    LANGUAGE = "locale"
    OTHER = "other"
    """Something that people correct; the proposal says in words what they will do."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would change: a field and both its values. `was` is None where there was none."""

    case: Case
    field: Field
    was: str | None
    becomes: str


def propose(
    tx: Tx, account: Account, field: Field, value: str, *, case: Case | None = None, actor: str | None = None, letter: str = ""
) -> Proposal:
    """Say what would change, and wait for the person. A new case, unless `case` is the one that people work on.

    NotFoundError for a place that the policy does not know, TransitionError for a case that is closed. A proposal that still
    waits is replaced by this one. With `actor` (somebody of the team) the person is told that there is something to look at;
    `letter` is the one in which it is put to them (bot/core/support/letters.py).
    """
    if field is Field.PLACE and value not in tx.policy.jurisdictions:
        raise NotFoundError("jurisdiction")
    if case is None:
        _drop_waiting(tx, account)
        case = cases.open_case(tx, account, Right.RECTIFICATION)
    if case.is_closed or case.subject != account.id:
        raise TransitionError(case.id, case.status, "propose")
    was = _value(account, field)
    details = (case.details or {}) | {"field": field.value, "was": was, "becomes": value}
    tx.cases.update({"id": case.id, "subject": account.id}, details=details)
    if case.status != Status.WAITING:
        case = cases.move(tx, case, Step.ASK, actor=actor, reason=WAITS_FOR)
    audit.record(
        tx, Tag.RECTIFICATION_PROPOSED, subject=account.id, actor=actor, ref=case.id, field=field.value
    )
    if actor is not None:
        delivery.notify(tx, account.id, "rectification_proposed", ref=case.id, letter=letter)
    return Proposal(tx.cases.get(id=case.id), field, was, value)


def reword(tx: Tx, case: Case, value: str, actor: str) -> None:
    """What the team proposed, in other words, while it waits for the person. TransitionError."""
    details = case.details or {}
    if case.status != Status.WAITING or details.get("field") != Field.OTHER.value or "becomes" not in details:
        raise TransitionError(case.id, case.status, "propose")
    tx.cases.update({"id": case.id, "subject": case.subject}, details=details | {"becomes": value})
    audit.record(tx, Tag.RECTIFICATION_PROPOSED, subject=case.subject, actor=actor, ref=case.id, field=Field.OTHER.value)


def proposal(tx: Tx, account: Account, ref: str) -> Proposal:
    """The proposal that waits in a case of this person. NotFoundError when there is none."""
    case = cases.get_for(tx, account.id, ref)
    details = case.details or {}
    if case.right != Right.RECTIFICATION or case.status != Status.WAITING or "becomes" not in details:
        raise NotFoundError("proposal")
    return Proposal(case, Field(details["field"]), details["was"], details["becomes"])


def confirm(tx: Tx, account: Account, ref: str) -> Proposal:
    """The person confirms it: the change is made, the case is done. NotFoundError, NameTakenError."""
    found = proposal(tx, account, ref)
    match found.field:
        case Field.NAME:
            accounts.rename(tx, account.id, found.becomes)
        case Field.PLACE:
            accounts.set_jurisdiction(tx, account.id, found.becomes)
        case Field.LANGUAGE:
            accounts.set_locale(tx, account.id, found.becomes)
        case Field.OTHER:
            pass  # people carry it out; the confirmation is what they waited for
    audit.record(tx, Tag.RECTIFICATION_APPLIED, subject=account.id, ref=ref, field=found.field.value)
    done = cases.move(tx, found.case, Step.FINISH)
    return Proposal(done, found.field, found.was, found.becomes)


def decline(tx: Tx, account: Account, ref: str) -> Case:
    """The proposal is not right, nothing is changed: the person's own is dropped, the team's goes back to them. NotFoundError."""
    found = proposal(tx, account, ref)
    if is_in_writing(tx, found.case):  # people look again
        rooms.say(tx, ref, "correction_declined")
        return cases.answer(tx, found.case)
    return cases.move(tx, found.case, Step.WITHDRAW)


def is_in_writing(tx: Tx, case: Case) -> bool:
    """Whether the person wrote something in it: then people work on it."""
    return tx.letters.count(ref=case.id, way=Way.IN.value) > 0


def _drop_waiting(tx: Tx, account: Account) -> None:
    for each in tx.cases.select(subject=account.id, right=Right.RECTIFICATION.value, status=Status.WAITING.value):
        if not is_in_writing(tx, each):
            cases.move(tx, each, Step.WITHDRAW)


def _value(account: Account, field: Field) -> str | None:
    match field:
        case Field.NAME:
            return account.name
        case Field.PLACE:
            return account.jurisdiction
        case Field.LANGUAGE:
            return account.locale
        case Field.OTHER:
            return None
