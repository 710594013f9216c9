"""What is wanted of the durable jobs, each at most once at a time. Imports nothing of the jobs themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.core import work
from bot.core.ports import Tx
from bot.core.work import Work, WorkState

WATCH: Final = "breach.watch"
FIND: Final = "breach.find"
TELL: Final = "breach.tell"


def want_watched(tx: Tx, ref: str) -> None:
    """At home: have the regions told and asked, now. Elsewhere nothing: home asks by itself."""
    if tx.breaches.count(id=ref):
        _want(tx, WATCH, ref)


def want_found(tx: Tx, ref: str) -> None:
    """In a region: have everybody looked at."""
    _want(tx, FIND, ref)


def want_told(tx: Tx, ref: str) -> None:
    """In a region: have those told who are to be told."""
    _want(tx, TELL, ref)


def _want(tx: Tx, kind: str, ref: str) -> None:
    """Now. What is being done at this moment may have read what was before, so another piece follows it; two that wait are one."""
    waiting = {"kind": kind, "ref": ref, "state": WorkState.WAITING.value, "lease_until": None}
    if not tx.work.update(waiting, due_at=tx.clock.now()):
        work.schedule(tx, kind, ref)

def look_again(tx: Tx, item: Work, until: datetime) -> None:
    """Postpone a piece of work, or end it where another of the same waits already. FencedError."""
    same = tx.work.select(kind=item.kind, ref=item.ref, state=WorkState.WAITING.value, lease_until=None)
    if any(other.id != item.id for other in same):
        work.finish(tx, item)
    else:
        work.postpone(tx, item, until)
