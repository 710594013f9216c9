"""The font that comes with matplotlib, and what it can write: Latin, Greek, Cyrillic and Arabic, but neither Chinese, Japanese,
Korean nor Thai."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=2)
def font_file(*, bold: bool = False) -> Path:
    """DejaVu Sans."""
    import matplotlib as mpl

    return Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(font_file()).get_charmap())


def has_glyphs(text: str) -> bool:
    """Whether every letter can be written with it."""
    return all(ord(letter) in _glyphs() for letter in text if letter.isprintable() and not letter.isspace())
