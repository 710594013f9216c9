"""Telling the people of a breach, in whatever order things happen: laws over kills, amendments, blocks, days of waiting.

1. Nobody is told before two people agreed, and what anybody reads is the version of the record that two people agreed to, in its
   words; once a region knows of a change, nothing leaves it in the words of before.
2. A change of the words tells nobody again: who is told twice is told of more of their data than before.
3. Nothing hangs. While anybody has not been told, an officer can propose what is not agreed to yet and a second one can agree; then
   everybody is told or out of reach, and the record can be closed. When they are back, also after that, each person affected has
   been told, once, of all their data that lay open; and the work ends.
4. While anybody has not been told, the record is not closed on words that nobody agreed to.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import delivery
from bot.core.breaches import record, reporting
from bot.core.breaches.errors import NotReadyError
from bot.core.breaches.fields import Field
from bot.core.breaches.reporting import Phase
from bot.core.ports import Tx
from bot.core.support.four_eyes import DecidedError, ProposedAlreadyError
from bot.core.work import LEASE, WorkState
from bot.telegram import outbox
from tests.regions.two_regions import Faults, Killed, TwoRegions
from tests.team.breach_house import AWAY, HOME, BreachHouse

PEOPLE = (HOME, HOME, AWAY)
KINDS_OF_DATA = (("conversations",), ("account", "conversations"), ("account",), ("contact", "conversations"))
_USUAL = ("work", "work", "hand over", "hand over", "arrive", "agree", "agree", "propose", "second", "amend", "amend")
_STEPS = (
    *((step, 0) for step in _USUAL),
    *(("killed", at) for at in (0, 1, 2, 3, 5, 8)),
    *(("later", minutes) for minutes in (1, 100, 5000)),
    *(("kinds", which) for which in range(len(KINDS_OF_DATA))),
    *((step, who) for step in ("block", "back", "refused") for who in range(len(PEOPLE))),
)
STEPS = st.lists(st.sampled_from(_STEPS), min_size=2, max_size=24)


async def test_in_the_end_everybody_was_told_once(tmp_path: Path) -> None:
    """The laws above, for three people in two regions."""
    regions = await TwoRegions.open(tmp_path)
    house = await asyncio.to_thread(BreachHouse, regions)
    await asyncio.to_thread(_law, house)
    await regions.close()


def _law(house: BreachHouse) -> None:
    people = [(region, house.person(region)) for region in PEOPLE]
    lanes = [house.do(region, lambda tx, who=subject: tx.links.find(subject=who)).id for region, subject in people]  # type: ignore[misc,union-attr]

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def law(steps: list[tuple[str, int]]) -> None:
        one = _Breach(house, people, lanes)
        if len(steps) % 3:  # most of what can go wrong does after that
            steps = [("agree", 0), ("work", 0), *steps]
        for step, which in steps:
            one.take(step, which)
            one.holds()
        one.ends()

    law()


class _Breach:
    """One breach, and what was ever agreed to about it."""

    def __init__(self, house: BreachHouse, people: list[tuple[str, str]], lanes: list[str]) -> None:
        self.house, self.people, self.lanes = house, people, lanes
        self.ref = house.opens()
        self.agreed: dict[int, dict[str, list[str]]] = {}
        self.amended = 0

    def take(self, step: str, which: int) -> None:
        house, ref = self.house, self.ref
        match step:
            case "work":
                house.work()
            case "killed":
                house.land()
                house.faults = Faults(which, _die)
                with suppress(Killed):
                    house.work()
                house.faults = Faults()
                house.regions.clock.move(LEASE * 2)
            case "hand over":
                house.hand_over()
            case "arrive":
                house.arrive()
            case "later":
                house.land()
                house.later(minutes=which)
                for region in (HOME, AWAY):
                    house.do(region, delivery.sweep)
            case "agree":
                with suppress(NotReadyError):
                    house.agree(ref)
            case "propose":
                with suppress(NotReadyError, ProposedAlreadyError):
                    house.propose(ref)
            case "second":
                with suppress(NotReadyError, DecidedError):
                    house.second(ref)
            case "amend":
                self.amended += 1
                house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.MEASURES, f"Measures, {self.amended}."))
            case "kinds":
                house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.CATEGORIES, KINDS_OF_DATA[which]))
            case "block":
                house.do(self.people[which][0], lambda tx: outbox.block(tx, self.lanes[which]))
            case "back":
                house.land()  # Telegram answers before a person has blocked and unblocked the bot
                house.do(self.people[which][0], lambda tx: outbox.unblock(tx, self.lanes[which]))
            case "refused":
                house.land()
                house.do(self.people[which][0], lambda tx: _refuse(tx, self.lanes[which]))
        self._note_agreed()

    def holds(self) -> None:
        """At every moment."""
        known: dict[str, set[str]] = {}
        for each in self.house.read:
            if each.ref == self.ref:
                assert each.current, "what left was what the region knew last, agreed to"
                assert each.texts == self.agreed[each.round], "in the words that two people stand for"
                told = known.setdefault(each.subject, set())
                assert not set(each.categories) <= told, "told again of nothing new"
                told.update(each.categories)

    def ends(self) -> None:
        """When messages arrive, and everybody comes back after it was closed."""
        house, ref = self.house, self.ref
        house.through(ref)  # how many wait has to come home before two people can agree to tell them
        house.later(hours=1)
        if record.waiting(house.breach(ref)) and not house.breach(ref).is_agreed:
            with pytest.raises(NotReadyError):
                house.do(HOME, lambda tx: _close(tx, house, ref))
            house.agree(ref)
            self._note_agreed()
            house.through(ref)
        assert house.states(ref).keys() <= {"told", "unreached"}
        assert record.total(house.breach(ref), "unreached") == house.states(ref)["unreached"]
        assert house.breach(ref).told_at is not None
        house.do(HOME, lambda tx: _close(tx, house, ref))
        for place in range(len(self.people)):
            self.take("back", place)
        house.through(ref)
        self.holds()
        assert house.states(ref) == {"told": len(self.people)}
        for region, subject in self.people:
            notice = house.do(region, lambda tx: tx.breach_notices.get(id=f"{subject}:{ref}"))  # noqa: B023 - used at once
            told = [set(each.categories) for each in house.read if (each.ref, each.subject) == (ref, subject)]
            assert set.union(*told) == set(notice.categories.split())
        house.later(hours=2)
        house.later(hours=2)
        for region in (HOME, AWAY):
            assert not house.do(region, lambda tx: tx.work.count(ref=ref, state__ne=WorkState.DONE.value))

    def _note_agreed(self) -> None:
        breach = self.house.breach(self.ref)
        if breach.is_agreed:
            self.agreed.setdefault(breach.version, {name: ["en", of["en"]] for name, of in breach.texts.items()})


def _refuse(tx: Tx, lane: str) -> None:
    """Telegram cannot send what waits in this chat."""
    for row in tx.outbox.select(lane=lane, state=delivery.Delivery.WAITING.value):
        outbox.settle(tx, row, delivery.Delivery.PARKED, "BadRequest")


def _close(tx: Tx, house: BreachHouse, ref: str) -> None:
    record.put(tx, house.officer, ref, Field.LATE, "It took its time.", "en")
    for place in reporting.places(tx.policy, record.get(tx, ref)):
        reporting.mark_sent(tx, house.officer, ref, place, Phase.INITIAL, tx.clock.now())
    record.close(tx, house.officer, ref)


def _die() -> None:
    raise Killed
