"""Before the encoder: a message becomes the text that a person would see, and nothing more.

Promised for every string, also one made to hurt: the result is NFKC, holds no control, bidirectional or zero-width
character, no markup, no word longer than LONGEST_WORD, is at most LONGEST_TEXT characters, and comes in linear time.
What tells a question from a request (a question mark of any script, "please", a negation) is kept.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_INPUT: Final = 4096
LONGEST_TEXT: Final = 560
# Of a message with more different signs than any writing needs, only both ends are looked at.
_MOST_SIGNS: Final = 700
_KEPT: Final = 1200
_QUESTION: Final = 160
LONGEST_WORD: Final = 40
LONGEST_REMARK: Final = 500
LONG_MESSAGE: Final = 140
MOST_REPEATS: Final = 6
LONGEST_SENTENCE: Final = 240

# Letters of other scripts which look Latin. Only used when a word mixes scripts or the message is otherwise Latin.
_TO_LATIN: Final = str.maketrans(
    "аеорсухіјѕһԁԛԝкмтвнАВЕКМНОРСТХУІЈЅԌοανρεικτυχηωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijshdqwkmtbhABEKMHOPCTXYIJSGoavpeiktuxnwABEZHIKMNOPTYX",
)
_TO_CYRILLIC: Final = str.maketrans("aeopcyxkmtbhABEKMHOPCTXYi3", "аеорсухкмтвнАВЕКМНОРСТХУіз")
_LOOKS_LATIN: Final = frozenset(chr(code) for code in _TO_LATIN)
_LEET: Final = str.maketrans("013457@$", "oieastas")

_MARKUP: Final = re.compile(r"<[/!]?[a-zA-Z][^<>]{0,200}>|&(?:[a-z]{2,8}|#\d{1,6});|```|[*_~`]{2,}")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LEET_WORD: Final = re.compile(r"\b[a-zA-Z]+[013457@$]+[a-zA-Z]+[a-zA-Z013457@$]*")
_MIXED_WORD: Final = re.compile(r"\b(?=[a-zA-Z0-9@$]*[a-zA-Z])(?=[a-zA-Z0-9@$]*[013457@$])[a-zA-Z013457@$]{3,20}\b")
_SPACED: Final = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]){3,}[^\W\d_](?!\w)")
_LETTER_RUN: Final = re.compile(r"([^\W\d_])\1{2,}")
_MARK_RUN: Final = re.compile(r"([^\w\s])\1+")
_SPACE: Final = re.compile(r"\s+")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?。…])\s+|(?<=[。！？?!])(?=\S)|\n+")
_SAME_MARK: Final = str.maketrans(
    {"؟": "?", "⸮": "?", "՞": "?", "，": ",", "、": "、", "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'",
     "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "ـ": ""}
)  # fmt: skip


_TROUBLE: Final = frozenset({"Mn", "Me", "Cf", "Cs", "Co", "Cn", "Cc", "So", "Sk"})
_TWO_SCRIPTS: Final = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")


def _visible(text: str) -> str:
    """Drops what nobody sees or what only shouts: controls, formats, surrogates, stacked accents, pictures."""
    if not {unicodedata.category(char) for char in set(text)} & _TROUBLE:
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in ("Mn", "Me"):
            marks += 1
            # After NFKC a loose Latin accent has no letter of its own: it was stacked to deface the word.
            if marks > 2 or "\u0300" <= char <= "\u036f" or "\ufe00" <= char <= "\ufe0f" or category == "Me":
                continue
        elif category in ("Cf", "Cs", "Co", "Cn"):
            # A soft hyphen or zero-width joiner inside a word must not cut it in two.
            continue
        else:
            marks = 0
        if category == "Cc":
            kept.append("\n" if char in "\n\r" else " ")
        elif category in ("So", "Sk") and char not in "^`´":
            kept.append(" ")
        else:
            kept.append(char)
    return "".join(kept)


def _script(char: str) -> str:
    if char.isascii() or "\u00c0" <= char <= "\u024f" or "\u1e00" <= char <= "\u1eff":
        return "latin" if char.isalpha() else ""
    if "\u0400" <= char <= "\u052f":
        return "cyrillic"
    return "greek" if "\u0370" <= char <= "\u03ff" else "other"


def _one_script(text: str) -> str:
    """Turns look-alike letters of another script back, word by word ("dеlete" with a Cyrillic е)."""
    if not _TWO_SCRIPTS.search(text):
        return text
    scripts = [_script(char) for char in text]
    foreign = scripts.count("cyrillic") + scripts.count("greek")
    latin = scripts.count("latin")
    if not foreign or not latin:
        return text
    mostly_latin = latin >= 2 * foreign

    def repair(match: re.Match[str]) -> str:
        word = match.group()
        found = {_script(char) for char in word} - {""}
        if found == {"cyrillic"} or found == {"greek"}:
            return word.translate(_TO_LATIN) if mostly_latin and set(word) <= _LOOKS_LATIN else word
        if "latin" not in found or not found & {"cyrillic", "greek"}:
            return word
        native = any(_script(char) == "cyrillic" and char not in _LOOKS_LATIN for char in word)
        more = sum(_script(char) == "cyrillic" for char in word) > len(word) / 2 and not mostly_latin
        return word.translate(_TO_CYRILLIC if native or more else _TO_LATIN)

    return _WORD.sub(repair, text)


def _unspaced(match: re.Match[str]) -> str:
    """ "d e l e t e" -> "delete"; scripts that do not space their words are left alone."""
    letters = match.group()
    return letters[::2] if all(_script(char) in ("latin", "cyrillic") for char in letters[::2]) else letters


def _short_words(text: str) -> str:
    """Cuts endless words; in scripts without spaces a long run is ordinary text, so its runs are spaced instead."""
    words = []
    for word in text.split(" "):
        if len(word) <= LONGEST_WORD:
            words.append(word)
        elif _script(word[0]) == "other" or _script(word[len(word) // 2]) == "other":
            words.extend(word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD))
        else:
            words.append(word[:LONGEST_WORD])
    return " ".join(words)


def normalise(text: str) -> str:
    """One line of visible text; "" when nothing readable is left (then nobody has to guess)."""
    text = text[:LONGEST_INPUT]
    if len(text) > _KEPT and len(set(text)) > _MOST_SIGNS:
        text = f"{text[: _KEPT // 2]} {text[-_KEPT // 2 :]}"
    text = unicodedata.normalize("NFKC", text)[:LONGEST_INPUT]
    text = _visible(text).translate(_SAME_MARK)
    text = _LINK.sub(" ", _MARKUP.sub(" ", text))
    text = _one_script(text)
    text = _SPACED.sub(_unspaced, text)
    if len(_MIXED_WORD.findall(text)) >= 3:
        text = _MIXED_WORD.sub(lambda word: word.group().translate(_LEET), text)
    text = _LEET_WORD.sub(lambda word: word.group().translate(_LEET) if len(word.group()) > 4 else word.group(), text)
    text = _LETTER_RUN.sub(lambda run: run.group(1) * (3 if run.group(1) in "wW" else 1), text)
    text = _MARK_RUN.sub(r"\1", text)
    lines = (_SPACE.sub(" ", line).strip() for line in text.split("\n"))
    text = _short_words(" ".join(line for line in lines if line))
    if len(text) > LONGEST_REMARK:
        text = _without_padding(text)
    return text if len(text) <= LONGEST_TEXT else _shortened(text)


def _shortened(text: str) -> str:
    """People give the circumstances first and ask last: both ends are kept, and what is asked in between."""
    third = LONGEST_TEXT // 3
    asked = [piece for piece in _SENTENCE_END.split(text[third:-third]) if "?" in piece and len(piece) <= _QUESTION]
    between = " ".join(asked[-2:])[-third:]
    side = (LONGEST_TEXT - len(between)) // 2 - 2
    return " ".join(part.strip() for part in (text[:side], between, text[-side:]) if part.strip())


def _without_padding(text: str) -> str:
    """A flood repeats itself: a word is kept the first few times, a sentence once, lone signs never."""
    said: dict[str, int] = {}
    kept = []
    for sentence in dict.fromkeys(_SENTENCE_END.split(text)):
        for word in sentence.split(" "):
            said[word] = said.get(word, 0) + 1
            if said[word] <= MOST_REPEATS and any(char.isalnum() for char in word):
                kept.append(word)
    return " ".join(kept)


def sentences(text: str) -> list[str]:
    """The sentences of a normalised text, in order, tiny ones joined to their neighbour."""
    found: list[str] = []
    for piece in _SENTENCE_END.split(text):
        piece = piece.strip()
        if not piece:
            continue
        while len(piece) > LONGEST_SENTENCE:
            cut = piece.rfind(" ", 40, LONGEST_SENTENCE // 2) if " " in piece else -1
            cut = cut if cut > 0 else LONGEST_SENTENCE // 2
            found.append(piece[:cut])
            piece = piece[cut:].strip()
        if found and (len(piece) < 12 or len(found[-1]) < 12):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def is_readable(text: str) -> bool:
    """Whether a normalised text holds a letter or digit, and not mostly letters of a script that nobody here reads."""
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return any(char.isdigit() for char in text)
    return 2 * sum(_is_shipped(ord(char)) for char in letters) > len(letters)


def _is_shipped(code: int) -> bool:
    """Latin, Cyrillic, Arabic, Thai, kana, Han, Hangul."""
    return (
        code < 0x250
        or 0x400 <= code <= 0x52F
        or 0x600 <= code <= 0x77F
        or 0xE00 <= code <= 0xE7F
        or 0x1100 <= code <= 0x11FF
        or 0x1E00 <= code <= 0x1EFF
        or 0x3005 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7A3
        or 0xFB50 <= code <= 0xFEFF
        or code >= 0x20000
    )


def without_diacritics(text: str) -> str:
    """As typed on a foreign keyboard. Only Latin letters: in Thai, Arabic or Japanese the marks are the letters."""
    if text.isascii():
        return text
    out = []
    for char in text:
        if char.isascii() or char > "\u1eff":
            out.append(char)
            continue
        base = unicodedata.normalize("NFD", char)
        out.append(base[0] if len(base) > 1 and base[0].isascii() else char)
    return "".join(out).translate(_PLAIN)


_PLAIN: Final = str.maketrans("łŁıøØđĐßæœ", "lLioOdDsao")


def plain(text: str) -> str:
    """What all features see: lower case, no final punctuation. The question mark is told to the head separately."""
    lowered = text.lower().replace("i\u0307", "i")
    return lowered.strip(" \t.!?。,;:…-–—\"'¿¡()").strip() or lowered
