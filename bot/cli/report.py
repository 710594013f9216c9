"""`report [--png FILE] [--since DATE] [--json]`: how the policy's promises were kept, as a table, JSON and a chart."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.app import open_core
from bot.core.keys import Purpose
from bot.core.policies import Policy
from bot.core.report import Kept, report
from bot.settings import read_settings

_HEAD = ("promise", "within", "due", "kept", "late", "open", "median", "worst")


async def show_report(since: date | None, png: Path | None, *, as_json: bool) -> int:
    """0 when every promise that fell due was kept, 1 when one was late."""
    core = await open_core(read_settings())
    try:
        begin = datetime.combine(since, time.min, UTC) if since else None
        found = await core.database.read(lambda tx: report(tx, begin), Purpose.RIGHTS)
        if as_json:
            json.dump(
                {
                    "policy": core.policy.id,
                    "version": core.policy.version,
                    "since": since.isoformat() if since else None,
                    "made_at": core.clock.now().isoformat(timespec="seconds"),
                    "promises": [each.as_json() for each in found],
                },
                sys.stdout,
                indent=2,
            )
            sys.stdout.write("\n")
        else:
            sys.stdout.write(table(found))
        if png is not None:
            draw(core.policy, found, png)
        return 1 if any(each.late for each in found) else 0
    finally:
        await core.stop()


def table(found: list[Kept]) -> str:
    """Aligned: names to the left, numbers to the right."""
    rows = [_HEAD, *(_row(each) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def draw(policy: Policy, found: list[Kept], file: Path) -> None:
    """A chart: one bar for each promise, what was kept, late and open. No personal data: counts only."""
    import matplotlib as mpl  # slow, and wanted only here

    mpl.use("Agg")
    from matplotlib import pyplot

    names = [f"{policy.promises[each.promise].says}\n{each.span.amount} {_unit(each)}" for each in found]
    figure, axes = pyplot.subplots(figsize=(11, 0.75 * len(found) + 1.6), layout="constrained")
    left = [0.0] * len(found)
    for label, colour, hatch in (("kept", "#2e7d5b", ""), ("late", "#c0392b", "//"), ("open", "#b9c2cc", "..")):
        counts = [getattr(each, label) for each in found]
        shares = [100 * count / max(1, each.due + each.open) for count, each in zip(counts, found, strict=True)]
        bars = axes.barh(names, shares, left=left, color=colour, hatch=hatch, edgecolor="white", label=label)
        axes.bar_label(bars, [str(count) if count else "" for count in counts], label_type="center", color="white" if label != "open" else "black")
        left = [before + share for before, share in zip(left, shares, strict=True)]
    for place, each in enumerate(found):
        if not each.due + each.open:
            axes.text(1, place, "nothing fell due", va="center", color="#5a6470")
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("share in percent; the numbers in the bars are counts")
    axes.set_title(f"{policy.title} {policy.version}: how its promises were kept", loc="left", pad=14)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(*axes.get_legend_handles_labels(), ncols=3, loc="outside lower left", frameon=False)
    figure.savefig(file, dpi=130, format="png")
    pyplot.close(figure)


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
