"""The laws of durable work, held against every order of events that Hypothesis thinks of.

Two workers on one real database, each with its own connection. Either may be killed, stall past its lease, or lose a
commit (a real one: a deferred constraint makes the database refuse it); the clock only moves forward.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.core import work
from bot.core.ports import Tx
from bot.core.work import FencedError, Work, WorkState
from tests.core.work.workshop import (
    KILLED,
    REFUSED,
    WELL,
    WORKERS,
    CommitRefused,
    FileWorkshop,
    Killed,
    ServerWorkshop,
    Workshop,
    affect,
    alarm,
    furnish,
)
from tests.databases import BOTH, SQLITE, Databases

T = TypeVar("T")
STEPS = ("first", "second", "third")
SOMEBODY = st.sampled_from(WORKERS)
FATES = st.sampled_from((WELL, WELL, WELL, KILLED, REFUSED))


class Engineering(RuleBasedStateMachine):
    """Schedules, claims, steps, failures, deaths: and what must hold after each."""

    def __init__(self, shop: Workshop) -> None:
        super().__init__()
        self.shop = shop
        self.clock = self.shop.clock
        self.wanted: set[str] = set()
        self.hands: dict[str, list[Work]] = {"ann": [], "ben": []}
        self.fence: dict[str, int] = {}
        self.idle_claims: dict[str, int] = {}

    def teardown(self) -> None:
        try:
            self._everything_ends()
        finally:
            self.shop.close()

    def _survives(self, unit: Callable[[Tx], T], by: str, fate: str) -> tuple[bool, T | None]:
        """Whether the transaction was committed, and its result. A killed worker forgets what it held."""
        try:
            return True, self.shop.do(unit, by=by, fate=fate)
        except Killed:
            self.hands[by].clear()
        except CommitRefused:
            pass
        return False, None

    # ------------------------------------------------------------------ what may happen

    @initialize()
    def some_work(self) -> None:
        self.schedule(0, WELL)

    @rule(delay=st.integers(0, 90), fate=FATES)
    def schedule(self, delay: int, fate: str) -> None:
        due = self.clock.now() + timedelta(seconds=delay)
        committed, new = self._survives(lambda tx: work.schedule(tx, "job", "ref", due), "ann", fate)
        if committed and new is not None:
            self.wanted.add(new)

    @rule(seconds=st.sampled_from((1, 4, int(work.LEASE.total_seconds()), 100, 4000)))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    @rule(by=SOMEBODY, limit=st.integers(1, 3), fate=FATES)
    def claim(self, by: str, limit: int, fate: str) -> None:
        before = self.shop.work()
        committed, taken = self._survives(lambda tx: work.claim(tx, limit=limit, alarm=alarm), by, fate)
        if not committed or taken is None:
            return
        for item in taken:
            was = before[item.id]
            assert was.state == WorkState.WAITING
            assert was.due_at <= self.clock.now(), "claimed before it was due, or while another held it"
            assert was.fence == self.fence.get(item.id, 0)
            self.fence[item.id] = item.fence
            self.idle_claims[item.id] = self.idle_claims.get(item.id, 0) + 1
        self.hands[by].extend(taken)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=SOMEBODY)
    def stalls_past_the_lease(self, by: str) -> None:
        """What one holds, the other takes over: both think that it is theirs."""
        self.clock.move(work.LEASE)
        self.claim("ben" if by == "ann" else "ann", 3, WELL)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=SOMEBODY, which=st.integers(0, 5), fate=FATES)
    def take_a_step(self, by: str, which: int, fate: str) -> None:
        item = self._held(by, which)
        if item is None or item.step == STEPS[-1]:
            return
        step = STEPS[STEPS.index(item.step) + 1] if item.step else STEPS[0]

        def one_step(tx: Tx) -> Work:
            affect(tx, item, step)
            return work.advance(tx, item, step, last=step)

        newer = self._as_holder(one_step, by, item, fate)
        if newer is not None:
            self.idle_claims[item.id] = 0
            self.hands[by].append(newer)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=SOMEBODY, which=st.integers(0, 5), fate=FATES)
    def finish(self, by: str, which: int, fate: str) -> None:
        item = self._held(by, which)
        if item is not None and item.step == STEPS[-1]:
            self._as_holder(lambda tx: work.finish(tx, item), by, item, fate)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=SOMEBODY, which=st.integers(0, 5), fate=FATES)
    def fail(self, by: str, which: int, fate: str) -> None:
        item = self._held(by, which)
        if item is not None:
            self._as_holder(lambda tx: work.fail(tx, item, "SomeError", alarm), by, item, fate)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=SOMEBODY, which=st.integers(0, 5), fate=FATES)
    def beat(self, by: str, which: int, fate: str) -> None:
        item = self._held(by, which)
        if item is None:
            return

        def sign_of_life(tx: Tx) -> Work:
            work.beat(tx, item)
            return item

        newer = self._as_holder(sign_of_life, by, item, fate)
        if newer is not None:
            self.hands[by].append(newer)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=SOMEBODY, which=st.integers(0, 5), seconds=st.integers(1, 50), fate=FATES)
    def postpone(self, by: str, which: int, seconds: int, fate: str) -> None:
        item = self._held(by, which)
        if item is None:
            return
        until = self.clock.now() + timedelta(seconds=seconds)
        committed, _none = self._fenced_or(lambda tx: work.postpone(tx, item, until), by, item, fate)
        if committed:
            self.idle_claims[item.id] = 0

    @rule(by=SOMEBODY)
    def is_killed(self, by: str) -> None:
        self.hands[by].clear()

    @precondition(lambda self: bool(self.wanted))
    @rule(which=st.integers(0, 5))
    def is_cancelled(self, which: int) -> None:
        chosen = sorted(self.wanted)[which % len(self.wanted)]
        self.shop.do(lambda tx: tx.work.update({"id": chosen, "state": WorkState.WAITING.value}, kind="unwanted"))
        self.shop.do(lambda tx: work.cancel(tx, "unwanted", "ref"))
        if chosen not in self.shop.work():
            self.wanted.discard(chosen)

    @rule(by=SOMEBODY)
    def never_works(self, by: str) -> None:
        """A job that dies of the same thing every time ends dead, and somebody hears of it."""
        committed, new = self._survives(lambda tx: work.schedule(tx, "poison", "ref"), by, WELL)
        assert committed
        assert new is not None
        self.wanted.add(new)
        kinds = ("poison",)
        for _ in range(work.ATTEMPTS_BEFORE_DEAD + 2):
            for item in self.shop.do(lambda tx: work.claim(tx, kinds=kinds, limit=50, alarm=alarm), by=by):
                self.fence[item.id] = item.fence
                self.idle_claims[item.id] = self.idle_claims.get(item.id, 0) + 1
            self.clock.move(timedelta(hours=1))  # it died without a word; its lease ends
        assert self.shop.work()[new].state == WorkState.DEAD

    # ------------------------------------------------------------------ who may write

    def _held(self, by: str, which: int) -> Work | None:
        return self.hands[by].pop(which % len(self.hands[by])) if self.hands[by] else None

    def _fenced_or(self, unit: Callable[[Tx], T], by: str, item: Work, fate: str) -> tuple[bool, T | None]:
        before, effects = self.shop.work(), self.shop.effects()
        rightful = before.get(item.id)
        mine = rightful is not None and rightful.fence == item.fence and rightful.state == WorkState.WAITING
        try:
            committed, result = self._survives(unit, by, fate)
        except FencedError:
            assert not mine, "the rightful holder was refused"
            committed, result = False, None
        else:
            assert mine or not committed, "somebody wrote who had lost the work"
        if not committed:
            assert self.shop.work() == before
            assert self.shop.effects() == effects
        return committed, result

    def _as_holder(self, unit: Callable[[Tx], T], by: str, item: Work, fate: str) -> T | None:
        committed, result = self._fenced_or(unit, by, item, fate)
        return result if committed else None

    # ------------------------------------------------------------------ the laws

    @invariant()
    def every_step_has_its_effect_once_and_in_order(self) -> None:
        seen: dict[str, list[str]] = {}
        for item, step in self.shop.effects():
            seen.setdefault(item, []).append(step)
        for steps in seen.values():
            assert tuple(steps) == STEPS[: len(steps)]
        for item in self.shop.work().values():
            done = seen.get(item.id, [])
            assert item.step == (done[-1] if done else "")
            assert item.checkpoint.get("last", "") == item.step

    @invariant()
    def nothing_is_lost(self) -> None:
        assert set(self.shop.work()) == self.wanted

    @invariant()
    def dead_means_tried_often_and_told_once(self) -> None:
        dead = {item.id: item for item in self.shop.work().values() if item.state == WorkState.DEAD}
        alarms = self.shop.alarms()
        assert sorted(alarms) == sorted(dead)
        for item in dead.values():
            assert self.idle_claims[item.id] >= work.ATTEMPTS_BEFORE_DEAD
            assert item.error

    def _everything_ends(self) -> None:
        """Whatever happened so far: one worker that stays alive brings all of it to its end."""
        while (due := self.shop.do(work.next_due)) is not None:
            self.clock.move(max(due - self.clock.now(), timedelta(0)))
            for claimed in self.shop.do(lambda tx: work.claim(tx, alarm=alarm)):
                self.idle_claims[claimed.id] = self.idle_claims.get(claimed.id, 0) + 1
                item = claimed
                for step in STEPS[STEPS.index(item.step) + 1 if item.step else 0 :]:
                    self.shop.do(lambda tx, item=item, step=step: affect(tx, item, step))  # type: ignore[misc]
                    item = self.shop.do(lambda tx, step=step, item=item: work.advance(tx, item, step, last=step))  # type: ignore[misc]
                self.shop.do(lambda tx, item=item: work.finish(tx, item))  # type: ignore[misc]
        for item in self.shop.work().values():
            assert item.state in (WorkState.DONE, WorkState.DEAD)
            if item.state == WorkState.DONE:
                assert item.step == STEPS[-1]
        self.every_step_has_its_effect_once_and_in_order()
        self.nothing_is_lost()
        self.dead_means_tried_often_and_told_once()


@pytest.mark.parametrize("kind", BOTH)
def test_work_is_done_once_whatever_happens(kind: str, databases: Databases) -> None:
    """Every law, after every event, on both databases."""
    if kind == SQLITE:
        often = settings(max_examples=40, stateful_step_count=40, deadline=None)
        run_state_machine_as_test(lambda: Engineering(FileWorkshop()), settings=often)
        return
    server = databases.server()
    name = asyncio.run(server.create())
    asyncio.run(databases.on(server.url(name), furnish))
    seldom = settings(max_examples=12, stateful_step_count=40, deadline=None)
    run_state_machine_as_test(lambda: Engineering(ServerWorkshop(server.url(name))), settings=seldom)
    asyncio.run(server.drop(name))
