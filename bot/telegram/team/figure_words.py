"""The team's figures as charts and as a caption. Counts and times only; where a topic in one language could point at somebody, a
count below three is not told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.core.cases import Right
from bot.core.policies import Policy
from bot.core.support.figures import NOT_IN_POLICY, Figures, State, Took
from bot.telegram.answers import action_button, title
from bot.telegram.charts import BarChart, Series, Tone, Words
from bot.telegram.formats import language_as_called_here, length, listing, number, percent, span_line
from bot.telegram.team.words import about
from bot.telegram.texts import Html, Line, _, _n, _p, join, policy_text, verbatim

TOLD_FROM = 3
_PROMISES = ("acknowledge", "fulfil", "export")
_ROWS, _LANGUAGES = 8, 6


def charts(policy: Policy, figures: Figures) -> list[BarChart]:
    """Cases, times, questions, and what was not answered; whatever there is something to show of."""
    made = [_cases(figures), _times(policy, figures), _asked(policy, figures), _unanswered(policy, figures)]
    return [chart for chart in made if chart.groups]


def caption(figures: Figures, days: int) -> Html:
    """The key numbers."""
    lines: list[Line | Html] = [
        # Translators: heading of figures for the privacy team.
        _n("<b>Figures of the last {n} day</b>", "<b>Figures of the last {n} days</b>", days),
        # Translators: in figures for the privacy team: how many cases stand where.
        _(
            "Cases: {count} · open: {open} · waiting for the person: {waiting} · done: {done} · refused: {refused} · taken back: {withdrawn}",
            count=number(figures.count(*State)),
            open=number(figures.count(State.OPEN)),
            waiting=number(figures.count(State.WAITING)),
            done=number(figures.count(State.DONE)),
            refused=number(figures.count(State.REFUSED)),
            withdrawn=number(figures.count(State.WITHDRAWN)),
        ),
        # Translators: in figures for the privacy team.
        _("Overdue now: {count}", count=number(figures.overdue)),
    ]
    lines += _waited(figures)
    asked = sum(figures.asked.values())
    # Translators: in figures for the privacy team: questions to the bot.
    lines.append(_("Questions: {asked} · not answered well: {unanswered}", asked=told(asked), unanswered=told(sum(figures.unanswered.values()))))
    languages = _summed(figures.asked, by=1)[:_LANGUAGES]
    if languages:
        listed = [f"{language_as_called_here(locale)} {told(count)}" for locale, count in languages]
        # Translators: in figures for the privacy team. {languages} is a list of languages, each with a number.
        lines.append(_("Languages: {languages}", languages=listing(listed)))
    return join(lines, "\n")


def told(count: int) -> str:
    """A count, or that it is too small to be told."""
    return number(count) if count == 0 or count >= TOLD_FROM else f"<{number(TOLD_FROM)}"


def _cases(figures: Figures) -> BarChart:
    rights = [right.value for right in Right if any(figures.cases.get((right.value, state)) for state in State)]
    # Translators: in the key to a chart: cases that are being worked on.
    looks = {State.OPEN: (_p("chart", "open"), Tone.OPEN)}
    # Translators: in the key to a chart: cases that wait for the person's answer.
    looks[State.WAITING] = (_p("chart", "waiting for the person"), Tone.OTHER)
    # Translators: in the key to a chart: cases.
    looks[State.DONE] = (_p("chart", "done"), Tone.GOOD)
    # Translators: in the key to a chart: cases.
    looks[State.REFUSED] = (_p("chart", "refused"), Tone.BAD)
    # Translators: in the key to a chart: cases that the person took back.
    looks[State.WITHDRAWN] = (_p("chart", "taken back"), Tone.PLAIN)
    series = [Series(label, [figures.cases.get((right, state), 0) for right in rights], tone) for state, (label, tone) in looks.items()]
    # Translators: heading of a chart for the privacy team.
    return BarChart(_("Cases by right and state"), [about(right) for right in rights], series, stacked=True)


def _times(policy: Policy, figures: Figures) -> BarChart:
    promises = [promise for promise in _PROMISES if figures.took.get(promise)]
    middle = [figures.middle(promise) for promise in promises]
    longest = [figures.longest(promise) for promise in promises]
    series = [
        # Translators: in the key to a chart: half of the cases took at most so long.
        Series(_p("chart", "half of the cases"), _shares(middle), Tone.PLAIN, _lengths(middle)),
        # Translators: in the key to a chart: the case that took longest.
        Series(_p("chart", "the slowest"), _shares(longest), Tone.OTHER, _lengths(longest)),
    ]
    # Translators: heading of a chart for the privacy team; a dashed line in it stands where all of the time is used.
    heading = _("How much of the promised time was used (the line: all of it)")
    return BarChart(heading, [_promise(policy, promise) for promise in promises], series, limit=1.0)


def _asked(policy: Policy, figures: Figures) -> BarChart:
    found = _summed(figures.asked, by=0)[:_ROWS]
    # Translators: heading of a chart for the privacy team.
    return _counted(_("What people ask"), [(_label(policy, label), count) for label, count in found])


def _unanswered(policy: Policy, figures: Figures) -> BarChart:
    found = sorted(figures.unanswered.items(), key=lambda cell: (-cell[1], cell[0]))[:_ROWS]
    rows: list[tuple[Words, int]] = []
    for (label, locale), count in found:
        # Translators: a row of a chart: a topic of the policy, and the language in which it was asked about.
        rows.append((_("{topic} ({language})", topic=_label(policy, label), language=language_as_called_here(locale)), count))
    # Translators: heading of a chart for the privacy team.
    return _counted(_("What the bot could not answer, or not helpfully"), rows)


def _counted(heading: Line, rows: Sequence[tuple[Words, int]]) -> BarChart:
    """A small count is drawn as long as the largest that is not told."""
    values = [float(max(count, TOLD_FROM - 1)) for _name, count in rows]
    # Translators: in the key to a chart: how often something was asked.
    series = Series(_p("chart", "times"), values, Tone.PLAIN, [told(count) for _name, count in rows])
    return BarChart(heading, [name for name, _count in rows], [series])


def _waited(figures: Figures) -> list[Line | Html]:
    lines: list[Line | Html] = []
    acknowledged, fulfilled = figures.middle("acknowledge"), figures.middle("fulfil")
    if acknowledged is not None:
        # Translators: in figures for the privacy team; {span} is an amount of time, {share} a part of the promised time.
        lines.append(_("Half were acknowledged within {span} ({share} of the promised time)", span=_span(acknowledged), share=percent(acknowledged.share)))
    if fulfilled is not None:
        # Translators: in figures for the privacy team; {span} is an amount of time, {share} a part of the promised time.
        lines.append(_("Half were fulfilled within {span} ({share} of the promised time)", span=_span(fulfilled), share=percent(fulfilled.share)))
    return lines


def _promise(policy: Policy, promise: str) -> Words:
    says = policy_text(policy.promises[promise].says, policy.values())
    # Translators: {promise} is a sentence of the policy, {span} an amount of time such as 48 hours.
    return _("<b>{promise}</b>: {span}", promise=says, span=span_line(policy.span(promise)))


def _label(policy: Policy, label: str) -> Words:
    if label in policy.topics:
        return title(policy, policy.topics[label])
    if label == NOT_IN_POLICY:
        # Translators: a row of a chart: questions that the policy says nothing about.
        return _("Not in the policy")
    button = action_button(label).label
    return button if isinstance(button, Line) else verbatim(button)


def _summed(cells: Mapping[tuple[str, str], int], *, by: int) -> list[tuple[str, int]]:
    total: Counter[str] = Counter()
    for cell, count in cells.items():
        total[cell[by]] += count
    return sorted(total.items(), key=lambda row: (-row[1], row[0]))


def _shares(took: Sequence[Took | None]) -> list[float | None]:
    return [each.share if each else None for each in took]


def _lengths(took: Sequence[Took | None]) -> list[str]:
    return [_span(each) if each else "" for each in took]


def _span(took: Took) -> str:
    return length(timedelta(seconds=max(1.0, took.seconds)))
