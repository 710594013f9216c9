"""Laws of warnings: each mark of a case's time is noted once, at whatever rhythm the sweep comes, through pauses and new dates."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core import cases
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Step, clocks, marks
from bot.core.deadlines import DeadlineError
from bot.core.errors import PrivacyError
from bot.core.support import warnings
from tests.core.office import Office

_OFFICE: list[Office] = []


@pytest.fixture(scope="module", autouse=True)
def _office() -> Any:
    _OFFICE.append(Office())
    yield
    _OFFICE.pop().close()


class Machine(RuleBasedStateMachine):
    """One case that people work on. `noted` are the marks of its present date, by what the audit trail says."""

    def __init__(self) -> None:
        super().__init__()
        self.office = _OFFICE[-1]
        self.ref = ""
        self.before = 0
        """Entries that belong to an earlier date."""

    @precondition(lambda self: not self.ref)
    @rule(right=st.sampled_from([Right.QUESTION, Right.EXPORT, Right.OBJECTION]), place=st.sampled_from([None, "eu", "california", "china"]))
    def opens(self, right: Right, place: str | None) -> None:
        account = self.office.person(place=place)
        self.ref = self.office.do(lambda tx: cases.open_case(tx, account, right)).id

    @precondition(lambda self: self.ref)
    @rule(days=st.floats(0.01, 20))
    def time_passes(self, days: float) -> None:
        self.office.later(days=days)

    @precondition(lambda self: self.ref)
    @rule(times=st.integers(1, 3))
    def is_swept(self, times: int) -> None:
        before = self._noted()
        for _ in range(times):
            self.office.do(warnings.sweep)
        case = self._case()
        if case.is_closed:
            return
        passed = marks.passed(self.office.core.policy, case, self.office.clock.now())
        assert set(self._noted()[len(before) :]) <= set(passed), "none too early"
        assert case.warned >= max(passed, default=0), "none is left out"

    @precondition(lambda self: self.ref)
    @rule(step=st.sampled_from([Step.ASK, Step.ANSWER, Step.START, Step.FINISH, Step.REOPEN]), reason=st.sampled_from(["identity", "volume"]))
    def moves(self, step: Step, reason: str) -> None:
        case = self._case()
        try:
            self.office.do(lambda tx: cases.move(tx, case, step, reason=reason))
        except PrivacyError:
            return
        if step is Step.REOPEN:
            self.before += len(self._noted())

    @precondition(lambda self: self.ref)
    @rule()
    def is_extended(self) -> None:
        ref = self.ref
        try:
            self.office.do(lambda tx: cases.extend(tx, ref, "volume", "p-officer"))
        except (DeadlineError, PrivacyError):
            return
        self.before += len(self._noted())

    @precondition(lambda self: self.ref)
    @rule()
    def the_team_hears(self) -> None:
        heard = [each for each in self.office.read(warnings.untold) if each.entry.ref == self.ref]
        assert len(heard) <= 1
        assert [each.mark for each in heard] == ([self._case().untold] if self._case().untold and not self._case().is_closed else [])
        self.office.do(lambda tx: warnings.told(tx, heard))
        assert not [each for each in self.office.read(warnings.untold) if each.entry.ref == self.ref]

    @invariant()
    def no_mark_is_noted_twice(self) -> None:
        if not self.ref:
            return
        noted, case = self._noted(), self._case()
        assert noted == sorted(set(noted))
        if not case.is_closed:
            assert case.warned >= max(noted, default=0)
            assert case.warn_at is not None or clocks.stands(case) or case.warned == marks.OVERDUE

    def teardown(self) -> None:
        self.office.do(lambda tx: tx.cases.remove())

    def _case(self) -> Case:
        ref = self.ref
        return self.office.read(lambda tx: tx.cases.get(id=ref))

    def _noted(self) -> list[int]:
        ref = self.ref
        entries = self.office.read(lambda tx: tx.audit.select(ref=ref, tag=Tag.CASE_WARNED.value, order_by="id"))
        return [json.loads(entry.details)["mark"] for entry in entries][self.before :]


TestMarks = Machine.TestCase
TestMarks.settings = settings(max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
