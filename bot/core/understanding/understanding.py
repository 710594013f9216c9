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
from bot.core.understanding.labels import ACTIONS, INDEX, LABELS, OUT, SMALL_TALK, is_action
from bot.core.understanding.normalise import (
    LONG_MESSAGE,
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
_MOST_CLAUSES: Final = 5
_REMARK: Final = 300
_ACTIONS: Final = [INDEX[label] for label in ACTIONS]
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
        wholes = [[_short(text), *_sentences(text)] if is_readable(text) else [] for text in texts]
        rows = self._rows(wholes, tongues, careful=True)
        # Only a message that may wish for something is searched for a second wish: it costs as much again.
        wishes = [
            _wishes(text) if len(own) and own[0, _ACTIONS].sum() >= _TRACE else []
            for text, own in zip(texts, rows, strict=True)
        ]
        wish_rows = self._rows(wishes, tongues, careful=False)
        results = []
        for text, parts, own, pieces, extra, lang, tongue in zip(
            texts, wholes, rows, wishes, wish_rows, langs, tongues, strict=True
        ):
            if not parts:
                results.append(_understood(unreadable(), lang, ()))
                continue
            marks, whole = cues.find(text, tongue), _together(parts, own)
            choice = decide(whole, marks)
            intents = _intents(choice, pieces, extra, tongue)
            # A piece may lose the "don't" or the "keep": deletion must also stand in the message as a whole.
            if vetoes(marks) or whole[INDEX[DELETE]] < _TRACE:
                intents = tuple(wish for wish in intents if wish != DELETE or wish == choice.label)
            results.append(_understood(choice, lang, intents))
        return results

    def _rows(self, groups: list[list[str]], tongues: list[str | None], *, careful: bool) -> list[Array]:
        """Probabilities of every text of every group, by one pass through encoder and head."""
        flat = [text for group in groups for text in group]
        if not flat:
            return [np.zeros((0, len(LABELS)), dtype=np.float32) for _ in groups]
        spoken = [tongue for tongue, group in zip(tongues, groups, strict=True) for _ in group]
        sparing = [not careful or at > 0 or len(t) >= _REMARK for group in groups for at, t in enumerate(group)]
        every = self._head.probabilities(features.dense(flat, spoken, sparing), flat)
        ends = np.cumsum([len(group) for group in groups])
        return [every[end - len(group) : end] for end, group in zip(ends, groups, strict=True)]


def _understood(choice: Choice, lang: str | None, intents: tuple[str, ...]) -> Understood:
    return Understood(
        choice.label, choice.confidence, choice.alternatives, choice.decision, lang, intents or (choice.label,)
    )


def _short(text: str) -> str:
    """Both ends of a long message: what it is about and what it asks for."""
    return text if len(text) <= _REMARK else f"{text[: _REMARK // 2]} {text[-_REMARK // 2 :]}"


def _sentences(text: str) -> list[str]:
    """The sentences of a long message, a few of both ends; a short one is understood as a whole."""
    if len(text) <= LONG_MESSAGE:
        return []
    found = sentences(text)
    half = MOST_SENTENCES // 2
    return [*found[:half], *found[half:][-half:]] if len(found) > 1 else []


def _wishes(text: str) -> list[str]:
    """The clauses of a message that may each wish for something."""
    pieces = [piece.strip() for piece in _JOINT.split(text) if piece and len(piece.strip()) > 5]
    return pieces if 2 <= len(pieces) <= _MOST_CLAUSES else []


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
