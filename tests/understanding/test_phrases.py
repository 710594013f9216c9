"""The example phrases are complete, in their format, and the shipped head was trained on exactly them."""

from pathlib import Path

import pytest

from bot.core.understanding import head
from bot.core.understanding.labels import ACTIONS, FAQ, INDEX, LABELS, QUESTION_BEHIND, Group, group_of
from bot.core.understanding.phrases import (
    LANGUAGES,
    Phrase,
    PhraseFileError,
    conflicts,
    digest_of_phrases,
    missing_sections,
    read_phrases,
)


def test_every_label_has_phrases_in_every_language(phrases: list[Phrase]) -> None:
    assert missing_sections(phrases) == []


def test_no_phrase_stands_under_two_labels(phrases: list[Phrase]) -> None:
    assert conflicts(phrases) == []


def test_the_shipped_head_was_trained_on_these_phrases() -> None:
    """Fails when a phrase changed: run `python -m bot.core.understanding.train`."""
    assert head.load().digest == digest_of_phrases()


def test_the_shipped_head_is_small() -> None:
    assert head.PATH.stat().st_size <= 2 * 2**20


def test_there_are_forty_six_labels_and_selling_data_is_a_question() -> None:
    assert len(LABELS) == len(INDEX) == 46
    assert group_of("do_not_sell") is Group.FAQ
    assert set(ACTIONS) == set(QUESTION_BEHIND)
    assert set(FAQ).isdisjoint(ACTIONS)


def test_variants_of_one_idea_share_a_family(tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text("# x\n[thanks]\ndanke | Danke dir\nmerci\n", encoding="utf-8")
    one, two, three = read_phrases(tmp_path)
    assert one.family == two.family != three.family


def test_a_line_of_a_mixed_file_names_its_language(tmp_path: Path) -> None:
    (tmp_path / "_hard.txt").write_text("[thanks]\n@ja ありがとう\ncheers\n", encoding="utf-8")
    assert [phrase.lang for phrase in read_phrases(tmp_path)] == ["ja", "en"]


@pytest.mark.parametrize("text", ["hello\n", "[no_such_label]\nhello\n"])
def test_a_phrase_without_a_known_label_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "en.txt").write_text(text, encoding="utf-8")
    with pytest.raises(PhraseFileError, match=r"en\.txt:1"):
        read_phrases(tmp_path)


def test_every_shipped_language_has_a_file() -> None:
    assert {phrase.lang for phrase in read_phrases()} == set(LANGUAGES)
