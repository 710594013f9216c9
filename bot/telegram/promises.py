"""The promises of the policy: a date with its number beside it for a person; as a chart for the team and an operator, counts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.core.policies import Policy, Unit
from bot.core.report import Kept
from bot.telegram.charts import BarChart, Series, Tone, Words
from bot.telegram.formats import moment, span_line
from bot.telegram.regions import region_label
from bot.telegram.texts import Html, Line, _, _p, policy_text


def due(policy: Policy, promise: str, at: datetime, since: datetime, zone: str) -> Line | Html:
    """A date, and beside it the policy's number where it is that promise counted from `since`; not where a law is quicker or the date
    was moved. A promise of days lasts until the end of its last one."""
    span = policy.span(promise)
    more = at - since - span.as_timedelta()
    ends = timedelta(days=1) if span.unit is Unit.DAYS else timedelta(seconds=1)
    if not timedelta(0) <= more < ends:
        return moment(at, zone)
    # Translators: a date, and beside it how much time the policy promises, e.g. "30 March 2026 09:00 UTC (7 days)".
    return _("{date} ({span})", date=moment(at, zone), span=span_line(span))


def heading(policy: Policy) -> Line:
    """Of the report and of its chart."""
    # Translators: heading of a report for the data protection officer. {title} is the policy's name.
    return _("<b>How the promises were kept</b>\n{title}, version {version}", title=policy_text(policy.title, policy.values()), version=policy.version)


def promise_line(policy: Policy, each: Kept) -> Line:
    """A promise and its number."""
    says = policy_text(policy.promises[each.promise].says, policy.values())
    # Translators: {promise} is a sentence of the policy, {span} an amount of time such as 48 hours.
    return _("<b>{promise}</b>: {span}", promise=says, span=span_line(each.span))


def nothing_due() -> Line:
    """Said of a promise that nobody needed yet."""
    # Translators: in a report on a promise.
    return _("Nothing fell due so far.")


def promise_chart(policy: Policy, in_all: Sequence[Kept], regions: Mapping[str, Sequence[Kept]] | None = None) -> BarChart:
    """A bar for each promise: what was kept, late and open; below it one for each of several regions."""
    bars: list[tuple[Words, Kept]] = []
    for place, each in enumerate(in_all):
        bars.append((promise_line(policy, each), each))
        if regions is not None and len(regions) > 1:
            bars += [(region_label(name), found[place]) for name, found in regions.items()]
    counts = [each for _label, each in bars]
    series = [
        # Translators: in the key to a chart: promises that were kept.
        Series(_p("chart", "kept"), [each.kept for each in counts], Tone.GOOD),
        # Translators: in the key to a chart: promises that were kept too late or not at all.
        Series(_p("chart", "late"), [each.late for each in counts], Tone.BAD),
        # Translators: in the key to a chart: promises that are not due yet.
        Series(_p("chart", "open"), [each.open for each in counts], Tone.OPEN),
    ]
    return BarChart(heading(policy), [label for label, _each in bars], series, stacked=True, nothing=nothing_due())
