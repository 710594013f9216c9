"""Whatever is sent, what reaches the encoder is what a person would see."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.understanding.normalise import LONGEST_TEXT, is_readable, normalise, plain, sentences

any_text = st.text(alphabet=st.characters(codec=None), max_size=300)  # lone surrogates too


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("dеlеtе my ассount", "delete my account"),  # Cyrillic look-alikes
        ("де\u200bлит", "делит"),
        ("ｄｅｌｅｔｅ", "delete"),
        ("del\u00adete \u202emy\u202c data", "delete my data"),
        ("pleeeease d e l e t e it!!!", "please delete it!"),
        ("<b>Delete</b>&nbsp;it", "Delete it"),
        ("d3lete my acc0unt", "delete my account"),
        ("soc2 type ii, sha256", "soc2 type ii, sha256"),
        ("не удаляйте мой aккаунт", "не удаляйте мой аккаунт"),
        ("هل تحذفون؟", "هل تحذفون?"),
        ("👍🏽❤️", ""),
        ("see https://example.org/a?b=c now", "see now"),
    ],
)
def test_disguises_come_off(sent: str, seen: str) -> None:
    assert normalise(sent) == seen


@given(any_text)
def test_nothing_invisible_is_left(text: str) -> None:
    clean = normalise(text)
    assert len(clean) <= LONGEST_TEXT
    assert not {unicodedata.category(char) for char in clean} & {"Cc", "Cf", "Cs", "Co"}
    clean.encode("utf-8")


@given(any_text)
def test_sentences_lose_no_letter(text: str) -> None:
    clean = normalise(text)
    letters = "".join(char for char in clean if char.isalnum())
    assert "".join(char for part in sentences(clean) for char in part if char.isalnum()) == letters


@settings(deadline=None, max_examples=30)
@given(st.text(min_size=1, max_size=6), st.integers(1000, 4096))
def test_a_flood_takes_linear_time(piece: str, times: int) -> None:
    start = time.perf_counter()
    normalise((piece * times)[:4096])
    assert time.perf_counter() - start < 0.25


def test_a_question_at_the_end_of_a_flood_is_kept() -> None:
    assert "where are your servers" in normalise("buy now! " * 400 + "where are your servers?")


def test_the_question_mark_stays_for_the_cues_and_leaves_for_the_encoder() -> None:
    assert normalise("¿Borráis?？") == "¿Borráis?"
    assert plain("¿Borráis?") == "borráis"


@pytest.mark.parametrize("text", ["", "🙂🙂", "?!?!", "Ποιος είσαι", "आज क्या है"])
def test_what_nobody_here_can_read_is_said_to_be_unreadable(text: str) -> None:
    assert not is_readable(normalise(text))
