"""What people look for, as counts only: label, language and confidence band per day. Never the question itself."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.ports import Tx


@dataclass(frozen=True, slots=True)
class Tally:
    """How often. `id` is `day|label|locale|band`."""

    id: str
    day: str
    label: str
    locale: str
    band: str
    asked: int = 0
    helped: int = 0
    not_helped: int = 0


def count(tx: Tx, label: str, locale: str, band: str, *, what: str = "asked") -> None:
    """Add one to `asked`, `helped` or `not_helped`."""
    day = tx.clock.now().date().isoformat()
    key = f"{day}|{label}|{locale}|{band}"
    tx.tallies.add_new(Tally(key, day, label, locale, band))
    row = tx.tallies.get(id=key)
    tx.tallies.update({"id": key}, **{what: getattr(row, what) + 1})
