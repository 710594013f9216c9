"""`report [--png FILE] [--since DATE] [--json] [--region X]`: how the policy's promises were kept, as a table, JSON and a chart."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.app import Core
from bot.cli.ledger_loss import ERASURES, MOVES, told
from bot.cli.regions import every_region
from bot.core.erasure import loss
from bot.core.erasure.ledger import Entry
from bot.core.keys import Purpose
from bot.core.report import Kept, in_all, report
from bot.settings import read_settings
from bot.telegram.charts import draw
from bot.telegram.promises import promise_chart

_HEAD = ("promise", "within", "due", "kept", "late", "open", "median", "worst")


async def show_report(since: date | None, png: Path | None, *, as_json: bool, region: str | None = None) -> int:
    """Of every region that is in use, and in all. 0 when every promise that fell due was kept, 1 when one was late."""
    async with every_region(read_settings(), region) as cores:
        begin = datetime.combine(since, time.min, UTC) if since else None
        regions = {core.ring.region: await core.database.read(lambda tx: report(tx, begin), Purpose.RIGHTS) for core in cores}
        together = in_all(list(regions.values()))
        if as_json:
            losses = [_loss_as_json(*lost) for lost in _losses(cores)]
            json.dump(_as_json(cores[0], since, together, regions) | {"ledgers_lost": losses}, sys.stdout, indent=2)
            sys.stdout.write("\n")
        elif len(regions) > 1:
            sys.stdout.write("".join(f"{name}\n{table(found)}\n" for name, found in regions.items()) + f"in all\n{table(together)}")
        else:
            sys.stdout.write(table(together))
        if not as_json:
            sys.stdout.write("".join(f"\n{told(*lost)}\n" for lost in _losses(cores)))
        if png is not None:
            png.write_bytes(draw(promise_chart(cores[0].policy, together, regions)).png)
        return 1 if any(each.late for each in together) else 0


def _losses(cores: list[Core]) -> list[tuple[str, str, Entry]]:
    """Each time that a ledger was lost, whatever the report is about: who was erased then is not counted by anybody."""
    kinds = [(core.ring.region, kind, ledger) for core in cores for kind, ledger in ((ERASURES, core.ledger), (MOVES, core.moves))]
    return [(region, kind, each) for region, kind, ledger in kinds for each in ledger.losses()]


def _loss_as_json(region: str, kind: str, each: Entry) -> dict[str, Any]:
    lines = {"lines_left": loss.left_of(each), "lines_known": loss.known_of(each)}
    return {"region": region, "ledger": kind, "accepted_at": each.requested_at.isoformat(timespec="seconds")} | lines


def _as_json(core: Core, since: date | None, together: list[Kept], regions: dict[str, list[Kept]]) -> dict[str, Any]:
    return {
        "policy": core.policy.id,
        "version": core.policy.version,
        "since": since.isoformat() if since else None,
        "made_at": core.clock.now().isoformat(timespec="seconds"),
        "promises": [each.as_json() for each in together],
        "regions": {name: [each.as_json() for each in found] for name, found in regions.items()},
    }


def table(found: list[Kept]) -> str:
    """Aligned: names to the left, numbers to the right."""
    rows = [_HEAD, *(_row(each) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def _row(each: Kept) -> tuple[str, ...]:
    counts = (str(each.due), str(each.kept), str(each.late), str(each.open))
    return (each.promise, f"{each.span.amount} {_unit(each)}", *counts, _length(each.median), _length(each.worst))


def _unit(each: Kept) -> str:
    return each.span.unit.value.replace("_", " ")


def _length(span: timedelta | None) -> str:
    if span is None:
        return "-"
    seconds = round(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds} s"
