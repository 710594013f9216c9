"""The example phrases, read from phrases/*.txt.

A file is named by the language it is written in; `_*.txt` holds phrases of several languages, each line starting
with `@<language> ` (English when it does not say). Variants of one idea stand on one line, separated by " | ", and
form a family: a family is never split between training and test, or the test would measure memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.core.understanding.labels import INDEX, LABELS

FOLDER: Final = Path(__file__).parent / "phrases"
CUES: Final = Path(__file__).parent / "cues.toml"
LANGUAGES: Final[tuple[str, ...]] = (
    "en", "zh_Hans", "zh_Hant", "es", "fr", "de", "pt_BR", "it", "nl", "pl", "tr", "ru", "ar", "ja", "ko", "th",
)  # fmt: skip


class PhraseFileError(ValueError):
    """A phrase file breaks the format; the message says where."""


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    label: str
    lang: str
    family: int


def _sections(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, label and line of everything that is neither comment, heading nor empty."""
    label = ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip().lstrip("\ufeff")
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and line[1:-1] in INDEX:
            label = line[1:-1]
        elif line.startswith("[") and line.endswith("]") and line[1:-1].replace("_", "").isascii():
            raise PhraseFileError(f"{path.name}:{number}: no label is called {line}")
        elif not label:
            raise PhraseFileError(f"{path.name}:{number}: a phrase stands before the first [label]")
        else:
            yield number, label, line


def _language_of_line(path: Path, number: int, line: str) -> tuple[str, str]:
    if not path.stem.startswith("_"):
        return path.stem, line
    if not line.startswith("@"):
        return "en", line
    lang, _, rest = line[1:].partition(" ")
    if lang not in LANGUAGES or not rest:
        raise PhraseFileError(f"{path.name}:{number}: unknown language mark {line.split()[0]}")
    return lang, rest


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.txt")) if path.stem.startswith("_") or path.stem in LANGUAGES]


def read_phrases(folder: Path = FOLDER) -> list[Phrase]:
    """All phrases in a fixed order: by label, file, line. A phrase repeated under the same label counts once;
    under a second label it is refused by `conflicts`, not here, so that one slip of a pen stops no training."""
    found: list[Phrase] = []
    seen: set[tuple[str, str]] = set()
    family = 0
    for path in _files(folder):
        for number, label, line in _sections(path):
            family += 1
            lang, rest = _language_of_line(path, number, line)
            for variant in rest.split(" | "):
                text = variant.strip()
                if text and (text.casefold(), label) not in seen:
                    seen.add((text.casefold(), label))
                    found.append(Phrase(text, label, lang, family))
    return sorted(found, key=lambda phrase: (INDEX[phrase.label], phrase.family))


def conflicts(phrases: list[Phrase]) -> list[tuple[str, str, str]]:
    """Texts that stand under two labels: (text, one label, the other)."""
    owner: dict[str, str] = {}
    clashes = []
    for phrase in phrases:
        first = owner.setdefault(phrase.text.casefold(), phrase.label)
        if first != phrase.label:
            clashes.append((phrase.text, first, phrase.label))
    return clashes


def missing_sections(phrases: list[Phrase]) -> list[tuple[str, str]]:
    """(language, label) pairs without a single phrase."""
    present = {(phrase.lang, phrase.label) for phrase in phrases}
    return [(lang, label) for lang in LANGUAGES for label in LABELS if (lang, label) not in present]


def digest_of_phrases(folder: Path = FOLDER) -> str:
    """Changes when any phrase file or the lexicon of cues changes; the shipped head carries it."""
    seal = hashlib.sha256()
    for path in [*_files(folder), CUES]:
        seal.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return seal.hexdigest()
