"""The one class that the rest of the bot knows: a message in, its meaning out.

    understanding = Understanding.load()
    understanding.warm()                       # in a thread, before the first update
    understood = understanding.understand("wipe teh chats pls", "en")

Nothing is stored, logged or sent. Several threads may call it at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bot.core.understanding import cues, encoder, features, head, language
from bot.core.understanding.decision import DELETE, Choice, decide, in_sensible_order, unreadable, vetoes
from bot.core.understanding.features import Array
from bot.core.understanding.labels import INDEX, OUT, SMALL_TALK, is_action
from bot.core.understanding.normalise import (
    LONG_MESSAGE,
    LONGEST_REMARK,
    MOST_SENTENCES,
    is_readable,
    normalise,
    sentences,
)

# Where one message may hold two wishes: a sentence end, or a joining word of any shipped language.
_JOINT: Final = re.compile(
    r"(?<=[.!?。])\s*|[,;，、]\s*|\s+(?:and|then|also|plus|und|dann|außerdem|y|luego|et|puis|e|poi|depois|en|dan|i|oraz|"
    r"potem|ve|sonra|и|потом|а также|و|ثم)\s+|然后|然後|并且|並且|再|して、|てから|그리고|하고\s|แล้วก็|และ|แล้ว"
)
_CLEAR: Final = 0.6
_TRACE: Final = 0.2
_WHOLE: Final = 0.5


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

    def understand_many(self, messages: Sequence[tuple[str, str | None]]) -> list[Understood]:
        """The same for many at once: one pass through the encoder."""
        texts = [normalise(text) for text, _ in messages]
        langs = [language.detect(text, self._head, known) for text, (_, known) in zip(texts, messages, strict=True)]
        tongues = [lang or known for lang, (_, known) in zip(langs, messages, strict=True)]
        parts = [_parts(text) for text in texts]
        flat = [part for own in parts for part in own]
        flat_tongues = [tongue for tongue, own in zip(tongues, parts, strict=True) for _ in own]
        if not flat:
            return [_understood(unreadable(), lang, ()) for lang in langs]
        probabilities = self._head.probabilities(features.dense(flat, flat_tongues), flat)
        results, at = [], 0
        for text, own, lang, tongue in zip(texts, parts, langs, tongues, strict=True):
            rows = probabilities[at : at + len(own)]
            at += len(own)
            if not own:
                results.append(_understood(unreadable(), lang, ()))
                continue
            marks, whole = cues.find(text, tongue), _together(text, own, rows)
            choice = decide(whole, marks)
            wishes = _intents(choice, own[1:], rows[1:], tongue)
            # A piece may lose the "don't" or the "keep": deletion must also stand in the message as a whole.
            if vetoes(marks) or whole[INDEX[DELETE]] < _TRACE:
                wishes = tuple(wish for wish in wishes if wish != DELETE or wish == choice.label)
            results.append(_understood(choice, lang, wishes))
        return results


def _understood(choice: Choice, lang: str | None, intents: tuple[str, ...]) -> Understood:
    return Understood(
        choice.label, choice.confidence, choice.alternatives, choice.decision, lang, intents or (choice.label,)
    )


def _parts(text: str) -> list[str]:
    """What is encoded of a message: the whole, then its sentences if it is very long, or its joined wishes."""
    if not is_readable(text):
        return []
    if len(text) > LONG_MESSAGE:
        found = sentences(text)
        return [text[:LONGEST_REMARK], *found[: MOST_SENTENCES // 2], *found[MOST_SENTENCES // 2 :][-MOST_SENTENCES // 2 :]]
    pieces = [piece.strip() for piece in _JOINT.split(text) if piece and len(piece.strip()) > 5]
    return [text, *pieces[:4]] if 2 <= len(pieces) <= 4 else [text]


def _together(text: str, own: list[str], rows: Array) -> Array:
    """A short message counts as a whole. In a very long one the sentences that say something outvote the padding."""
    if len(text) <= LONG_MESSAGE or len(own) == 1:
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
        part = decide(row, cues.find(piece, tongue))
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
