"""Charts: the same words and numbers give the same bytes, every script can be read, and Telegram takes the caption."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.image import imread

from bot.telegram.charts import CAPTION_LIMIT, BarChart, Picture, Series, Tone, draw
from bot.telegram.locales import SHIPPED
from bot.telegram.texts import _, speaking, verbatim

WITHOUT_GLYPHS = {"zh_Hans", "zh_Hant", "ja", "ko", "th"}


def given_chart(locale: str = "en", **changes: object) -> BarChart:
    """Two groups of three counts each, in words of the catalogue."""
    with speaking(locale):
        chart = BarChart(
            _("<b>How the promises were kept</b>\n{title}, version {version}", title="Kimi", version="1"),
            [_("being worked on"), _("taken back")],
            [Series(verbatim("$a$"), [1000, 0], Tone.GOOD), Series(verbatim("b"), [1, 0], Tone.BAD), Series(verbatim("c"), [7, 0], Tone.OPEN)],
            stacked=True,
            nothing=_("Nothing fell due so far."),
        )
    return replace(chart, **changes)  # type: ignore[arg-type]


def means(sign: str, meaning: str) -> str:
    """A line of the key, as the language that is spoken now writes it."""
    return _("{sign}: {meaning}", sign=sign, meaning=meaning).plain


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(imread(io.BytesIO(picture.png)))


@pytest.mark.parametrize("locale", SHIPPED)
def test_each_language_is_drawn_or_explained(locale: str) -> None:
    """No empty boxes (matplotlib would warn, and warnings fail): numbers and letters where the font lacks the script, with a key."""
    picture = draw(given_chart(locale))
    said = picture.caption.plain.splitlines()
    with speaking(locale):
        wanted = [means("1", _("being worked on").plain), means("2", _("taken back").plain), means("A", "$a$"), means("B", "b"), means("C", "c")]
    assert (said[-5:] == wanted) == (locale in WITHOUT_GLYPHS)
    assert len(said) == (7 if locale in WITHOUT_GLYPHS else 2)
    height, width, _colours = pixels(picture).shape
    assert width == 1200 and height > 300


def test_the_same_chart_is_the_same_picture() -> None:
    """Byte for byte, and without a word about who made it when."""
    assert draw(given_chart()).png == draw(given_chart()).png
    assert b"Software" not in draw(given_chart()).png and b"Date" not in draw(given_chart()).png


def test_the_smallest_part_is_seen() -> None:
    """One late among a thousand is red, and wide enough for its number."""
    red = (np.abs(pixels(draw(given_chart()))[:, :, :3] - np.array([192, 57, 43]) / 255) < 0.02).all(axis=2)
    assert red.any(axis=0).sum() > 15


def test_arabic_begins_at_the_right() -> None:
    """The longest bar lies at the right edge of the bars, where reading begins."""
    chart = BarChart(verbatim("."), [verbatim(".")], [Series(verbatim("."), [1.0])])
    blue = np.array([59, 110, 168]) / 255

    def middle(picture: Picture) -> float:
        columns = (np.abs(pixels(picture)[:, :, :3] - blue) < 0.02).all(axis=2).any(axis=0).nonzero()[0]
        return float(columns.mean())

    assert middle(draw(chart)) < 600 < middle(draw(replace(chart, locale="ar")))


def test_words_at_the_bars_are_explained_where_they_cannot_be_drawn() -> None:
    """A time in Japanese goes to the key, one in digits stays in the picture."""
    series = [Series(verbatim("中央値"), [3, 4], shown=["3 日", "4"]), Series(verbatim("最長"), [5, None], shown=["5 日", ""])]
    picture = draw(given_chart("ja", series=series, groups=[verbatim("受付"), verbatim("対応")], stacked=False))
    with speaking("ja"):
        first = _("{sign}: {meaning} ({values})", sign="1", meaning="受付", values="3 日、5 日").plain
        wanted = [first, means("2", "対応"), means("A", "中央値"), means("B", "最長")]
    assert picture.caption.plain.splitlines()[-4:] == wanted


def test_telegram_takes_the_longest_caption() -> None:
    """Whole lines only."""
    groups = [verbatim(f"{place}{'長' * 90}") for place in range(14)]
    series = [Series(verbatim("a"), [1.0] * 14)]
    caption = draw(given_chart("ja", groups=groups, series=series)).caption.plain
    assert len(caption) <= CAPTION_LIMIT and all(len(line) > 90 for line in caption.splitlines()[2:])
