"""Telegram's limits, as laws."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pacing import Pacer


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 3)), max_size=60))
def test_a_person_gets_at_most_one_message_a_second(steps: list[tuple[str, float]]) -> None:
    """However the messages come."""
    pacer, now, sent = Pacer(), 0.0, {"a": [], "b": []}  # type: ignore[var-annotated]
    for lane, pause in steps:
        now += pause
        now += pacer.wait_for(lane, group=False, now=now)
        pacer.sent(lane, group=False, now=now)
        sent[lane].append(now)
    for times in sent.values():
        assert all(later - earlier >= 1 - 1e-9 for earlier, later in zip(times, times[1:], strict=False))


@given(st.lists(st.floats(0, 5), min_size=21, max_size=80))
def test_a_group_gets_at_most_twenty_a_minute(pauses: list[float]) -> None:
    """In every window of a minute."""
    pacer, now, sent = Pacer(), 0.0, []  # type: ignore[var-annotated]
    for pause in pauses:
        now += pause
        now += pacer.wait_for("g", group=True, now=now)
        pacer.sent("g", group=True, now=now)
        sent.append(now)
    for position in range(len(sent) - 20):
        assert sent[position + 20] - sent[position] >= 60 - 1e-6


def test_retry_after_is_obeyed_to_the_second() -> None:
    """And only for the chat that was refused."""
    pacer = Pacer()
    pacer.refused("a", 17, now=100)
    assert pacer.wait_for("a", group=False, now=100) == 17
    assert pacer.wait_for("b", group=False, now=100) == 0
    assert pacer.wait_for("a", group=False, now=117) == 0
