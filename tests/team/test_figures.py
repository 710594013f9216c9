"""Figures for the team: counts and times of all regions, as a picture with its key numbers, and nothing that points at a person."""

from __future__ import annotations

import io
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from bot.core import cases, questions
from bot.core.cases import Right, Step
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.core.support import figures
from bot.core.support.figures import Figures, State, Took
from bot.telegram.charts import CAPTION_LIMIT, draw_sheet
from bot.telegram.team.figure_words import caption, charts, told
from bot.telegram.texts import speaking
from tests.flows.test_status import given_case, meet
from tests.stage import Stage


async def given_work(stage: Stage) -> None:
    """Four cases: open, waiting, done after ten days, refused; and some questions."""
    await meet(stage)
    refs = [await given_case(stage, Right.QUESTION) for _ in range(4)]
    await stage.settle()
    stage._outputs.clear()

    def go_on(tx: Tx) -> None:
        cases.move(tx, tx.cases.get(id=refs[1]), Step.ASK, reason="clarification")
        for _ in range(5):
            questions.count(tx, "training_use", "en", "high")
        questions.count(tx, "encryption", "de", "low")
        questions.count(tx, "training_use", "en", "answer", what="not_helped")
        questions.count(tx, "greeting", "en", "high")

    await stage.core.database.write(go_on)
    stage.clock.move(timedelta(days=10))

    def finish(tx: Tx) -> None:
        cases.move(tx, tx.cases.get(id=refs[2]), Step.FINISH)
        cases.move(tx, tx.cases.get(id=refs[3]), Step.REFUSE, reason="unfounded")

    await stage.core.database.write(finish)
    await stage.settle()
    stage._outputs.clear()


async def test_figures_come_as_a_picture_with_their_key_numbers(stage: Stage) -> None:
    """Small counts of questions are not told; what came in before the period does not count."""
    await stage.given_team()
    await given_work(stage)
    await stage.plays("""
        anna in Desk: /stats
        bot in Desk: (file) Figures of the last 30 days Cases: 4 · open: 1 · waiting for the person: 1 · done: 1 · refused: 1 · taken back: 0 Overdue now: 0 Half were acknowledged within 1 second (0% of the promised time) Half were fulfilled within 1 week (33% of the promised time) Questions: 6 · not answered well: <3 Languages: English 5 and German <3
        anna in Desk: /stats 5
        bot in Desk: Figures of the last 5 days Cases: 0 ... Questions: 0 · not answered well: 0
        mallory in Desk: /stats
        bot in Desk: You do not have the role for this; it takes: ... The attempt was recorded.
    """)
    picture = next(message for message in stage.world.group("Desk").messages.values() if message.file is not None)
    height, width, _colours = imread(io.BytesIO(picture.file.content)).shape
    assert width == 1760 and height > 500, "four charts in two columns"


def test_where_the_font_lacks_a_script_each_chart_has_its_key() -> None:
    """And every caption fits."""
    policy = load_policy()
    found = Figures(
        {("ASK", State.OPEN): 3},
        1,
        {"fulfil": (Took(60.0, 0.1), Took(90.0, 0.2))},
        {(topic, "zh_Hans"): 5 for topic in policy.topics},
        {(topic, locale): 4 for topic in policy.topics for locale in ("zh_Hans", "th", "ar")},
    )
    for locale, pictures in (("en", 1), ("zh_Hans", 4), ("th", 4), ("ar", 1)):
        with speaking(locale):
            drawn = draw_sheet(charts(policy, found))
            assert len(drawn) == pictures
            assert all(len(picture.caption.plain) <= CAPTION_LIMIT for picture in drawn)
            assert len(caption(found, 30).plain) <= CAPTION_LIMIT


@given(st.integers(0, 10_000))
def test_a_count_that_could_point_at_somebody_is_not_told(count: int) -> None:
    """One and two look the same."""
    with speaking("en"):
        assert (told(count) == "<3") == (count in (1, 2))


@given(st.lists(st.tuples(st.sampled_from(["ASK", "EXP"]), st.sampled_from(list(State)), st.integers(0, 5)), max_size=8), st.integers(0, 8))
def test_two_regions_together_are_the_sum_of_both(rows: list[tuple[str, State, int]], cut: int) -> None:
    """However the cases lie in them."""

    def of(part: list[tuple[str, State, int]]) -> Figures:
        return sum((Figures({(right, state): count}, count, {"fulfil": (Took(count, 0.5),)}) for right, state, count in part), Figures())

    both = of(rows[:cut]) + of(rows[cut:])
    assert dict(both.cases) == dict(of(rows).cases)
    assert both.overdue == sum(count for _right, _state, count in rows)
    assert both.middle("fulfil") == of(rows).middle("fulfil")


async def test_what_was_not_answered_is_counted_once(stage: Stage) -> None:
    """Hardly understood, not in the policy, or not helpful."""

    def ask(tx: Tx) -> Figures:
        questions.count(tx, "not_in_policy", "en", "high")
        questions.count(tx, "encryption", "en", "low")
        questions.count(tx, "encryption", "en", "high")
        questions.count(tx, "encryption", "en", "answer", what="not_helped")
        return figures.read(tx, tx.clock.now() - timedelta(days=1))

    found = await stage.core.database.write(ask)
    assert dict(found.unanswered) == {("not_in_policy", "en"): 1, ("encryption", "en"): 2}
    assert dict(found.asked) == {("not_in_policy", "en"): 1, ("encryption", "en"): 2}
