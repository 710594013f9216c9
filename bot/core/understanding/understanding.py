"""The one class that the rest of the bot knows: a message in, its meaning out.

    understanding = Understanding.load()
    understanding.warm()                       # in a thread, before the first update
    understood = understanding.understand("wipe teh chats pls", "en")

Nothing is stored, logged or sent. Several threads may call it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bot.core.understanding import cues, encoder, features, head, language
from bot.core.understanding.cues import Cues
from bot.core.understanding.decision import DELETE, Choice, decide, in_sensible_order, unreadable, vetoes
from bot.core.understanding.features import Array
from bot.core.understanding.labels import ACTIONS, INDEX, LABELS, OUT, SMALL_TALK, is_action
from bot.core.understanding.normalise import is_readable, normalise
from bot.core.understanding.parts import Parts, parts_of

_CLEAR: Final = 0.6
_TRACE: Final = 0.2
_ACTIONS: Final = [INDEX[label] for label in ACTIONS]
_WHOLE: Final = 0.5
_NOTHING: Final = np.zeros((0, len(LABELS)), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message means. `label` is the best single label; `decision` says what to do with it."""

    label: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    decision: str
    lang: str | None
    intents: tuple[str, ...]


class Understanding:
    def __init__(self, trained: head.Head) -> None:
        self._head = trained

    @classmethod
    def load(cls) -> Understanding:
        """Reads the shipped head (a few milliseconds); the encoder's weights come with `warm` or the first message."""
        return cls(head.load())

    def warm(self) -> None:
        """Loads everything that the first message would wait for."""
        encoder.warm()
        self.understand("warm")

    def understand(self, text: str, lang: str | None = None) -> Understood:
        """The meaning of one message. `lang` is the language the person chose; it helps, the text decides."""
        return self.understand_many([(text, lang)])[0]

    def language(self, text: str, lang: str | None = None) -> str | None:
        """Only the language of a message; None where that is not clear."""
        return language.detect(normalise(text), self._head, lang)

    def understand_many(self, messages: Sequence[tuple[str, str | None]]) -> list[Understood]:
        """The same for many at once: one pass through the encoder."""
        texts = [normalise(text) for text, _ in messages]
        langs = [language.detect(text, self._head, known) for text, (_, known) in zip(texts, messages, strict=True)]
        tongues = [lang or known for lang, (_, known) in zip(langs, messages, strict=True)]
        marks = [cues.find(text, tongue) for text, tongue in zip(texts, tongues, strict=True)]
        parts = [parts_of(text, mark) if is_readable(text) else None for text, mark in zip(texts, marks, strict=True)]
        rows = self._rows(parts, tongues, marks)
        return [
            _meaning(text, part, own, mark, lang, tongue)
            if part
            else _understood(unreadable(), lang, ())
            for text, part, own, mark, lang, tongue in zip(texts, parts, rows, marks, langs, tongues, strict=True)
        ]

    def _rows(self, groups: list[Parts | None], tongues: list[str | None], marks: list[Cues]) -> list[Array]:
        """Probabilities of every part of every message, by one pass through encoder and head."""
        flat = [text for group in groups if group for text in group.texts]
        if not flat:
            return [_NOTHING for _ in groups]
        careful = [group.careful and at == 0 for group in groups if group for at in range(len(group.texts))]
        found = [
            mark if at == 0 and text == group.whole else cues.find(text, tongue)
            for group, tongue, mark in zip(groups, tongues, marks, strict=True)
            if group
            for at, text in enumerate(group.texts)
        ]
        every = self._head.probabilities(features.dense(flat, found, careful), flat)
        ends = np.cumsum([len(group.texts) if group else 0 for group in groups])
        return [
            every[end - len(group.texts) : end] if group else _NOTHING for end, group in zip(ends, groups, strict=True)
        ]


def _meaning(text: str, parts: Parts, rows: Array, marks: Cues, lang: str | None, tongue: str | None) -> Understood:
    """One message from the probabilities of its parts."""
    count = 1 + len(parts.sentences)
    whole = _together([parts.whole, *parts.sentences], rows[:count])
    choice = decide(whole, marks, text, tongue)
    # Only a message that wishes for something is searched for a second wish.
    pieces, own = (parts.clauses, rows[count:]) if parts.clauses else (parts.sentences, rows[1:count])
    intents = _intents(choice, pieces, own, tongue) if whole[_ACTIONS].sum() >= _TRACE else ()
    # A piece may lose the "don't" or the "keep": the message as a whole must be free of vetoes too.
    if DELETE in intents and vetoes(marks, text, tongue):
        intents = tuple(wish for wish in intents if wish != DELETE)
    return _understood(choice, lang, intents)


def _understood(choice: Choice, lang: str | None, intents: tuple[str, ...]) -> Understood:
    return Understood(
        choice.label, choice.confidence, choice.alternatives, choice.decision, lang, intents or (choice.label,)
    )


def _together(own: list[str], rows: Array) -> Array:
    """A short message counts as a whole. In a long one the sentences that say something outvote the padding."""
    if len(own) == 1:
        return np.asarray(rows[0])
    quiet = [INDEX[label] for label in ("out_of_scope", *sorted(SMALL_TALK))]
    spoken = rows[1:].copy()
    spoken[:, quiet] = 0
    # What is asked comes last, and with a question mark; sentences that mean nothing here hardly count.
    weight = spoken.max(1) ** 2 + 0.03
    weight *= np.array([1.5 if "?" in part else 1.0 for part in own[1:]]) * np.r_[np.ones(len(own) - 2), 1.5]
    told = (rows[1:] * weight[:, None]).sum(0) / weight.sum()
    return np.asarray(_WHOLE * rows[0] + (1 - _WHOLE) * told, dtype=np.float32)


def _intents(choice: Choice, pieces: list[str], rows: Array, tongue: str | None) -> tuple[str, ...]:
    """Two wishes in one message, each clear by itself; nothing that was negated or only asked becomes an action."""
    found = []
    for piece, row in zip(pieces, rows, strict=True):
        part = decide(row, cues.find(piece, tongue), piece, tongue)
        is_topic = part.confidence >= _CLEAR and part.label not in {*OUT, *SMALL_TALK}
        if is_topic and (not is_action(part.label) or part.decision == "offer"):
            found.append(part.label)
    if len(set(found)) < 2 or len(set(found)) > 3:
        return (choice.label,)
    if choice.label not in found and choice.decision in ("answer", "offer") and choice.confidence >= _CLEAR:
        found.insert(0, choice.label)
    return in_sensible_order(found)[:3]


def only_label(understood: Understood) -> Understood:
    """The same without second wishes, for callers which can serve only one."""
    return replace(understood, intents=(understood.label,))
