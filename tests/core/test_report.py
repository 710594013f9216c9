"""The promises, counted: kept, late and open are told apart as the policy means them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.cli.report import table
from bot.core import cases, conversations, deletion, retention, work
from bot.core.breaches import Breach, fields
from bot.core.cases import Right, Step
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.core.report import PROMISES, Kept, in_all, report
from bot.telegram.charts import draw
from bot.telegram.promises import promise_chart
from tests.core.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def test_a_quiet_desk_has_nothing_due(office: Office) -> None:
    """Every promise of the policy is there, none late."""
    found = office.read(report)
    assert tuple(each.promise for each in found) == PROMISES
    assert set(PROMISES) == set(office.core.policy.promises)
    assert all(each.due == each.open == 0 for each in found)


def test_an_export_is_kept_within_its_hours_and_late_after(office: Office) -> None:
    """48 h by the policy; the time it took is the time the person waited."""
    for hours in (1, 3, 60):
        account = office.person()
        case = office.do(lambda tx, account=account: cases.open_case(tx, account, Right.EXPORT))  # type: ignore[misc]
        office.later(hours=hours)
        office.do(lambda tx, case=case: cases.move(tx, case, Step.FINISH))  # type: ignore[misc]
    account = office.person()
    office.do(lambda tx: cases.open_case(tx, account, Right.EXPORT))
    found = _of(office, "export")
    assert (found.due, found.kept, found.late, found.open) == (3, 2, 1, 1)
    assert (found.median, found.worst) == (timedelta(hours=3), timedelta(hours=60))
    office.later(hours=49)
    assert (_of(office, "export").late, _of(office, "export").open) == (2, 0)


def test_a_conversation_that_went_too_late_was_not_kept_to_the_promise(office: Office) -> None:
    """Retention: what a sweep says that it removed is believed only with its age."""
    office.person(titles=("Sore knee",))
    office.later(days=30, hours=5)
    office.person(titles=("Diary", "Recipes"))
    assert _swept(office) == 1
    office.later(days=40)
    assert (_of(office, "retention").kept, _of(office, "retention").late) == (1, 2), "two stand too long"
    assert _swept(office) == 2
    found = _of(office, "retention")
    assert (found.kept, found.late, found.open) == (1, 2, 0)
    assert (found.median, found.worst) == (timedelta(days=41), timedelta(days=41))


def _swept(office: Office) -> int:
    """What a worker's sweep removes, and its entry in the trail."""
    gone = office.do(retention.counted_by_age("conversation", conversations.sweep))
    office.later(days=1)
    for item in office.do(lambda tx: work.claim(tx, kinds=(retention.REPORT,))):
        retention.report_job(office.engine, item)
    return gone


def test_what_was_withdrawn_was_not_owed(office: Office) -> None:
    """Neither kept nor late; but it had been acknowledged."""
    account = office.person()
    case = office.do(lambda tx: cases.open_case(tx, account, Right.OBJECTION))
    office.do(lambda tx: cases.withdraw(tx, account.id, case.id))
    assert (_of(office, "fulfil").due, _of(office, "fulfil").open) == (0, 0)
    assert _of(office, "acknowledge").kept == 1


def test_time_spent_waiting_for_the_person_is_not_counted(office: Office) -> None:
    """A question that stops the clock stops this one too."""
    account = office.person(place="eu")
    case = office.do(lambda tx: cases.open_case(tx, account, Right.OBJECTION))
    case = office.do(lambda tx: cases.ask(tx, case, "identity", "?", actor="p-team"))
    office.later(days=60)
    assert _of(office, "fulfil").open == 1
    case = office.do(lambda tx: cases.answer(tx, case))
    office.later(days=2)
    office.do(lambda tx: cases.move(tx, case, Step.FINISH))
    found = _of(office, "fulfil")
    assert (found.kept, found.late, found.worst) == (1, 0, timedelta(days=2))


@pytest.mark.parametrize(("after", "kept"), [(timedelta(days=6, hours=23), 0), (timedelta(days=7), 1), (timedelta(days=7, hours=23), 1), (timedelta(days=9), 0)])
def test_grace_is_kept_when_nothing_is_erased_before_and_all_the_day_after(
    office: Office, after: timedelta, kept: int
) -> None:
    """Too early is as wrong as too late."""
    account = office.person()
    case = office.do(lambda tx: deletion.begin(tx, account))
    office.clock.move(after)
    case = office.do(lambda tx: cases.move(tx, case, Step.CLAIM))
    office.do(lambda tx: cases.move(tx, case, Step.ERASED))
    found = _of(office, "grace")
    assert (found.due, found.kept) == (1, kept)
    assert _of(office, "purge").open == 1


def test_a_conversation_that_should_be_gone_is_late(office: Office) -> None:
    """The oldest unsaved one is held against the limit."""
    office.person(titles=("Sore knee",))
    assert (_of(office, "retention").open, _of(office, "retention").late) == (1, 0)
    office.later(days=32)
    found = _of(office, "retention")
    assert (found.open, found.late, found.worst) == (0, 1, timedelta(days=32))


def test_a_breach_is_counted_from_awareness_until_people_and_authorities_are_told(office: Office) -> None:
    """72 h, as wall time. One that only the authorities heard of is not kept; a drill owes nothing."""
    for told, reported, drill in ((10, 5, False), (10, 80, False), (None, 5, False), (None, None, True)):
        office.do(partial(_given_breach, told=told, reported=reported, drill=drill))
    found = _of(office, "breach")
    assert (found.kept, found.late, found.open, found.worst) == (1, 1, 1, timedelta(hours=80))
    office.later(hours=73)
    assert (_of(office, "breach").late, _of(office, "breach").open) == (2, 0)


def _given_breach(tx: Tx, *, told: int | None, reported: int | None, drill: bool) -> None:
    now = tx.clock.now()

    def after(hours: int | None) -> datetime | None:
        return None if hours is None else now + timedelta(hours=hours)

    due = fields.due_at(tx.policy, now)
    breach = Breach(f"BRE-{told}-{reported}", SERVICE, "open", drill, 1, now, now, due, "x", told_at=after(told), reported_at=after(reported))
    tx.breaches.add(replace(breach, counts={"EU": {"round": 1, "affected": 3}}))


def test_since_leaves_out_what_came_before(office: Office) -> None:
    """By the day of receipt."""
    account = office.person()
    office.do(lambda tx: cases.move(tx, cases.open_case(tx, account, Right.OBJECTION), Step.FINISH))
    office.later(days=1)
    now = office.clock.now()
    found = {each.promise: each for each in office.read(lambda tx: report(tx, now))}
    assert found["fulfil"].due == found["acknowledge"].due == 0


def test_the_table_is_aligned_and_the_chart_is_a_picture(office: Office) -> None:
    """For a terminal and for a slide; neither names anybody."""
    account = office.person()
    office.do(lambda tx: cases.move(tx, cases.open_case(tx, account, Right.OBJECTION), Step.FINISH))
    found = office.read(report)
    lines = table(found).splitlines()
    assert len(lines) == 1 + len(PROMISES)
    assert {line.index(word) for line in lines[1:] for word in line.split()[1:2] if word in line} == {lines[0].index("within")}
    assert draw(promise_chart(office.core.policy, found)).png.startswith(b"\x89PNG")


def test_two_regions_are_added_up(office: Office) -> None:
    """Counts add, the worst is the worse, and the median is that of all cases: not a median of medians."""
    span = office.core.policy.span("export")
    one = Kept("export", span, kept=2, late=1, open=1, took={1.0: 1, 2.0: 1, 100.0: 1})
    other = Kept("export", span, kept=1, late=1, took={50.0: 1, 60.0: 1})
    (both,) = in_all([[one], [other]])
    assert (both.due, both.kept, both.late, both.open) == (5, 3, 2, 1)
    assert (both.median, both.worst) == (timedelta(seconds=50), timedelta(seconds=100))
    standing = [[Kept("retention", span, standing=timedelta(days=days))] for days in (3, 9)]
    assert in_all([*standing, [Kept("retention", span)]])[0].worst == timedelta(days=9)


def test_the_chart_has_a_bar_for_each_region_below_that_of_all(office: Office) -> None:
    """One region needs none of its own."""
    found = office.read(report)
    policy = office.core.policy
    assert len(promise_chart(policy, found, {"EU": found}).groups) == len(PROMISES)
    groups = promise_chart(policy, in_all([found, found]), {"EU": found, "US": found}).groups
    assert [group.plain for group in groups[1:3]] == ["European Union", "United States"]
    assert len(groups) == 3 * len(PROMISES)


def _of(office: Office, promise: str) -> Kept:
    return next(each for each in office.read(report) if each.promise == promise)
