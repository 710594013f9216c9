"""Says that the team has changed: the other regions are told as soon as this has committed (roster.py does it)."""

from __future__ import annotations

from typing import Final

from bot.core import work
from bot.core.ports import Tx
from bot.core.work import WorkState

COPY: Final = "team.copy"


def want_copied(tx: Tx) -> None:
    """At home; a second call before it is done changes nothing."""
    if not tx.work.count(kind=COPY, state=WorkState.WAITING.value, lease_until=None):
        work.schedule(tx, COPY, "team")
