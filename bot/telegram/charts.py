"""Bar charts as PNG, for the support chat and for an operator: counts and times, never a person.

A chart is put together where its words are known, and drawn in a thread (it takes some tenths of a second). The picture is made
from the chart alone, with the font that comes with matplotlib, so the same chart gives the same bytes on every machine. Where
that font lacks a script (Chinese, Japanese, Korean, Thai) numbers and letters stand in the picture and their meaning in the
caption: nobody is shown empty boxes.
"""

from __future__ import annotations

import io
import textwrap
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from bot.telegram.fonts import font_file, has_glyphs
from bot.telegram.formats import is_rtl, listing, number
from bot.telegram.texts import Html, Line, _, current_locale, join, speaking, verbatim

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

Words = Line | Html
CAPTION_LIMIT = 1024
_LABEL_LETTERS = 30
_TITLE_LETTERS = 62
_INK, _FAINT = "#20262d", "#5a6470"
_one_at_a_time = threading.Lock()
"""matplotlib's fonts are not made for several threads."""


class Tone(Enum):
    """What a colour says; a hatch says the same to who sees no colours."""

    PLAIN = ("#3b6ea8", "")
    OTHER = ("#d98b2b", "..")
    GOOD = ("#2e7d5b", "")
    BAD = ("#c0392b", "//")
    OPEN = ("#b9c2cc", "..")


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each group, in one colour; None where there is none. `shown` are the words at the bars, where they are not
    the values themselves (a length of time)."""

    label: Words
    values: Sequence[float | None]
    tone: Tone = Tone.PLAIN
    shown: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from the side where one begins to read. With several series they lie below each other or, `stacked`, share one bar:
    what part each is, with its count in it; the smallest is still drawn wide enough for its count.

    `nothing` stands in a group without any value; `limit` is a value that no bar should pass, drawn as a line. The language is the
    one spoken where the chart is made.
    """

    title: Words
    groups: Sequence[Words]
    series: Sequence[Series]
    stacked: bool = False
    nothing: Words = field(default_factory=lambda: verbatim("–"))
    limit: float | None = None
    locale: str = field(default_factory=current_locale)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn chart, and what to say below it."""

    png: bytes
    caption: Words


def draw(chart: BarChart) -> Picture:
    """Slow: from a thread, never in a transaction."""
    with _one_at_a_time, speaking(chart.locale):
        if _can_write(chart):
            return Picture(_png([chart], with_titles=True), _caption(chart.title, []))
        signs = _signs(chart)
        return Picture(_png([signs], with_titles=False), _caption(chart.title, _key(chart, signs)))


def draw_sheet(charts: Sequence[BarChart]) -> list[Picture]:
    """Several charts in one picture, three or more in two columns; where the font lacks their script, a picture with its key for
    each. Slow."""
    if not all(map(_can_write, charts)):
        return [draw(chart) for chart in charts]
    with _one_at_a_time, speaking(charts[0].locale):
        return [Picture(_png(charts, with_titles=True), _caption(charts[0].title, []))]


def _signs(chart: BarChart) -> BarChart:
    """The same chart without a word: groups by number, series by letter."""
    groups = [verbatim(str(place)) for place in range(1, len(chart.groups) + 1)]
    series = [
        replace(each, label=verbatim(letter), shown=[text if has_glyphs(text) else "" for text in each.shown])
        for letter, each in zip(ascii_uppercase, chart.series, strict=False)
    ]
    return replace(chart, groups=groups, series=series, nothing=verbatim("–"))


def _key(chart: BarChart, signs: BarChart) -> list[Line]:
    key = []
    for place, (sign, meaning) in enumerate(zip(signs.groups, chart.groups, strict=True)):
        values = [each.shown[place] for each in chart.series if each.shown and not has_glyphs(each.shown[place])]
        if values:
            # Translators: in the key to a picture: {sign} is a number in it, {meaning} the words it stands for, {values} are
            # lengths of time such as "2 days and 5 hours".
            key.append(_("{sign}: {meaning} ({values})", sign=sign, meaning=meaning, values=listing(values)))
        else:
            key.append(_means(sign, meaning))
    if len(chart.series) > 1:
        key += [_means(sign.label, each.label) for sign, each in zip(signs.series, chart.series, strict=True)]
    return key


def _means(sign: Words, meaning: Words) -> Line:
    # Translators: in the key to a picture: {sign} is a number or a letter in it, {meaning} the words it stands for.
    return _("{sign}: {meaning}", sign=sign, meaning=meaning)


def _caption(title: Words, key: list[Line]) -> Html:
    """Whole lines only, so that Telegram takes it."""
    lines: list[Words] = [title]
    for line in key:
        if len(join([*lines, line], "\n").plain) > CAPTION_LIMIT:
            break
        lines.append(line)
    return join(lines, "\n")


# ------------------------------------------------------------------ the picture


def _can_write(chart: BarChart) -> bool:
    words = [chart.title, chart.nothing, *chart.groups, *(each.label for each in chart.series)]
    return all(map(has_glyphs, [*(each.plain for each in words), *(text for each in chart.series for text in each.shown)]))


def _png(charts: Sequence[BarChart], *, with_titles: bool) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    across = 1 if len(charts) < 3 else 2
    rows = [charts[start : start + across] for start in range(0, len(charts), across)]
    heights = [max(map(_height, row)) for row in rows]
    figure = Figure(figsize=(8.0 * across, sum(heights)), dpi=150 if across == 1 else 110, layout="constrained")
    FigureCanvasAgg(figure)
    parts = figure.subfigures(len(rows), across, squeeze=False, height_ratios=heights).flat if len(charts) > 1 else [figure]
    for part, chart in zip(parts, charts, strict=False):
        _draw_into(part, chart, chart.title if with_titles else None)
    made = io.BytesIO()
    figure.savefig(made, format="png", metadata={"Software": None})
    return made.getvalue()


def _height(chart: BarChart) -> float:
    bars = 1 if chart.stacked else max(1, len(chart.series))
    return 1.5 + len(chart.groups) * (0.42 + 0.3 * bars)


def _draw_into(figure: FigureBase, chart: BarChart, title: Words | None) -> None:
    axes = figure.add_subplot()
    if chart.stacked:
        _stack(axes, chart)
    else:
        _lay_side_by_side(axes, chart)
    if chart.limit is not None:
        axes.axvline(chart.limit, color=_INK, linewidth=1.2, linestyle="--")
    _say_nothing(axes, chart)
    _frame(axes, chart)
    if len(chart.series) > 1:
        legend = figure.legend(loc="outside lower center", ncols=3, frameon=False, prop=_font(11))
        for text in legend.get_texts():
            text.set_parse_math(False)
    if title is not None:
        figure.suptitle(_wrapped(title, _TITLE_LETTERS), **_text(14), x=0.99 if is_rtl() else 0.01, ha="right" if is_rtl() else "left")


def _stack(axes: Axes, chart: BarChart) -> None:
    shares = [_shares([each.values[place] or 0 for each in chart.series]) for place in range(len(chart.groups))]
    left = [0.0] * len(chart.groups)
    _reach(axes, 1)
    for row, each in enumerate(chart.series):
        widths = [share[row] for share in shares]
        bars = axes.barh(range(len(chart.groups)), widths, 0.62, left=left, **_look(each))
        shown = [text if width else "" for text, width in zip(_at_bars(each), widths, strict=True)]
        for label in axes.bar_label(bars, shown, label_type="center", **_text(11, "black" if each.tone is Tone.OPEN else "white")):
            if label.get_text():
                label.set_bbox({"facecolor": each.tone.value[0], "edgecolor": "none", "pad": 1.5})
        left = [before + width for before, width in zip(left, widths, strict=True)]


def _shares(values: Sequence[float]) -> list[float]:
    """Parts of one, none of them too narrow for its number."""
    whole = sum(values) or 1.0
    wide = [max(value / whole, 0.025 + 0.018 * len(number(value))) if value else 0.0 for value in values]
    return [width / (sum(wide) or 1.0) for width in wide]


def _lay_side_by_side(axes: Axes, chart: BarChart) -> None:
    height = 0.8 / max(1, len(chart.series))
    most = max((value or 0 for each in chart.series for value in each.values), default=0)
    most = max(most, chart.limit or 0) or 1
    letters = max((len(text) for each in chart.series for text in _at_bars(each)), default=1)
    _reach(axes, most * (1.05 + 0.025 * letters))
    for row, each in enumerate(chart.series):
        lies_at = [place - 0.4 + height * (row + 0.5) for place in range(len(chart.groups))]
        bars = axes.barh(lies_at, [value or 0 for value in each.values], 0.92 * height, **_look(each))
        shown = ["" if value is None else text for text, value in zip(_at_bars(each), each.values, strict=True)]
        axes.bar_label(bars, shown, padding=4, **_text(11))


def _reach(axes: Axes, far: float) -> None:
    axes.set_xlim(*((far, 0) if is_rtl() else (0, far)))


def _say_nothing(axes: Axes, chart: BarChart) -> None:
    for place in range(len(chart.groups)):
        values = [each.values[place] for each in chart.series]
        if not any(values) and (chart.stacked or all(value is None for value in values)):
            axes.text(0.01 * max(axes.get_xlim()), place, chart.nothing.plain, va="center", ha="right" if is_rtl() else "left", **_text(11, _FAINT))


def _frame(axes: Axes, chart: BarChart) -> None:
    labels = [_wrapped(group, _LABEL_LETTERS) for group in chart.groups]
    axes.set_yticks(range(len(chart.groups)), labels, **_text(11))
    axes.set_ylim(len(chart.groups) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    if is_rtl():
        axes.yaxis.tick_right()


def _at_bars(each: Series) -> Sequence[str]:
    return each.shown or [number(value or 0) for value in each.values]


def _look(each: Series) -> dict[str, Any]:
    colour, hatch = each.tone.value
    return {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.6, "label": each.label.plain}


def _text(size: int, colour: str = _INK) -> dict[str, Any]:
    return {"fontproperties": _font(size), "color": colour, "parse_math": False}


def _font(size: int) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=font_file(), size=size)


def _wrapped(words: Words, letters: int) -> str:
    return "\n".join(part for line in words.plain.splitlines() for part in textwrap.wrap(line, letters))
