"""What the team does with a case: take it, hand it on, answer for its dates, finish it. Each verb asks whether the member may, and
stands in the audit trail under their number; the person sees every refused attempt, and who began to work on their case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core import access_log, audit, cases, deadlines, delivery, exports, rectification, staff, work
from bot.core.access_log import Why
from bot.core.audit import Tag
from bot.core.cases import BY_SERVICE, By, Case, Right, Status, Step
from bot.core.errors import NotFoundError, PrivacyError, TransitionError
from bot.core.ports import Tx
from bot.core.staff import Member, Permission

_FINAL = (Right.ERASURE, Right.FORGET_DESK)
_TO_BEGIN = (Status.OPENED, Status.ACKNOWLEDGED)


class ClaimedError(PrivacyError):
    """Somebody else of the team works on it."""

    def __init__(self, ref: str, number: int) -> None:
        super().__init__(ref)
        self.ref = ref
        self.number = number


class ByServiceError(PrivacyError):
    """Only the service's own work fulfils this: nobody can declare it done."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


class OnlyThePersonError(PrivacyError):
    """Only the person can take this step: they confirm it, or took it back themselves."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that the person would be told of: who takes it, and the notice with which they would (bot/telegram/notices*.py)."""

    by: Member
    case: Case
    notice: str
    data: dict[str, Any]


def permitted(tx: Tx, member: Member | None, permission: Permission, ref: str) -> tuple[Member, Case]:
    """Who acts and on what. NotAllowedError, on record with the case's person; then NotFoundError."""
    case = tx.cases.find(id=ref, opened=False)
    subject = case.subject if case is not None else ""
    member = staff.require(tx, member, permission, subject=subject, ref=ref if subject else "")
    if case is None:
        raise NotFoundError("team_case")
    return member, tx.cases.get(id=ref)


def ending(tx: Tx, ref: str, otherwise: Permission) -> Permission:
    """What it takes to end a case: a complaint to the data protection officer is the officer's own to end."""
    case = tx.cases.find(id=ref, opened=False)
    return Permission.COMPLAINTS if case is not None and case.right == Right.COMPLAINT else otherwise


def claim(tx: Tx, member: Member | None, ref: str) -> Case:
    """Work on it from now on. The first one wins: ClaimedError for everybody else, TransitionError for a closed case.

    This opens what the person wrote, so it stands in their access log. A second claim of the same member changes nothing.
    """
    member, case = permitted(tx, member, Permission.WORK, ref)
    if not tx.cases.update({"id": ref, "assignee": 0, "closed_at": None}, assignee=member.number):
        now = tx.cases.get(id=ref, opened=False)
        if now.is_closed:
            raise TransitionError(ref, now.status, "claim")
        if now.assignee != member.number:
            raise ClaimedError(ref, now.assignee)
        return now
    _note_assigned(tx, case, member, member.number)
    if case.subject:
        access_log.record(tx, case.subject, role=member.seen_as, why=Why.CASE, actor=member.actor, ref=ref)
    return _begun(tx, member, tx.cases.get(id=ref))


def release(tx: Tx, member: Member | None, ref: str) -> Case:
    """Nobody works on it any more. Another's case is let go only by who may assign. TransitionError when nobody does."""
    member, case = permitted(tx, member, Permission.WORK, ref)
    if case.assignee not in (0, member.number):
        staff.require(tx, member, Permission.ASSIGN, subject=case.subject, ref=ref)
    if not case.assignee or not tx.cases.update({"id": ref, "assignee": case.assignee, "closed_at": None}, assignee=0):
        raise TransitionError(ref, case.status, "release")
    _note_assigned(tx, case, member, 0)
    return _shown(tx, ref)


def assign(tx: Tx, member: Member | None, ref: str, to: int) -> Case:
    """Give it to a colleague, whoever had it. NotFoundError for one who does not work on cases."""
    member, case = permitted(tx, member, Permission.ASSIGN, ref)
    colleague = staff.get(tx, to)
    if not colleague.may(Permission.WORK):
        raise NotFoundError("member")
    if not tx.cases.update({"id": ref, "closed_at": None}, assignee=to):
        raise TransitionError(ref, case.status, "assign")
    _note_assigned(tx, case, member, to)
    return _begun(tx, member, tx.cases.get(id=ref))


def colleagues(tx: Tx) -> list[Member]:
    """Who can be given a case."""
    return [each for each in staff.team(tx) if each.may(Permission.WORK)]


def plan_finish(tx: Tx, member: Member | None, ref: str) -> Planned:
    """NotAllowedError, ByServiceError, OnlyThePersonError, TransitionError."""
    member, case = permitted(tx, member, ending(tx, ref, Permission.WORK), ref)
    if case.right in BY_SERVICE:
        raise ByServiceError(case.id)
    if case.status == Status.WAITING and "becomes" in (case.details or {}):
        raise OnlyThePersonError(case.id)  # a correction that they have yet to confirm
    if cases.next_status(Status(case.status), Step.FINISH) is None:
        raise TransitionError(case.id, case.status, Step.FINISH.value)
    return Planned(member, case, "case_done", {"ref": ref})


def finish(tx: Tx, member: Member | None, ref: str) -> Case:
    """It is done, and the person is told. What `plan_finish` refuses."""
    planned = plan_finish(tx, member, ref)
    case = cases.move(tx, planned.case, Step.FINISH, actor=planned.by.actor)
    _tell(tx, case, planned)
    return case


def plan_reopen(tx: Tx, member: Member | None, ref: str) -> Planned:
    """NotAllowedError, OnlyThePersonError for what the person took back and for a copy that they wanted locked (their password is
    forgotten: made again it would lie open), ByServiceError for a deletion, TransitionError."""
    member, case = permitted(tx, member, Permission.WORK, ref)
    if case.status == Status.WITHDRAWN or (case.details or {}).get("locked"):
        raise OnlyThePersonError(case.id)
    if case.right in _FINAL or not case.subject:
        raise ByServiceError(case.id)
    if not case.is_closed:
        raise TransitionError(case.id, case.status, Step.REOPEN.value)
    dates = deadlines.for_request(tx.policy, case.jurisdiction, case.right, tx.clock.now(), calendar=case.calendar or None)
    return Planned(member, case, "case_reopened", {"ref": ref, "until": dates.target_due.isoformat()})


def reopen(tx: Tx, member: Member | None, ref: str) -> Case:
    """Work on it again, with dates that begin anew; the person is told. An export is made again. What `plan_reopen` refuses."""
    planned = plan_reopen(tx, member, ref)
    case = cases.move(tx, planned.case, Step.REOPEN, actor=planned.by.actor, assignee=0)
    if case.right == Right.EXPORT:
        work.schedule(tx, exports.JOB, ref)
    _tell(tx, case, planned)
    return case


def plan_extension(tx: Tx, member: Member | None, ref: str, reason: str) -> Planned:
    """NotAllowedError, and what bot.core.cases.planned_extension refuses."""
    member, case = permitted(tx, member, Permission.WORK, ref)
    _case, dates = cases.planned_extension(tx, ref, reason)
    until: datetime = dates["target_due"]
    return Planned(member, case, "case_delayed", {"ref": ref, "reason": reason, "until": until.isoformat()})


def extend(tx: Tx, member: Member | None, ref: str, reason: str) -> Case:
    """Move its date, once, and tell the person. NotAllowedError, and what bot.core.cases.extend refuses."""
    member, _case = permitted(tx, member, Permission.WORK, ref)
    return cases.extend(tx, ref, reason, member.actor)


def escalate(tx: Tx, member: Member | None, ref: str) -> Case:
    """Hand it to the data protection officer, who hears of it in private, once. TransitionError for a closed case."""
    member, case = permitted(tx, member, Permission.WORK, ref)
    if case.is_closed:
        raise TransitionError(ref, case.status, "escalate")
    if case.escalated_at is not None:
        return case
    return cases.escalate(tx, case, By.TEAM, actor=member.actor)


def require_correctable(tx: Tx, case: Case) -> None:
    """Whether a correction can be put to the person. TransitionError for a case that is closed or about something else,
    OnlyThePersonError while one that they made themselves waits for them."""
    if case.right != Right.RECTIFICATION or case.is_closed:
        raise TransitionError(case.id, case.status, "propose")
    if case.status == Status.WAITING and not rectification.is_in_writing(tx, case):
        raise OnlyThePersonError(case.id)


def _begun(tx: Tx, member: Member, case: Case) -> Case:
    """Where people do the work, it begins when one of them takes it. A case that waits for the person goes on waiting."""
    if case.right not in BY_SERVICE and case.status in _TO_BEGIN:
        return cases.move(tx, case, Step.START, actor=member.actor)
    return _shown(tx, case.id)


def _shown(tx: Tx, ref: str) -> Case:
    case = tx.cases.get(id=ref)
    cases.show(tx, case)
    return case


def _note_assigned(tx: Tx, case: Case, member: Member, to: int) -> None:
    audit.record(tx, Tag.CASE_ASSIGNED, subject=case.subject or None, actor=member.actor, ref=case.id, member=to)


def _tell(tx: Tx, case: Case, planned: Planned) -> None:
    if case.subject:
        delivery.notify(tx, case.subject, planned.notice, **planned.data)
