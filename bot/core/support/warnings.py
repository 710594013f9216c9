"""Warnings: a case has passed a mark of its time. Noted once where the case lies, in any number of processes at once; told by the
team's round (rounds.py), which hears every region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.core import audit
from bot.core.audit import Tag
from bot.core.cases import Case, marks
from bot.core.policies import versions
from bot.core.ports import Tx
from bot.core.support.entries import Entry, entry_of

BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Warned:
    """A case that passed `mark` percent of its time; at 100 its date has passed. `escalated`: the data protection officer has been
    sent its whole path because of that."""

    mark: int
    entry: Entry
    escalated: bool


def sweep(tx: Tx, *, limit: int = BATCH) -> int:
    """Note each mark that was passed, once; how many cases were looked at."""
    now = tx.clock.now()
    due = tx.cases.select(warn_at__le=now, order_by="warn_at", limit=limit, skip_locked=True, opened=False)
    return sum(_note(tx, case, now) for case in due)


def untold(tx: Tx) -> list[Warned]:
    """What the team has yet to hear, the most urgent first. Of several marks of one case only the last."""
    found = tx.cases.select(untold__gt=0, closed_at=None, order_by="target_due", opened=False)
    return [Warned(case.untold, entry_of(tx, case), case.missed_told_at is not None) for case in found]


def told(tx: Tx, heard: Sequence[Warned]) -> None:
    """The team has heard these."""
    for each in heard:
        tx.cases.update({"id": each.entry.ref, "untold": each.mark}, untold=0)


def _note(tx: Tx, case: Case, now: datetime) -> bool:
    if not tx.cases.update({"id": case.id, "warn_at": case.warn_at}, warn_at=None):
        return False  # another process was faster, or the case has moved
    if not case.subject or not tx.keys.exists(case.subject):
        return True  # erased: what is left of it is the service's own to finish
    policy = versions.terms(tx, case.policy_version)
    new = [mark for mark in marks.passed(policy, case, now) if mark > case.warned]
    for mark in new:
        audit.record(tx, Tag.CASE_WARNED, subject=case.subject, actor="service", ref=case.id, mark=mark)
    warned = replace(case, warned=new[-1], untold=new[-1]) if new else case
    changes = {"warned": warned.warned, "untold": warned.untold, "warn_at": marks.next_at(policy, warned)}
    tx.cases.update({"id": case.id}, **changes)
    return True
