"""What a legal hold keeps from being removed after its time (GDPR Art. 17(3)(e)); bot/core/erasure/holds.py sets and lifts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from bot.core.ports import Tx


class Owned(Protocol):
    """A record of somebody."""

    @property
    def subject(self) -> str: ...


T = TypeVar("T", bound=Owned)


def is_held(tx: Tx, subject: str) -> bool:
    """Whether a hold keeps what is this subject's. Nobody's ("") is never held."""
    return bool(subject) and tx.keys.is_held(subject)


def first_unheld(tx: Tx, look: Callable[[int, int], Sequence[T]], limit: int) -> list[T]:
    """The first `limit` that no hold keeps, of what `look(offset, limit)` finds: what is held, however much it is, does not keep the
    rest from being found."""
    held: dict[str, bool] = {}
    found: list[T] = []
    offset = 0
    while len(found) < limit:
        page = look(offset, limit)
        for row in page:
            if row.subject not in held:
                held[row.subject] = is_held(tx, row.subject)
            if not held[row.subject]:
                found.append(row)
        offset += limit
        if len(page) < limit:
            break
    return found[:limit]
