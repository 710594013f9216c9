"""The person says that a case was not handled: it goes to the data protection officer, who answers in a case of its own.

So what was closed has an open case with dates again, whoever closed it. With or without words of the person's.
"""

from __future__ import annotations

from bot.core import cases
from bot.core.accounts import Account
from bot.core.cases import By, Case, Right
from bot.core.errors import NotFoundError
from bot.core.ports import Tx
from bot.core.support import limits, rooms


def about(tx: Tx, account: Account, ref: str) -> Case:
    """The case that was not handled. NotFoundError for another's, and for one that names nobody any more."""
    case = cases.get_for(tx, account.id, ref)
    if case.subject != account.id:
        raise NotFoundError("case")
    return case


def running(tx: Tx, account: Account, ref: str) -> Case | None:
    """The complaint about it that the officer works on."""
    for complaint in tx.cases.select(subject=account.id, right=Right.COMPLAINT.value, closed_at=None):
        if complaint.id == ref or (complaint.details or {}).get("about") == ref:
            return complaint
    return None


def hand_over(tx: Tx, account: Account, ref: str) -> Case:
    """Without words. The complaint about it; a second tap gives the one that runs. NotFoundError, OneAtATimeError."""
    about(tx, account, ref)
    found = running(tx, account, ref)
    if found is not None:
        return found
    limits.require_case(tx, account, Right.COMPLAINT)
    complaint = cases.open_case(tx, account, Right.COMPLAINT, about=ref)
    not_handled(tx, account, ref)
    return complaint


def not_handled(tx: Tx, account: Account, ref: str) -> None:
    """The officer hears of it and the team sees it. Nothing where `ref` is no case of theirs: a complaint may be about anything."""
    case = cases.find_for(tx, account.id, ref)
    if case is None or case.subject != account.id:
        return
    cases.escalate(tx, case, By.PERSON)
    rooms.say(tx, ref, "not_handled")
