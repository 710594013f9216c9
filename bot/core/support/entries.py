"""A case as a line of the team's lists: what may be said in its group, and what may cross from one region to another.

Reference, right, dates and state; nobody's name, no pseudonym, no word that anybody wrote.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.core.cases import Case, marks
from bot.core.cases.clocks import stands
from bot.core.ports import Tx


@dataclass(frozen=True, slots=True)
class Entry:
    """`used` is the part of its time that is used, in percent; `stands`: its clock stands still. `thread` and `card` are where the
    team's group shows it, as far as it does."""

    ref: str
    right: str
    status: str
    due: datetime
    used: int
    overdue: bool
    stands: bool
    assignee: int
    escalated: bool
    closed: bool
    thread: int | None
    card: int | None

    def as_json(self) -> dict[str, Any]:
        """For the payload of a message."""
        return asdict(self) | {"due": self.due.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Entry:
        """What `as_json` made."""
        return cls(**(data | {"due": datetime.fromisoformat(data["due"])}))


def entry_of(tx: Tx, case: Case) -> Entry:
    """A case as it is now."""
    now = tx.clock.now()
    room = tx.rooms.find(id=case.id)
    return Entry(
        ref=case.id,
        right=case.right,
        status=case.status,
        due=case.target_due,
        used=int(100 * marks.used(case, now)),
        overdue=case.is_overdue(now),
        stands=stands(case),
        assignee=case.assignee,
        escalated=case.escalated_at is not None,
        closed=case.is_closed,
        thread=room.thread if room else None,
        card=room.card if room else None,
    )
