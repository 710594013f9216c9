"""Laws of cases: no sequence of steps leaves the table, and every transition stands once in the audit trail."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core import cases, deletion
from bot.core.audit import Tag, verify_chain
from bot.core.cases import CLOSED, Right, Status, Step, next_status
from bot.core.cases.table import _TABLE
from bot.core.deadlines import DeadlineError, ExtensionNotAllowedError
from bot.core.errors import PrivacyError, TransitionError
from tests.core.office import Office

_OFFICE: list[Office] = []


@pytest.fixture(scope="module", autouse=True)
def _office() -> Any:
    _OFFICE.append(Office())
    yield
    assert verify_chain(_OFFICE[-1].read(lambda tx: tx.audit.select())) is None
    _OFFICE.pop().close()


class Machine(RuleBasedStateMachine):
    """One case, any steps in any order, time passing, sweeps in between."""

    def __init__(self) -> None:
        super().__init__()
        self.office = _OFFICE[-1]
        self.moves: list[tuple[str, str]] = []
        self.extensions = 0
        self.case: cases.Case | None = None

    @precondition(lambda self: self.case is None)
    @rule(
        right=st.sampled_from(list(Right)),
        place=st.sampled_from([None, "eu", "california", "china", "other"]),
        linked=st.booleans(),
        told=st.booleans(),
    )
    def opens(self, right: Right, place: str | None, linked: bool, told: bool) -> None:
        account = self.office.person(linked=linked, place=place)
        self.case = self.office.do(lambda tx: cases.open_case(tx, account, right, told=told))
        if told:
            self.moves.append(("acknowledge", "acknowledged"))

    @precondition(lambda self: self.case is not None)
    @rule(step=st.sampled_from(list(Step)), reason=st.sampled_from(["", "identity", "clarification", "volume"]))
    def steps(self, step: Step, reason: str) -> None:
        case = self._now()
        expected = next_status(Status(case.status), step)
        if expected is None:
            with pytest.raises(TransitionError):
                self.office.do(lambda tx: cases.move(tx, case, step, reason=reason))
            assert self._now() == case
            return
        moved = self.office.do(lambda tx: cases.move(tx, case, step, reason=reason))
        assert moved.status == expected
        assert (moved.closed_at is not None) == (moved.status in CLOSED)
        if step is not Step.REOPEN:
            assert moved.target_due >= case.target_due, "no step brings a date nearer"
        self.moves.append((step.value, expected.value))

    @precondition(lambda self: self.case is not None)
    @rule(reason=st.sampled_from(sorted(cases.REASONS)))
    def is_extended(self, reason: str) -> None:
        before = self._now()
        try:
            after = self.office.do(lambda tx: cases.extend(tx, before.id, reason, "p-officer"))
        except (DeadlineError, PrivacyError):
            assert self._now() == before
            return
        self.extensions += 1
        assert after.target_due > before.target_due
        assert before.extended_at is None
        assert after.status == before.status

    @precondition(lambda self: self.case is not None)
    @rule(days=st.floats(0.01, 40))
    def time_passes(self, days: float) -> None:
        self.office.later(days=days)

    @precondition(lambda self: self.case is not None)
    @rule()
    def is_swept(self) -> None:
        before = self._now()
        self.office.do(cases.sweep)
        after = self._now()
        if before.status == Status.OPENED:
            self.moves.append(("acknowledge", "acknowledged"))
        if after.extended_at != before.extended_at:
            self.extensions += 1
        assert self.office.do(cases.sweep) == 0, "what was due is done"

    @precondition(lambda self: self.case is not None)
    @rule()
    def a_stale_copy_moves_nothing(self) -> None:
        stale = self._now()
        step = next((step for step in Step if next_status(Status(stale.status), step) not in (None, stale.status)), None)
        if step is None:
            return
        moved = self.office.do(lambda tx: cases.move(tx, stale, step))
        self.moves.append((step.value, moved.status))
        with pytest.raises(TransitionError):
            self.office.do(lambda tx: cases.move(tx, stale, step))

    @invariant()
    def every_transition_has_exactly_one_entry(self) -> None:
        if self.case is None:
            return
        ref = self.case.id
        entries = self.office.read(lambda tx: tx.audit.select(ref=ref))
        moved = [json.loads(entry.details) for entry in entries if entry.tag == Tag.CASE_MOVED]
        assert [(each["step"], each["status"]) for each in moved] == self.moves
        assert sum(entry.tag == Tag.CASE_OPENED for entry in entries) == 1
        assert sum(entry.tag == Tag.CASE_EXTENDED for entry in entries) == self.extensions
        assert self._now().status == (self.moves[-1][1] if self.moves else "opened")

    def teardown(self) -> None:
        self.office.do(lambda tx: tx.cases.remove())

    def _now(self) -> cases.Case:
        assert self.case is not None
        ref = self.case.id
        return self.office.read(lambda tx: tx.cases.get(id=ref))


TestCases = Machine.TestCase
TestCases.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_table_ends_only_where_it_should() -> None:
    """From every status that is not final some step leads on, and only REOPEN leads out of a final one."""
    for status in Status:
        steps = {step for step in Step if next_status(status, step) is not None}
        assert steps, status
        if status in CLOSED:
            assert steps == {Step.REOPEN}
    assert set(_TABLE) == set(Step)


def test_the_delay_of_a_copy_is_told_before_its_date_wherever_the_person_lives() -> None:
    """Policy: a revised date with its reason. Where the law knows no extension there is still the time between our promise and the
    strictest reading of the law, and not a moment more."""
    office = Office()
    places = [None, *office.core.policy.jurisdictions]
    for place in places:
        account = office.person(place=place)
        office.do(lambda tx, account=account: cases.open_case(tx, account, Right.EXPORT))  # type: ignore[misc]
    opened_at = office.clock.now()
    office.later(hours=47)
    office.do(cases.sweep)
    told = office.read(lambda tx: tx.cases.select(right=Right.EXPORT.value))
    assert {case.jurisdiction for case in told} == set(places)
    assert {(case.extended_at, case.target_due) for case in told} == {(office.clock.now(), opened_at + timedelta(hours=96))}
    account = office.person(place="china")
    strict = office.do(lambda tx: cases.open_case(tx, account, Right.OBJECTION))
    assert strict.legal_due and strict.target_due < strict.legal_due, "by a reading that knows no holidays"
    with pytest.raises(ExtensionNotAllowedError):
        office.do(lambda tx: cases.extend(tx, strict.id, "volume"))
    _what_is_erased_is_not_called_late(office)
    office.close()


def _what_is_erased_is_not_called_late(office: Office) -> None:
    """In China requests are answered within fifteen working days, but copies in backups have their thirty days, as everywhere."""
    account = office.person(place="china")
    case = office.do(lambda tx: deletion.begin(tx, account))
    for step in (Step.CLAIM, Step.ERASED):
        case = office.do(lambda tx, case=case, step=step: cases.move(tx, case, step))  # type: ignore[misc]
    assert case.purge_by and case.target_due < case.purge_by
    late = [days for days in range(33) if case.is_overdue(case.opened_at + timedelta(days=days, hours=1))]
    assert late == [31, 32]
