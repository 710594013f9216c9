"""Two things in one message get both, in an order that loses nothing."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.understanding.cues import find
from bot.core.understanding.decision import in_sensible_order
from bot.core.understanding.normalise import is_readable, normalise
from bot.core.understanding.parts import MOST_TOKENS, parts_of, tokens_of
from bot.core.understanding.understanding import Understanding

LINES = [
    line.split(" ", 3)
    for line in (Path(__file__).parent / "two_wishes.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_most_messages_with_two_wishes_get_both(understanding: Understanding) -> None:
    """Forty messages in eight languages; what is missed is missed towards fewer actions, never towards others."""
    found = [understanding.understand(text, lang).intents for lang, _, _, text in LINES]
    assert len(LINES) == 40
    assert np.mean([intents == (one, two) for intents, (_, one, two, _) in zip(found, LINES, strict=True)]) >= 0.75
    strange = [(text, i) for i, (_, one, two, text) in zip(found, LINES, strict=True) if not set(i) <= {one, two}]
    assert len(strange) <= 2, strange


def test_one_wish_stays_one(understanding: Understanding) -> None:
    texts = ["Please delete all my chats and conversations.", "Send me a copy of my data, please.", "Löscht mein Konto, bitte."]
    assert [len(understanding.understand(text).intents) for text in texts] == [1, 1, 1]


def test_exporting_comes_before_anything_that_erases() -> None:
    assert in_sensible_order(["do_delete_account", "do_export", "do_delete_account"]) == ("do_export", "do_delete_account")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=600))
def test_no_text_costs_more_than_the_budget(text: str) -> None:
    """About: every piece is rounded up to the two tokens that frame it, and written in at most two spellings."""
    clean = normalise(text)
    if is_readable(clean):
        parts = parts_of(clean, find(clean, None))
        spellings = 2 if parts.careful else 1
        spent = sum(tokens_of(part) for part in parts.texts) + (spellings - 1) * tokens_of(parts.whole)
        assert spent <= 1.5 * MOST_TOKENS
