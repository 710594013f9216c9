"""Whatever happens in whatever order, in the end everybody affected was told once, and nobody before two people agreed."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.breaches.errors import NotReadyError
from bot.core.ports import Tx
from bot.core.work import LEASE
from bot.telegram import outbox
from tests.regions.two_regions import Faults, Killed, TwoRegions
from tests.team.breach_house import AWAY, HOME, BreachHouse

PEOPLE = (HOME, HOME, AWAY)
_WHO = st.integers(0, len(PEOPLE) - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("work"), st.just(0)),
        st.tuples(st.just("killed"), st.integers(0, 12)),
        st.tuples(st.just("arrive"), st.just(0)),
        st.tuples(st.just("later"), st.sampled_from([1, 100, 5000])),
        st.tuples(st.just("agree"), st.just(0)),
        st.tuples(st.just("block"), _WHO),
        st.tuples(st.just("back"), _WHO),
    ),
    max_size=14,
)


async def test_in_the_end_everybody_was_told_once(tmp_path: Path) -> None:
    """Blocks, returns, kills, days of waiting."""
    regions = await TwoRegions.open(tmp_path)
    house = await asyncio.to_thread(BreachHouse, regions)
    await asyncio.to_thread(_law, house)
    await regions.close()


def _law(house: BreachHouse) -> None:
    people = [(region, house.person(region)) for region in PEOPLE]
    lanes = [house.do(region, lambda tx, who=subject: tx.links.find(subject=who)).id for region, subject in people]  # type: ignore[misc,union-attr]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def law(steps: list[tuple[str, int]]) -> None:
        ref = house.opens()
        for step, which in steps:
            _take(house, ref, people, lanes, step, which)
            assert all(count == 1 for count in house.written(ref).values()), steps
            if not house.breach(ref).agreed_version:
                assert not house.written(ref), "nobody is told before two people agreed"
        for place in range(len(people)):
            _take(house, ref, people, lanes, "back", place)
        house.through(ref)  # how many wait has to come home before two people can agree to tell them
        with suppress(NotReadyError):  # everybody may have been told by now
            house.agree(ref)
        house.through(ref)
        assert house.written(ref) == Counter(subject for _region, subject in people), steps
        assert house.states(ref) == {"told": len(people)}

    law()


def _take(house: BreachHouse, ref: str, people: list[tuple[str, str]], lanes: list[str], step: str, which: int) -> None:
    match step:
        case "work":
            house.work()
        case "killed":
            house.faults = Faults(which, _die)
            with suppress(Killed):
                house.work()
            house.faults = Faults()
            house.regions.clock.move(LEASE * 2)
        case "arrive":
            house.arrive()
        case "later":
            house.later(minutes=which)
            for region in (HOME, AWAY):
                house.do(region, _sweep)
        case "agree":
            with suppress(NotReadyError):
                house.agree(ref)
        case "block":
            house.do(people[which][0], lambda tx: outbox.block(tx, lanes[which]))
        case "back":
            house.do(people[which][0], lambda tx: outbox.unblock(tx, lanes[which]))


def _sweep(tx: Tx) -> None:
    """As delivery.sweep, but what the test counts by stays: messages that arrived."""
    until = tx.clock.now() - tx.policy.keep_for("outbox").as_timedelta()
    tx.outbox.remove(created_at__le=until, state__in=("waiting", "parked"))


def _die() -> None:
    raise Killed
