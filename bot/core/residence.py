"""Where a person's data lies: in the region that the policy names for their jurisdiction, and in no other.

Each region is a desk of its own: database, keys, ledger. A directory says which one answers for whom; bot/core/moving moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.core import work
from bot.core.ports import Tx

MOVE, SETTLE = "region.move", "region.settle"
MOVING, MOVED = "moving", "moved"
"""Account states: on the way, and left behind. Neither can be used."""


def destination(tx: Tx, subject: str) -> str | None:
    """The other region where the subject's data belongs; None when it is this one, or nobody said."""
    account = tx.accounts.find(id=subject, opened=False)
    place = tx.policy.jurisdictions.get(account.jurisdiction or "") if account else None
    return place.region if place and place.region != tx.keys.region else None


def want_move(tx: Tx, subject: str) -> None:
    """Have the subject live where their jurisdiction's data lies; nothing when that is here or it is wanted already."""
    if destination(tx, subject) is None or tx.work.count(kind=MOVE, ref=subject, state=work.WorkState.WAITING.value):
        return
    work.schedule(tx, MOVE, subject)


def want_settled(tx: Tx, subject: str) -> None:
    """Have it written down that this region answers for a subject who was linked here."""
    work.schedule(tx, SETTLE, subject)


class Directory(Protocol):
    """Which region answers for a Telegram person: a keyed index of their number, the region, and the index of their link
    there. Nothing else. Who is not in it is at home, or unknown."""

    near: bool
    """Whether a look-up takes microseconds; else it asks another machine."""

    def find(self, telegram_id: int) -> str | None:
        """The region, or None."""
        ...

    def settle(self, links: Mapping[int, str], region: str) -> None:
        """From now on `region` answers for these Telegram ids (with their links there), all at once. May be done again."""
        ...

    def links(self, region: str, *, after: str = "", limit: int) -> Sequence[str]:
        """Links that a region answers for, in order."""
        ...

    def leave(self, region: str, links: Sequence[str]) -> int:
        """A region no longer answers for these links: their account there is gone. How many entries went."""
        ...

    def regions(self) -> Sequence[str]:
        """The regions, other than home, that answer for somebody."""
        ...

    def close(self) -> None:
        """Close it."""
        ...
