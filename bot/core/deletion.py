"""Deleting an account, exactly as the guide says: closed at once, taken back within the grace period, then final.

    begin → (take_back | claim → erase → purge ends)

The boundary is the claim: one conditional update, so that taking back and the sweep cannot both win. What follows it is in
erasure/job.py.
"""

from __future__ import annotations

from datetime import timedelta

from bot.core import audit, cases, delivery, work
from bot.core.accounts import CLOSING, OPEN, Account
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Status, Step
from bot.core.erasure.job import ERASE
from bot.core.errors import AccountClosedError, NotFoundError, TakeBackOverError, TransitionError
from bot.core.ports import Tx

REMIND = "deletion.remind"


def running(tx: Tx, subject: str) -> Case | None:
    """The subject's deletion that is under way."""
    return cases.open_of(tx, subject, Right.ERASURE)


def require_open(tx: Tx, account: Account) -> None:
    """AccountClosedError while a deletion is under way: the account is inaccessible."""
    if account.status == OPEN:
        return
    case = running(tx, account.id)
    if case is None or case.grace_until is None:
        raise NotFoundError("account")
    raise AccountClosedError(case.grace_until, case.id)


def begin(tx: Tx, account: Account) -> Case:
    """Close the account now; erase it after the grace period. A second call gives the running case."""
    found = running(tx, account.id)
    if found:
        return found
    now = tx.clock.now()
    grace_until = now + tx.policy.span("grace").as_timedelta()
    case = cases.open_case(tx, account, Right.ERASURE)
    case = cases.move(
        tx, case, Step.ENTER_GRACE, grace_until=grace_until, purge_by=now + tx.policy.span("purge").as_timedelta()
    )
    tx.accounts.update({"id": account.id}, status=CLOSING)
    audit.record(tx, Tag.ACCOUNT_CLOSED, subject=account.id, ref=case.id)
    before: timedelta = tx.policy.safeguards.reminder_before_final.as_timedelta()
    work.schedule(tx, REMIND, case.id, grace_until - before)
    work.schedule(tx, ERASE, case.id, grace_until)
    return case


def take_back(tx: Tx, subject: str) -> Case:
    """Restore the account. TakeBackOverError once the sweep has claimed it, NotFoundError when nothing is under way."""
    case = running(tx, subject)
    if case is None:
        raise NotFoundError("deletion")
    try:
        case = cases.move(tx, case, Step.TAKE_BACK)
    except TransitionError:
        raise TakeBackOverError(case.id) from None
    tx.accounts.update({"id": subject}, status=OPEN)
    audit.record(tx, Tag.ACCOUNT_RESTORED, subject=subject, ref=case.id)
    work.cancel(tx, REMIND, case.id)
    work.cancel(tx, ERASE, case.id)
    return case


def remind_job(engine: work.Engine, item: work.Work) -> None:
    """A day before: tell the person that it becomes final."""

    def remind(tx: Tx) -> None:
        case = tx.cases.find(id=item.ref)
        if case and case.status == Status.GRACE and case.grace_until:
            tx.cases.update({"id": case.id}, reminded_at=tx.clock.now())
            delivery.notify(
                tx, case.subject, "deletion_reminder", ref=case.id, until=case.grace_until.isoformat()
            )
        work.finish(tx, item)

    engine.write(remind)
