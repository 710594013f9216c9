"""From probabilities to what the bot does: answer, offer, ask back, or admit that it does not know.

Rules, in this order; the first that speaks wins. An action is only ever offered, never done.
1. Nothing readable: abstain.
2. Taking the account away cannot be repaired. It is offered only when the text names an account and its end, nothing
   in it asks (a question mark, a question word of any language it may be written in), negates, speaks of somebody
   else, of another product or takes something back, and no other meaning comes near. Otherwise the person chooses.
3. Any other action that is only asked about, or negated, is asked back.
4. Off-topic or unsure: abstain or ask, with the nearest topics.
5. Sure: answer a question, offer an action.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.core.understanding.cues import (
    Cues,
    asked_in_any_language,
    speaks_of_closing,
    speaks_of_something_else,
)
from bot.core.understanding.features import Array
from bot.core.understanding.labels import ACTIONS, INDEX, LABELS, QUESTION_BEHIND, is_action

DELETE: Final = "do_delete_account"
SHOWN: Final = 5

SURE: Final = 0.50
AHEAD: Final = 0.15
OFFER_DELETION: Final = 0.55
AHEAD_DELETION: Final = 0.3
GUESS: Final = 0.25
_ACTION_ROWS: Final = [INDEX[label] for label in ACTIONS]


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    decision: str


def vetoes(cues: Cues, text: str, lang: str | None) -> tuple[str, ...]:
    """Why this text must not lead straight to deleting an account, in words for a test or a log; empty: nothing."""
    reasons = {
        "only asking": cues.asking,
        "a question": cues.question_mark or cues.question or asked_in_any_language(text, lang),
        "negated": cues.negation,
        "somebody else": cues.third,
        "another product": cues.other_product,
        "taken back": cues.undo,
        "something else": speaks_of_something_else(text, lang),
        "no word for it": not speaks_of_closing(text, lang),
    }
    return tuple(reason for reason, speaks in reasons.items() if speaks)


def _ranked(probabilities: Array) -> list[tuple[str, float]]:
    order = sorted(range(len(LABELS)), key=lambda row: (-float(probabilities[row]), row))
    return [(LABELS[row], round(float(probabilities[row]), 4)) for row in order]


def _with_question_first(ranked: list[tuple[str, float]], action: str) -> list[tuple[str, float]]:
    """The question behind a request is always among the choices shown with it."""
    behind = QUESTION_BEHIND[action]
    place = next(at for at, (label, _) in enumerate(ranked) if label == behind)
    if place >= SHOWN:
        ranked = [*ranked[: SHOWN - 1], ranked[place]]
    return ranked


def _topics_only(ranked: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """The nearest topics of a text that asks for nothing here: a question where a request stood, no action at all."""
    topics: dict[str, float] = {}
    for label, share in ranked:
        topics.setdefault(QUESTION_BEHIND.get(label, label), share)
    return tuple(topics.items())[:SHOWN]


def decide(probabilities: Array, cues: Cues, text: str, lang: str | None = None) -> Choice:
    """What to do with one message; `label` is the best single label even when the decision is to ask or abstain."""
    ranked = _ranked(probabilities)
    label, confidence = ranked[0]
    ahead = confidence - ranked[1][1]
    if is_action(label):
        ranked = _with_question_first(ranked, label)
    shown = tuple(ranked[:SHOWN])

    if label == DELETE:
        ok = confidence >= OFFER_DELETION and ahead >= AHEAD_DELETION and not vetoes(cues, text, lang)
        return Choice(label, confidence, shown, "offer" if ok else "ask")
    if is_action(label):
        only_asked = cues.asking or (cues.question_mark and not cues.request)
        sure = confidence >= SURE and ahead >= AHEAD and not only_asked
        return Choice(label, confidence, shown, "offer" if sure else "ask")
    if label == "out_of_scope" or confidence < GUESS:
        return Choice(label, confidence, _topics_only(ranked) if label == "out_of_scope" else shown, "abstain")
    sure = confidence >= SURE or ahead >= AHEAD
    return Choice(label, confidence, shown, "answer" if sure else "ask")


def unreadable() -> Choice:
    """What is said to an empty message, a picture or a lone sign: nothing is guessed, nothing is offered."""
    topics = ("out_of_scope", "greeting", "thanks", "user_rights_overview", "data_collected")
    return Choice("out_of_scope", 1.0, tuple((topic, float(topic == "out_of_scope")) for topic in topics), "abstain")


# In which order two wishes of one message are served: first what must happen before something disappears.
_ORDER: Final = (
    "do_cancel_deletion", "do_rectify", "do_export", "do_request_status", "do_opt_out", "do_opt_in", "do_restrict",
    "do_object", "do_delete_conversation", "do_clear_history", "do_delete_account", "do_change_language",
    "do_contact_human",
)  # fmt: skip


def in_sensible_order(labels: list[str]) -> tuple[str, ...]:
    """Answers as asked, then actions with exporting before erasing; each once."""
    unique = list(dict.fromkeys(labels))
    return tuple(sorted(unique, key=lambda label: _ORDER.index(label) + 1 if label in _ORDER else 0))
