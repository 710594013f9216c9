"""The queue: open cases that people work on, by date. Read region by region; what crosses is entries and counts (entries.py).

In it are the rights that people answer, and of the others what was escalated or has missed its date.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.core.cases import Right, Status
from bot.core.cases.marks import OVERDUE
from bot.core.cases.table import FOR_PEOPLE
from bot.core.ports import Tx
from bot.core.support.entries import Entry, entry_of

_OTHERS: Final = tuple(sorted(right.value for right in Right if right.value not in FOR_PEOPLE))
_Where = dict[str, Any]


class Kind(StrEnum):
    """Which of them."""

    ALL = "all"
    UNCLAIMED = "unclaimed"
    MINE = "mine"
    OVERDUE = "overdue"
    WAITING = "waiting"
    """For the person's answer."""
    ESCALATED = "escalated"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Which:
    """A selection of the queue. `number` is the member whose cases MINE are, `right` the one of RIGHT."""

    kind: Kind = Kind.ALL
    number: int = 0
    right: str = ""

    @property
    def code(self) -> str:
        """For a button: "overdue", "mine3", "ASK"."""
        if self.kind is Kind.MINE:
            return f"{self.kind.value}{self.number}"
        return self.right or self.kind.value

    @classmethod
    def read(cls, code: str, *, me: int = 0) -> Which:
        """What `code` made, or what somebody typed; "mine" without a number are `me`'s. Anything unknown is everything."""
        found = re.fullmatch(r"mine(\d{0,9})", code.lower())
        if found:
            return cls(Kind.MINE, number=int(found[1] or me))
        if code.upper() in {right.value for right in Right}:
            return cls(Kind.RIGHT, right=code.upper())
        known = {kind.value: kind for kind in Kind if kind not in (Kind.MINE, Kind.RIGHT)}
        return cls(known.get(code.lower(), Kind.ALL))


@dataclass(frozen=True, slots=True)
class Page:
    """The first entries of a selection, and how many there are in all."""

    entries: tuple[Entry, ...]
    count: int


def first(tx: Tx, which: Which, limit: int) -> Page:
    """The first `limit` of a selection here, by due date."""
    wanted = list(_wanted(which, tx.clock.now()))
    found = [case for where in wanted for case in tx.cases.select(order_by="target_due", limit=limit, opened=False, **where)]
    found.sort(key=lambda case: (case.target_due, case.id))
    return Page(tuple(entry_of(tx, case) for case in found[:limit]), sum(tx.cases.count(**where) for where in wanted))


def together(pages: Iterable[Page], *, number: int, size: int) -> tuple[Sequence[Entry], int, int]:
    """Page `number` (from 0; the last one where that is beyond) of several regions' first entries, its number, and the count of all."""
    read = list(pages)
    count = sum(page.count for page in read)
    entries = sorted(itertools.chain(*(page.entries for page in read)), key=lambda entry: (entry.due, entry.ref))
    number = max(0, min(number, (count - 1) // size))
    return entries[number * size : (number + 1) * size], number, count


def find(tx: Tx, ref: str) -> Entry | None:
    """Any case of this region, open or closed."""
    case = tx.cases.find(id=ref, opened=False)
    return entry_of(tx, case) if case is not None else None


def _wanted(which: Which, now: datetime) -> Iterable[_Where]:
    """Conditions of which no two hold for the same case: the selection is all of them."""
    for in_hand, more in itertools.product(_in_hand(which.right), _more(which, now)):
        yield {"closed_at": None} | in_hand | more


def _in_hand(right: str) -> list[_Where]:
    if right in FOR_PEOPLE:
        return [{"right": right}]
    of_service: _Where = {"right": right} if right else {"right__in": _OTHERS}
    late = [of_service | {"escalated_at__ne": None}, of_service | {"escalated_at": None, "missed_told_at__ne": None}]
    return late if right else [{"right__in": tuple(sorted(FOR_PEOPLE))}, *late]


def _more(which: Which, now: datetime) -> list[_Where]:
    match which.kind:
        case Kind.UNCLAIMED:
            return [{"assignee": 0}]
        case Kind.MINE:
            return [{"assignee": which.number}]
        case Kind.WAITING:
            return [{"status": Status.WAITING.value}]
        case Kind.ESCALATED:
            return [{"escalated_at__ne": None}]
        case Kind.OVERDUE:
            # One whose clock stands has no next mark: it is not overdue, whatever its date.
            return [{"warned": OVERDUE}, {"warned__lt": OVERDUE, "warn_at__ne": None, "target_due__lt": now}]
    return [{}]
