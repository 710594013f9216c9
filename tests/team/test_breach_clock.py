"""The clock: wall time from awareness, across a change of clocks too; each mark told once, to the room and in private."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.breaches import clock, fields, record, reporting
from bot.core.breaches.reporting import Phase
from bot.core.policies import load_policy
from bot.core.report import report
from tests.regions.two_regions import TwoRegions
from tests.stage import Stage
from tests.team.breach_house import HOME, BreachHouse
from tests.team.breach_scenes import given_people, meet, open_record

POLICY = load_policy()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[BreachHouse]:
    regions = await TwoRegions.open(tmp_path)
    yield await asyncio.to_thread(BreachHouse, regions)
    await regions.close()


def test_a_change_of_clocks_and_a_weekend_take_and_give_nothing() -> None:
    """The shared vector: Friday evening to Monday evening, over the night in which the EU sets its clocks forward."""
    assert fields.due_at(POLICY, datetime(2026, 3, 27, 18, tzinfo=UTC)) == datetime(2026, 3, 30, 18, tzinfo=UTC)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))
def test_it_is_as_long_as_the_policy_says_whenever_it_begins(aware: datetime) -> None:
    """And every mark lies inside, in order."""
    span = POLICY.span("breach").as_timedelta()
    due = fields.due_at(POLICY, aware)
    assert due - aware == span
    breach = record.Breach("BRE-1", "service", "open", False, 1, aware, aware, due, "x")
    marks = [clock.mark(POLICY, breach, aware + span * percent / 100) for percent in (0, 49, 50, 75, 90, 99, 100, 200)]
    assert marks == [0, 0, 50, 75, 90, 90, 100, 100]


async def test_each_mark_is_told_once_to_the_room_and_to_officer_and_lead_in_private(stage: Stage) -> None:
    """Neither to agents, nor twice, nor a mark that was skipped while nobody looked."""
    await stage.given_team()
    await given_people(stage)
    await meet(stage, "dana", "viktor", "anna")
    await open_record(stage)
    await stage.plays("""
        (35 hours later)
        bot: (silent)
        (2 hours later)
        bot in Desk#BRE: 50% of the time is over. People and authorities have to be told by 26 March 2026 09:00 UTC.
        bot to dana: Data breach BRE-... 50% of the time is over. ...
        bot to viktor: Data breach BRE-... 50% of the time is over. ...
        (1 hour later)
        bot: (silent)
        (30 hours later)
        bot in Desk#BRE: 90% of the time is over. ...
        bot to dana: Data breach BRE-... 90% of the time is over. ...
        bot to viktor: Data breach BRE-... 90% of the time is over. ...
        (10 hours later)
        bot in Desk#BRE: The time is over: people and authorities had to be told by 26 March 2026 09:00 UTC.
        bot to dana: Data breach BRE-... The time is over: ...
        bot to viktor: Data breach BRE-... The time is over: ...
        bot in Desk#BRE: (card) ... Overdue. ...
        (10 days later)
        bot: (silent)
    """)


async def test_the_report_on_the_promises_counts_it(house: BreachHouse) -> None:
    """Open until people and authorities are told; kept when both were in time; a late report keeps nothing."""
    await asyncio.to_thread(_counted, house)


def _counted(house: BreachHouse) -> None:
    def counts() -> tuple[int, int, int]:
        found = next(each for each in house.do(HOME, report) if each.promise == "breach")
        return found.kept, found.late, found.open

    house.person()
    ref = house.opens()
    house.opens(drill=True)
    house.work()
    assert counts() == (0, 0, 1)
    house.agree(ref)
    house.through(ref)
    assert counts() == (0, 0, 1), "the authority does not know of it yet"
    now = house.regions.clock.now()
    house.do(HOME, lambda tx: reporting.mark_sent(tx, house.officer, ref, "eu", Phase.INITIAL, now))
    assert counts() == (1, 0, 0)
    late = house.opens()
    house.later(hours=80)
    assert counts() == (1, 1, 0)
    house.agree(late)
    house.through(late)
    assert counts() == (1, 1, 0)


async def test_nobody_is_warned_of_what_is_done(house: BreachHouse) -> None:
    """People and authorities told: the marks pass in silence."""
    await asyncio.to_thread(_done, house)


def _done(house: BreachHouse) -> None:
    house.person()
    ref = house.opens()
    house.agree(ref)
    house.through(ref)
    now = house.regions.clock.now()
    house.do(HOME, lambda tx: reporting.mark_sent(tx, house.officer, ref, "eu", Phase.INITIAL, now))
    house.regions.clock.move(timedelta(hours=100))
    assert house.do(HOME, clock.sweep) == 0
