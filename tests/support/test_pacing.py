"""Telegram's limits, as laws."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pacing import GROUP_MESSAGES, GROUP_SECONDS, LEFT_FREE, Pacer


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


@given(st.lists(st.tuples(st.floats(0.05, 5), st.sampled_from([0, 1, 2, 2, 2, 2, 2])), min_size=30, max_size=120))
def test_what_is_urgent_never_waits_for_what_is_not(steps: list[tuple[float, int]]) -> None:
    """Six messages a minute are kept free of new rooms, three of changed ones; what waits with a rank lets the others by."""
    pacer, now, urgent, sent = Pacer(), 0.0, [], []  # type: ignore[var-annotated]
    for pause, rank in steps:
        now += pause
        wait = pacer.wait_for(-1, group=True, now=now, rank=rank)
        if rank == 0 and sum(now - at < GROUP_SECONDS for at in urgent) < LEFT_FREE[1]:
            assert wait == 0
        if wait == 0:
            pacer.sent(-1, group=True, now=now)
            sent.append(now)
            urgent += [now] if rank == 0 else []
    for position in range(len(sent) - GROUP_MESSAGES):
        assert sent[position + GROUP_MESSAGES] - sent[position] >= GROUP_SECONDS - 1e-6


def test_the_limit_is_the_chats_whoever_speaks_there() -> None:
    """Two regions have two lanes for one group, and one limit."""
    pacer = Pacer()
    for _ in range(GROUP_MESSAGES):
        assert pacer.wait_for(-7, group=True, now=0) == 0
        pacer.sent(-7, group=True, now=0)
    assert pacer.wait_for(-7, group=True, now=30) == GROUP_SECONDS - 30
    assert pacer.wait_for(-8, group=True, now=30) == 0
