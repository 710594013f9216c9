"""Cues that one can read: question, request, negation, only asking, somebody else, taking it back, another product.

The lexicon (cues.toml) is data. Cues are features of the head and, for the one action that cannot be repaired, vetoes
in decision.py: there a readable rule stands above every probability.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

PATH: Final = Path(__file__).parent / "cues.toml"
_NAMES: Final = "other_products"
_MATTERS: Final = "other_matters"
_ANYWHERE: Final = (_NAMES, _MATTERS)
# A brand may stand inside a text without spaces, so only letters that could continue it end its name.
_EDGE: Final = ((r"(?<!\w)", r"(?!\w)"), (r"(?<![a-zа-я])", r"(?![a-z])"))
_UNSPACED: Final = frozenset({"zh", "ja", "ko", "th", "ar"})

_SCRIPTS: Final = {
    "ru": re.compile(r"[\u0400-\u052f]"),
    "ar": re.compile(r"[\u0600-\u077f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "zh": re.compile(r"[\u3400-\u9fff]"),
}


@dataclass(frozen=True, slots=True)
class Cues:
    question_mark: bool
    question: bool
    request: bool
    negation: bool
    asking: bool
    third: bool
    undo: bool
    leaving: bool
    on: bool
    off: bool
    other_product: bool

    def as_numbers(self) -> list[float]:
        return [float(getattr(self, kind)) for kind in KINDS]


KINDS: Final[tuple[str, ...]] = tuple(field.name for field in fields(Cues))
_WORDS: Final = ("question", "request", "negation", "asking", "third", "undo", "leaving", "on", "off")


@functools.cache
def _lexicon() -> dict[str, dict[str, re.Pattern[str]]]:
    tables: dict[str, dict[str, str]] = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return {
        lang: {
            kind: re.compile(words if lang in _UNSPACED else rf"{_EDGE[lang in _ANYWHERE][0]}(?:{words}){_EDGE[lang in _ANYWHERE][1]}")
            for kind, words in table.items()
        }
        for lang, table in tables.items()
    }


def _table(lang: str | None, text: str) -> dict[str, re.Pattern[str]]:
    """The table of the language; when nobody knows it, the English one, or the Chinese one for Chinese signs."""
    key = lang if lang == "pt_BR" else (lang or "").split("_")[0]
    lexicon = _lexicon()
    return lexicon.get(key) or lexicon["zh" if any("\u3400" <= char <= "\u9fff" for char in text) else "en"]


def find(text: str, lang: str | None) -> Cues:
    """The cues of one normalised text."""
    lowered = text.lower().replace("i\u0307", "i")
    table = _table(lang, lowered)
    hits = {kind: table[kind].search(lowered) is not None for kind in _WORDS}
    # "I don't use it any more, close my account" negates the use, not the closing.
    hits["negation"] = table["negation"].search(table["leaving"].sub(" ", lowered)) is not None
    names = _lexicon()[_NAMES]["names"]
    return Cues(question_mark="?" in text, other_product=bool(names.search(lowered)), **hits)


def _readable_tables(text: str, lang: str | None) -> list[dict[str, re.Pattern[str]]]:
    """Every table that may have a say: of the language, of English, and of each script that stands in the text."""
    keys = {"en", lang if lang == "pt_BR" else (lang or "en").split("_")[0]}
    keys |= {key for key, script in _SCRIPTS.items() if script.search(text)}
    lexicon = _lexicon()
    return [lexicon[key] for key in sorted(keys) if key in lexicon]


def asked_in_any_language(text: str, lang: str | None) -> bool:
    """Whether a text asks in any language that it may be written in: "delete account من فين" is half English."""
    lowered = text.lower().replace("i\u0307", "i")
    tables = _readable_tables(lowered, lang)
    return "?" in text or any(table[kind].search(lowered) for table in tables for kind in ("question", "asking", "inform"))


def speaks_of_something_else(text: str, lang: str | None) -> bool:
    """Whether an account with somebody else, or the training of models, is spoken of: no known brand is needed."""
    lowered = text.lower().replace("i\u0307", "i")
    elsewhere = any(table["elsewhere"].search(lowered) for table in _readable_tables(lowered, lang))
    return elsewhere or _lexicon()[_MATTERS]["names"].search(lowered) is not None


def speaks_of_closing(text: str, lang: str | None) -> bool:
    """Whether the words for an account and for taking it away both stand in the text ("quit" says both at once)."""
    lowered = text.lower().replace("i\u0307", "i")
    tables = _readable_tables(lowered, lang)

    def says(kind: str) -> bool:
        return any(kind in table and table[kind].search(lowered) for table in tables)

    return says("quit") or (says("account") and says("erase"))
