"""Nobody is led to delete an account who did not ask for it: the one action that cannot be repaired."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.understanding.cues import asked_in_any_language, find, speaks_of_closing
from bot.core.understanding.decision import decide
from bot.core.understanding.labels import INDEX, LABELS
from bot.core.understanding.normalise import normalise
from bot.core.understanding.phrases import LANGUAGES, Phrase, read_phrases
from bot.core.understanding.understanding import Understanding, Understood

DELETE = "do_delete_account"
CERTAIN = np.zeros(len(LABELS), dtype=np.float32)
CERTAIN[INDEX[DELETE]] = 1.0
WISHES = [phrase for phrase in read_phrases() if phrase.label == DELETE]
ASKING = ["?", "？", "؟", " how", " من فين", " ازاي", "怎么", "怎麼", " なぜ", " 어떻게", " ยังไง", " как", "吗"]


def offers(understood: Understood) -> bool:
    return understood.decision == "offer" and DELETE in (understood.label, *understood.intents)


@settings(deadline=None)
@given(st.sampled_from(WISHES), st.sampled_from(ASKING))
def test_a_wish_turned_into_a_question_is_never_offered(wish: Phrase, asking: str) -> None:
    """However sure the head is, and in whatever language the question word stands."""
    text = normalise(f"{wish.text.rstrip('.!')}{asking}")
    assert decide(CERTAIN, find(text, wish.lang), text, wish.lang).decision == "ask"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80), st.sampled_from(LANGUAGES))
def test_without_a_word_for_it_nothing_is_offered(text: str, lang: str) -> None:
    if not speaks_of_closing(text, lang):
        assert decide(CERTAIN, find(text, lang), text, lang).decision == "ask"


@settings(deadline=None)
@given(st.sampled_from(WISHES), st.floats(0.3, 1.0), st.sampled_from([label for label in LABELS if label != DELETE]))
def test_a_second_meaning_that_comes_near_makes_it_a_choice(wish: Phrase, share: float, other: str) -> None:
    row = np.zeros(len(LABELS), dtype=np.float32)
    row[INDEX[DELETE]], row[INDEX[other]] = share, 1 - share
    choice = decide(row, find(wish.text, wish.lang), wish.text, wish.lang)
    if choice.decision == "offer" and choice.label == DELETE:
        assert share - (1 - share) >= 0.3 - 1e-3


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("delete account من فين", "ar"),
        ("delete account من فين", "en"),
        ("delete account怎么弄", "zh_Hans"),
        ("account löschen wo", "de"),
        ("как delete account", "ru"),
        ("เดี๋ยวนะ delete account ยังไง", "th"),
        ("Can you delete my account?", "en"),
        ("Do not delete my account", "en"),
        ("Löscht mein Konto bloß nicht", "de"),
        ("アカウントは消さないで", "ja"),
        ("别注销我的账号", "zh_Hans"),
        ("계정은 지우지 마세요", "ko"),
        ("hesabımı silmeyin", "tr"),
        ("لا تحذفوا حسابي", "ar"),
        ("nie usuwajcie mojego konta", "pl"),
        ("Não apaguem minha conta", "pt_BR"),
        ("อย่าลบบัญชีของฉัน", "th"),
        ("borra la cuenta de mi hermano", "es"),
        ("if I say delete my account, what happens", "en"),
        ("my friend told you to delete my account, is that so", "en"),
    ],
)
def test_questions_negations_and_other_people_get_a_choice_at_most(understanding: Understanding, text: str, lang: str) -> None:
    assert not offers(understanding.understand(text, lang))
    assert not offers(understanding.understand(text))


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Please delete my account and all my data.", "en"),
        ("Bitte löscht mein Konto mit allen Daten.", "de"),
        ("Borren mi cuenta definitivamente, por favor.", "es"),
        ("Supprimez mon compte et toutes mes données.", "fr"),
        ("Удалите мой аккаунт полностью.", "ru"),
        ("请注销我的账号并删除全部数据。", "zh_Hans"),
        ("アカウントを削除してください。", "ja"),
        ("계정을 삭제해 주세요.", "ko"),
    ],
)
def test_a_plain_wish_is_offered(understanding: Understanding, text: str, lang: str) -> None:
    assert offers(understanding.understand(text, lang))


def test_no_phrase_of_another_meaning_is_offered_deletion(understanding: Understanding, phrases: list[Phrase]) -> None:
    """A tenth of all phrases, each asked alone; the head has seen them, the vetoes have not."""
    others = [phrase for phrase in phrases if phrase.label != DELETE][::10]
    wrong = []
    for start in range(0, len(others), 64):
        batch = others[start : start + 64]
        meant = understanding.understand_many([(phrase.text, phrase.lang) for phrase in batch])
        wrong += [phrase.text for phrase, one in zip(batch, meant, strict=True) if offers(one)]
    assert wrong == []


def test_a_question_word_of_any_script_counts() -> None:
    assert asked_in_any_language("delete account من فين", "en")
    assert not asked_in_any_language("delete my account", "en")
