"""A person takes a request back while it is open: nothing more is done, and what was begun for it is thrown away."""

from __future__ import annotations

from bot.core import work
from bot.core.cases.case import Case, get_for, move
from bot.core.cases.table import Right, Status, Step, next_status
from bot.core.errors import TransitionError
from bot.core.ports import Tx

_BY_OTHER_RULES = frozenset({Right.ERASURE, Right.FORGET_DESK})
"""A deletion is taken back in its grace (bot/core/deletion.py); an erasure that has begun is not stopped half-way."""


def can_withdraw(case: Case) -> bool:
    """Whether the person may take it back now."""
    return case.right not in _BY_OTHER_RULES and next_status(Status(case.status), Step.WITHDRAW) is not None


def withdraw(tx: Tx, subject: str, ref: str) -> Case:
    """Close it as withdrawn. NotFoundError for another's, TransitionError where it is too late."""
    case = get_for(tx, subject, ref)
    if not can_withdraw(case):
        raise TransitionError(case.id, case.status, Step.WITHDRAW.value)
    case = move(tx, case, Step.WITHDRAW)
    drop_work(tx, ref)
    return case


def drop_work(tx: Tx, ref: str) -> None:
    """What was begun for a case that has ended without it is thrown away, also what was given up half-way."""
    for item in tx.work.select(ref=ref, state__ne=work.WorkState.DONE.value):
        half_built = item.checkpoint.get("key")
        if half_built and tx.keys.exists(half_built):
            tx.keys.shred(half_built)
            tx.chunks.remove(subject=half_built)
        # A worker that holds this piece right now finds it gone at its next heartbeat and stops.
        tx.work.remove(id=item.id, state=item.state)
