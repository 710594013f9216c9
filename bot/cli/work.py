"""`work [list|again ID]`: durable work as it stands, and another try for what ended dead. Opaque ids only, nothing of a person."""

from __future__ import annotations

import sys

from bot.app import open_core
from bot.cli.regions import settings_of
from bot.core import work
from bot.core.keys import Purpose
from bot.core.work import Work, WorkState

_HEAD = ("id", "kind", "for", "state", "due", "step", "tries", "error")


async def show(region: str | None = None) -> int:
    """What waits, is being worked on or ended dead; 1 when something is dead."""
    core = await open_core(settings_of(region))
    try:
        found = await core.database.read(lambda tx: tx.work.select(state__ne=WorkState.DONE.value, order_by="due_at"), Purpose.RIGHTS)
        now = core.clock.now()
    finally:
        await core.stop()
    rows = [_HEAD, *(_row(item, at_work=item.lease_until is not None and item.lease_until > now) for item in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 1 if any(item.state == WorkState.DEAD for item in found) else 0


async def again(work_id: str, region: str | None = None) -> int:
    """0 when it is tried again now, 2 when there is nothing dead of that id."""
    core = await open_core(settings_of(region))
    try:
        revived = await core.database.write(lambda tx: work.revive(tx, work_id), Purpose.RIGHTS)
    finally:
        await core.stop()
    if not revived:
        print("no dead work has this id", file=sys.stderr)
        return 2
    print("it is tried again now, from the step it stood at")
    return 0


def _row(item: Work, *, at_work: bool) -> tuple[str, ...]:
    state = "at work" if at_work and item.state == WorkState.WAITING else item.state
    due = item.due_at.isoformat(timespec="seconds")
    return item.id, item.kind, item.ref or "-", state, due, item.step or "-", str(item.attempts), item.error or "-"
