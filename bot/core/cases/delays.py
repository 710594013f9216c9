"""What is told about a case in time: that it takes longer, that it waits, that its date was missed. Each of them once.

A delay counts only when it is told before the old date passes, with a reason (GDPR Art. 12(3), CCPA §7021(b)); so the new date
and the message about it are one transaction. The sweep is safe in any number of processes at once: whoever moves a case's
`look_at` first does what is due, everyone else finds it moved.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.core import audit, delivery
from bot.core.audit import Tag
from bot.core.cases import clocks, marks
from bot.core.cases.case import Case, move, show
from bot.core.cases.escalating import By, escalate
from bot.core.cases.table import FOR_PEOPLE, Status, Step
from bot.core.deadlines import ExtensionLateError, ExtensionNotAllowedError, ExtensionReasonError
from bot.core.errors import (
    ExtendedAlreadyError,
    NotFoundError,
    PrivacyError,
    TransitionError,
    UnreachableError,
)
from bot.core.policies import versions
from bot.core.ports import Tx

SERVICE_ACTOR: Final = "service"
REASONS: Final = frozenset({"identity", "volume", "complex", "work"})
"""Why something takes longer; bot/telegram/notices.py has the words."""
AUTOMATIC: Final = "work"
"""Nobody has judged the request: what is told is what is so."""
BATCH: Final = 200
_AGAIN: Final = timedelta(hours=1)
log = logging.getLogger(__name__)


def extend(tx: Tx, ref: str, reason: str, actor: str = SERVICE_ACTOR) -> Case:
    """Move a case's date once and tell the person why and until when, both in this transaction.

    What `planned_extension` refuses, and UnreachableError when nobody can be told. In each case the date stands.
    """
    now = tx.clock.now()
    case, dates = planned_extension(tx, ref, reason)
    if not _tell(tx, case, "case_delayed", reason=reason, until=dates["target_due"].isoformat()):
        raise UnreachableError(case.id)
    changes = dates | {"extended_at": now, "delay_told_at": now}
    changes |= marks.begun_anew(versions.terms(tx, case.policy_version), replace(case, **changes), now)
    if not tx.cases.update({"id": case.id, "status": case.status, "extended_at": None}, **changes):
        raise TransitionError(case.id, case.status, "extend")
    was, until = case.target_due.isoformat(), dates["target_due"].isoformat()
    audit.record(
        tx, Tag.CASE_EXTENDED, subject=case.subject, actor=actor, ref=case.id, reason=reason, was=was, until=until
    )
    _look_again(tx, case.id)
    show(tx, tx.cases.get(id=case.id, opened=False))
    return tx.cases.get(id=case.id)


def planned_extension(tx: Tx, ref: str, reason: str) -> tuple[Case, dict[str, Any]]:
    """The dates that an extension would give a case, for who wants to see them first.

    NotFoundError. TransitionError where it is closed or its dates are the person's own. ExtensionReasonError without one of
    REASONS, ExtendedAlreadyError the second time, ExtensionNotAllowedError where the law leaves no time for it, ExtensionLateError
    after the date that the person was given.
    """
    case = tx.cases.find(id=ref, opened=False)
    if case is None:
        raise NotFoundError("case")
    now = tx.clock.now()
    if case.status not in clocks.MOVABLE:
        raise TransitionError(case.id, case.status, "extend")
    if reason not in REASONS:
        raise ExtensionReasonError
    if case.extended_at is not None:
        raise ExtendedAlreadyError(case.id, case.target_due)
    policy = versions.terms(tx, case.policy_version)
    if not clocks.can_extend(policy, case):
        raise ExtensionNotAllowedError(policy.regime_of(case.jurisdiction).id, case.right)
    if clocks.effective_now(case, now) > case.target_due:
        raise ExtensionLateError(now, case.target_due)
    return case, clocks.moved_dates(policy, case, case.pauses, now)


def ask(tx: Tx, case: Case, reason: str, question: str, *, actor: str | None = None, letter: str = "") -> Case:
    """Ask the person something and wait. `reason` ("identity", "clarification") decides whether the clock stands meanwhile.

    The question is sealed with the case and sent to them here; `letter` is the one that it is written in
    (bot/core/support/letters.py). TransitionError, UnreachableError.
    """
    # A proposal that was turned down earlier is not what it waits for now.
    rest = {name: value for name, value in (case.details or {}).items() if name != "becomes"}
    reword(tx, replace(case, details=rest), question)
    case = move(tx, case, Step.ASK, actor=actor, reason=reason)
    if not _tell(tx, case, "case_asked", question=question, letter=letter):
        raise UnreachableError(case.id)
    return case


def reword(tx: Tx, case: Case, question: str) -> None:
    """What the case asks the person, in other words."""
    details = (case.details or {}) | {"question": question}
    tx.cases.update({"id": case.id, "subject": case.subject}, details=details)


def answer(tx: Tx, case: Case) -> Case:
    """The person has answered (their words are a letter): the clock runs on, its dates moved by the time it stood. Whoever works on it
    goes on. TransitionError."""
    answered = move(tx, case, Step.ANSWER)
    return move(tx, answered, Step.START) if answered.assignee and answered.right in FOR_PEOPLE else answered


def sweep(tx: Tx, *, limit: int = BATCH) -> int:
    """Acknowledge, remind, tell delays and missed dates: whatever is due by now; how many cases were looked at."""
    now = tx.clock.now()
    due = tx.cases.select(look_at__le=now, order_by="look_at", limit=limit, skip_locked=True, opened=False)
    return sum(_look(tx, case, now) for case in due)


def _look(tx: Tx, case: Case, now: datetime) -> bool:
    if not tx.cases.update({"id": case.id, "look_at": case.look_at}, look_at=None):
        return False  # another process was faster
    if not case.subject or not tx.keys.exists(case.subject):
        return True  # erased: there is nobody to tell, and nothing that names them
    try:
        _tell_due(tx, case, now)
        _look_again(tx, case.id)
    except PrivacyError as error:  # one case that cannot be handled must not keep the others from being found
        log.error("a case could not be looked at (%s)", type(error).__name__)
        tx.cases.update({"id": case.id}, look_at=now + _AGAIN)
    return True


def _tell_due(tx: Tx, case: Case, now: datetime) -> None:
    if case.status == Status.OPENED:
        case = _acknowledge(tx, case, now)
    if case.waiting_since and case.reminded_at is None and now >= clocks.remind_at(tx.policy, case.waiting_since):
        _tell(tx, case, "case_waiting")
        tx.cases.update({"id": case.id}, reminded_at=now)
        audit.record(tx, Tag.CASE_REMINDED, subject=case.subject, actor=SERVICE_ACTOR, ref=case.id)
    if not clocks.stands(case):
        _tell_dates(tx, case, now)


def _acknowledge(tx: Tx, case: Case, now: datetime) -> Case:
    until = case.target_due.isoformat()
    told = _tell(tx, case, "case_received", right=case.right, until=until)
    # Whom no message reaches was not told: the case is worked on all the same, and the report shows what is missing.
    return move(tx, case, Step.ACKNOWLEDGE, actor=SERVICE_ACTOR, acknowledged_at=now if told else None)


def _tell_dates(tx: Tx, case: Case, now: datetime) -> None:
    if now > case.target_due:
        if case.missed_told_at is not None:
            return
        _tell(tx, case, "case_missed")
        tx.cases.update({"id": case.id}, missed_told_at=now)
        audit.record(tx, Tag.CASE_MISSED, subject=case.subject, actor=SERVICE_ACTOR, ref=case.id)
        escalate(tx, replace(case, missed_told_at=now), By.MISSED, actor=SERVICE_ACTOR)
    elif case.delay_told_at is None and _delay_is_due(tx, case, now):
        try:
            extend(tx, case.id, AUTOMATIC)
        except UnreachableError:
            # Tried once; nobody heard it, so the old date stands.
            tx.cases.update({"id": case.id}, delay_told_at=now)


def _delay_is_due(tx: Tx, case: Case, now: datetime) -> bool:
    policy = versions.terms(tx, case.policy_version)
    return clocks.can_extend(policy, case) and now >= clocks.delay_at(policy, case)


def _look_again(tx: Tx, ref: str) -> None:
    case = tx.cases.get(id=ref, opened=False)
    policy = versions.terms(tx, case.policy_version)
    looks = {"look_at": clocks.next_look(policy, case, tx.clock.now()), "warn_at": marks.next_at(policy, case)}
    tx.cases.update({"id": ref}, **looks)


def _tell(tx: Tx, case: Case, notice: str, **data: str) -> bool:
    return bool(case.subject) and delivery.notify(tx, case.subject, notice, ref=case.id, **data)

