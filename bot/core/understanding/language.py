"""The language of a short text, among the sixteen shipped ones, or None when it is not clear.

The script decides first: Thai, Hangul, kana, Arabic and Cyrillic each belong to one shipped language. Latin and
Chinese texts are told apart by the n-gram table that is trained beside the head (our phrases are short and sloppy as
messages are; general detectors need 290 MB for the same and guess on three words).
"""

from __future__ import annotations

from typing import Final

from bot.core.understanding.features import Array
from bot.core.understanding.head import Head
from bot.core.understanding.phrases import LANGUAGES

_CHINESE: Final = ("zh_Hans", "zh_Hant")
_LATIN: Final = ("en", "es", "fr", "de", "pt_BR", "it", "nl", "pl", "tr")
_ROWS: Final = {lang: row for row, lang in enumerate(LANGUAGES)}
_SURE: Final = 0.5
_AHEAD: Final = 0.2


def _counts(text: str) -> dict[str, int]:
    found = {"th": 0, "ko": 0, "kana": 0, "ar": 0, "ru": 0, "han": 0, "latin": 0}
    for char in text:
        code = ord(char)
        if not char.isalpha():
            continue
        if code < 0x250 or 0x1E00 <= code <= 0x1EFF:
            found["latin"] += 1
        elif 0x400 <= code <= 0x52F:
            found["ru"] += 1
        elif 0x600 <= code <= 0x77F or 0xFB50 <= code <= 0xFEFF:
            found["ar"] += 1
        elif 0xE00 <= code <= 0xE7F:
            found["th"] += 1
        elif 0x3040 <= code <= 0x30FF:
            found["kana"] += 1
        elif 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x318F:
            found["ko"] += 1
        elif 0x3400 <= code <= 0x9FFF or code >= 0x20000:
            found["han"] += 1
    return found


def _among(candidates: tuple[str, ...], scores: Array, known: str | None) -> str | None:
    """The best of the candidates when it is clearly ahead; a language already chosen wins a close race."""
    shares = {lang: float(scores[_ROWS[lang]]) for lang in candidates}
    total = sum(shares.values()) or 1.0
    ranked = sorted(shares, key=lambda lang: -shares[lang])
    best, second = shares[ranked[0]] / total, shares[ranked[1]] / total
    if known in shares and shares[known] / total > best - _AHEAD:
        return known
    return ranked[0] if best >= _SURE and best - second >= _AHEAD else None


def detect(text: str, head: Head, known: str | None = None) -> str | None:
    """The language of a normalised text. `known` is what the person chose: it decides only when the text does not."""
    counts = _counts(text)
    letters = sum(counts.values())
    if letters < 2:
        return None
    if counts["kana"] and counts["kana"] + counts["han"] > counts["latin"]:
        return "ja"
    # A Latin brand name in a Thai sentence is longer than it weighs, one syllable a sign against one a letter.
    for lang in ("th", "ko", "ar", "ru"):
        if counts[lang] * 2 > counts["latin"] and counts[lang] > counts["han"]:
            return lang
    if counts["han"] * 3 > counts["latin"]:
        if known == "ja" and counts["han"] < 6:
            return "ja"
        return _among(_CHINESE, head.language_scores(text), known)
    if counts["latin"] < 4:
        return None
    return _among(_LATIN, head.language_scores(text), known)
