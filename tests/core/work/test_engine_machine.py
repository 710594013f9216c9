"""The laws of durable work, held against every order of events that Hypothesis thinks of.

Two workers on one real database file, each with its own connection. Either may be killed, stall past its lease, or lose a
commit (a real one: a deferred constraint makes the database refuse it); the clock only moves forward.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, Engine, create_engine

from bot.core import work
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.keys import Purpose
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.core.work import FencedError, Work, WorkState
from bot.storage.tables import metadata
from bot.storage.transaction import Transaction
from tests.stage import START

T = TypeVar("T")
STEPS = ("first", "second", "third")
WORKERS = st.sampled_from(("ann", "ben"))
FATES = st.sampled_from(("well", "well", "well", "killed inside", "commit refused"))
POLICY = load_policy()


class Killed(BaseException):
    """The process is gone in the middle of a transaction."""


def _template() -> bytes:
    """A database file with the engine's table, and what the test looks at."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.sqlite3"
        engine = _open(path)
        with engine.connect() as connection:
            metadata.tables["work"].create(connection)
            for table in (
                "effects (work TEXT NOT NULL, step TEXT NOT NULL)",
                "alarms (work TEXT NOT NULL)",
                "nobody (id INTEGER PRIMARY KEY)",
                "refused (x INTEGER REFERENCES nobody(id) DEFERRABLE INITIALLY DEFERRED)",
            ):
                connection.exec_driver_sql(f"CREATE TABLE {table}")
        engine.dispose()
        return path.read_bytes()


def _open(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")


_TEMPLATES: list[bytes] = []


class Engineering(RuleBasedStateMachine):
    """Schedules, claims, steps, failures, deaths: and what must hold after each."""

    def __init__(self) -> None:
        super().__init__()
        if not _TEMPLATES:
            _TEMPLATES.append(_template())
        self._folder = tempfile.mkdtemp(prefix="work-machine-")
        path = Path(self._folder) / "work.sqlite3"
        path.write_bytes(_TEMPLATES[0])
        self._engine = _open(path)
        self._connections: dict[str, Connection] = {name: self._engine.connect() for name in ("ann", "ben")}
        for connection in self._connections.values():
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
        self.clock = FixedClock(START)
        self.wanted: set[str] = set()
        self.hands: dict[str, list[Work]] = {"ann": [], "ben": []}
        self.fence: dict[str, int] = {}
        self.idle_claims: dict[str, int] = {}

    def teardown(self) -> None:
        try:
            self._everything_ends()
        finally:
            for connection in self._connections.values():
                connection.close()
            self._engine.dispose()
            shutil.rmtree(self._folder)

    # ------------------------------------------------------------------ transactions and their fates

    def _do(self, unit: Callable[[Tx], T], *, by: str = "ann", fate: str = "well") -> T:
        connection = self._connections[by]
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("BEGIN IMMEDIATE")
        try:
            tx = Transaction(connection, cast(Any, None), POLICY, self.clock, SystemRandomness(), Purpose.RIGHTS)
            result = unit(tx)
            if fate == "killed inside":
                raise Killed
            if fate == "commit refused":
                driver.execute("INSERT INTO refused VALUES (1)")
            driver.execute("COMMIT")
        except BaseException:
            driver.execute("ROLLBACK")
            raise
        return result

    def _survives(self, unit: Callable[[Tx], T], by: str, fate: str) -> tuple[bool, T | None]:
        """Whether the transaction was committed, and its result. A killed worker forgets what it held."""
        try:
            return True, self._do(unit, by=by, fate=fate)
        except Killed:
            self.hands[by].clear()
        except sqlite3.IntegrityError:
            pass
        return False, None

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connections["ann"].exec_driver_sql(sql).all()]

    def _work(self) -> dict[str, Work]:
        return {row.id: row for row in self._do(lambda tx: tx.work.select())}

    def _alarm(self, tx: Tx, item: Work) -> None:
        assert item.state == WorkState.DEAD
        cast(Transaction, tx).session.write("INSERT INTO alarms VALUES (?)", (item.id,))

    # ------------------------------------------------------------------ what may happen

    @initialize()
    def some_work(self) -> None:
        self.schedule(0, "well")

    @rule(delay=st.integers(0, 90), fate=FATES)
    def schedule(self, delay: int, fate: str) -> None:
        due = self.clock.now() + timedelta(seconds=delay)
        committed, new = self._survives(lambda tx: work.schedule(tx, "job", "ref", due), "ann", fate)
        if committed and new is not None:
            self.wanted.add(new)

    @rule(seconds=st.sampled_from((1, 4, int(work.LEASE.total_seconds()), 100, 4000)))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    @rule(by=WORKERS, limit=st.integers(1, 3), fate=FATES)
    def claim(self, by: str, limit: int, fate: str) -> None:
        before = self._work()
        committed, taken = self._survives(lambda tx: work.claim(tx, limit=limit, alarm=self._alarm), by, fate)
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

    def _holding(self, by: str) -> bool:
        return bool(self.hands[by])

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=WORKERS, which=st.integers(0, 5), fate=FATES)
    def take_a_step(self, by: str, which: int, fate: str) -> None:
        item = self._held(by, which)
        if item is None or item.step == STEPS[-1]:
            return
        step = STEPS[STEPS.index(item.step) + 1] if item.step else STEPS[0]

        def one_step(tx: Tx) -> Work:
            cast(Transaction, tx).session.write("INSERT INTO effects VALUES (?, ?)", (item.id, step))
            return work.advance(tx, item, step, last=step)

        newer = self._as_holder(one_step, by, item, fate)
        if newer is not None:
            self.idle_claims[item.id] = 0
            self.hands[by].append(newer)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=WORKERS, which=st.integers(0, 5), fate=FATES)
    def finish(self, by: str, which: int, fate: str) -> None:
        item = self._held(by, which)
        if item is not None and item.step == STEPS[-1]:
            self._as_holder(lambda tx: work.finish(tx, item), by, item, fate)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=WORKERS, which=st.integers(0, 5), fate=FATES)
    def fail(self, by: str, which: int, fate: str) -> None:
        item = self._held(by, which)
        if item is not None:
            self._as_holder(lambda tx: work.fail(tx, item, "SomeError", self._alarm), by, item, fate)

    @precondition(lambda self: any(self.hands.values()))
    @rule(by=WORKERS, which=st.integers(0, 5), fate=FATES)
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
    @rule(by=WORKERS, which=st.integers(0, 5), seconds=st.integers(1, 50), fate=FATES)
    def postpone(self, by: str, which: int, seconds: int, fate: str) -> None:
        item = self._held(by, which)
        if item is None:
            return
        until = self.clock.now() + timedelta(seconds=seconds)
        committed, _none = self._fenced_or(lambda tx: work.postpone(tx, item, until), by, item, fate)
        if committed:
            self.idle_claims[item.id] = 0

    @rule(by=WORKERS)
    def is_killed(self, by: str) -> None:
        self.hands[by].clear()

    @precondition(lambda self: bool(self.wanted))
    @rule(which=st.integers(0, 5))
    def is_cancelled(self, which: int) -> None:
        chosen = sorted(self.wanted)[which % len(self.wanted)]
        self._do(lambda tx: tx.work.update({"id": chosen, "state": WorkState.WAITING.value}, kind="unwanted"))
        self._do(lambda tx: work.cancel(tx, "unwanted", "ref"))
        if chosen not in self._work():
            self.wanted.discard(chosen)

    @rule(by=WORKERS)
    def never_works(self, by: str) -> None:
        """A job that dies of the same thing every time ends dead, and somebody hears of it."""
        committed, new = self._survives(lambda tx: work.schedule(tx, "poison", "ref"), by, "well")
        assert committed
        assert new is not None
        self.wanted.add(new)
        kinds = ("poison",)
        for _ in range(work.ATTEMPTS_BEFORE_DEAD + 2):
            for item in self._do(lambda tx: work.claim(tx, kinds=kinds, limit=50, alarm=self._alarm), by=by):
                self.fence[item.id] = item.fence
                self.idle_claims[item.id] = self.idle_claims.get(item.id, 0) + 1
            self.clock.move(timedelta(hours=1))  # it died without a word; its lease ends
        assert self._work()[new].state == WorkState.DEAD

    # ------------------------------------------------------------------ who may write

    def _held(self, by: str, which: int) -> Work | None:
        return self.hands[by].pop(which % len(self.hands[by])) if self.hands[by] else None

    def _fenced_or(self, unit: Callable[[Tx], T], by: str, item: Work, fate: str) -> tuple[bool, T | None]:
        before, effects = self._work(), self._rows("SELECT * FROM effects")
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
            assert self._work() == before
            assert self._rows("SELECT * FROM effects") == effects
        return committed, result

    def _as_holder(self, unit: Callable[[Tx], T], by: str, item: Work, fate: str) -> T | None:
        committed, result = self._fenced_or(unit, by, item, fate)
        return result if committed else None

    # ------------------------------------------------------------------ the laws

    @invariant()
    def every_step_has_its_effect_once_and_in_order(self) -> None:
        seen: dict[str, list[str]] = {}
        for item, step in self._rows("SELECT work, step FROM effects ORDER BY rowid"):
            seen.setdefault(item, []).append(step)
        for steps in seen.values():
            assert tuple(steps) == STEPS[: len(steps)]
        for item in self._work().values():
            done = seen.get(item.id, [])
            assert item.step == (done[-1] if done else "")
            assert item.checkpoint.get("last", "") == item.step

    @invariant()
    def nothing_is_lost(self) -> None:
        assert set(self._work()) == self.wanted

    @invariant()
    def dead_means_tried_often_and_told_once(self) -> None:
        dead = {item.id: item for item in self._work().values() if item.state == WorkState.DEAD}
        alarms = [row[0] for row in self._rows("SELECT work FROM alarms")]
        assert sorted(alarms) == sorted(dead)
        for item in dead.values():
            assert self.idle_claims[item.id] >= work.ATTEMPTS_BEFORE_DEAD
            assert item.error

    def _everything_ends(self) -> None:
        """Whatever happened so far: one worker that stays alive brings all of it to its end."""
        while (due := self._do(work.next_due)) is not None:
            self.clock.move(max(due - self.clock.now(), timedelta(0)))
            for claimed in self._do(lambda tx: work.claim(tx, alarm=self._alarm)):
                self.idle_claims[claimed.id] = self.idle_claims.get(claimed.id, 0) + 1
                item = claimed
                for step in STEPS[STEPS.index(item.step) + 1 if item.step else 0 :]:
                    self._do(
                        lambda tx, step=step: cast(Transaction, tx).session.write(  # type: ignore[misc]
                            "INSERT INTO effects VALUES (?, ?)", (claimed.id, step)
                        )
                    )
                    item = self._do(lambda tx, step=step, item=item: work.advance(tx, item, step, last=step))  # type: ignore[misc]
                self._do(lambda tx, item=item: work.finish(tx, item))  # type: ignore[misc]
        for item in self._work().values():
            assert item.state in (WorkState.DONE, WorkState.DEAD)
            if item.state == WorkState.DONE:
                assert item.step == STEPS[-1]
        self.every_step_has_its_effect_once_and_in_order()
        self.nothing_is_lost()
        self.dead_means_tried_often_and_told_once()


TestEngineering = Engineering.TestCase
TestEngineering.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
