"""A drill does all of it, and nothing of it reaches anybody's private chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.breaches import record
from tests.regions.two_regions import TwoRegions
from tests.stage import Stage
from tests.team.breach_house import AWAY, HOME, BreachHouse
from tests.team.breach_scenes import LOCALES, given_people, meet, open_record


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[BreachHouse]:
    regions = await TwoRegions.open(tmp_path)
    yield await asyncio.to_thread(BreachHouse, regions)
    await regions.close()


async def test_a_drill_from_its_record_to_its_end_reaches_nobody_in_private(stage: Stage) -> None:
    """Affected people, preview, four eyes, progress, report and warnings: all in the drill's own room."""
    await stage.given_team()
    await given_people(stage)
    await meet(stage, "dana", "viktor", "anna")
    heard = {name: len(stage.world.person(name).sees()) for name in (*LOCALES, "dana", "viktor", "anna")}
    await open_record(stage, drill=True)
    await stage.plays("""
        bot in Desk#BRE: (card) DRILL: nobody is written to. BRE-... · Data breach ... People concerned: 4 ... [Tell the people] [Close]
        dana in Desk#BRE: [What people will read]
        bot in Desk#BRE: What people read (English). ... DRILL. Nothing of this happened. A data breach concerns you ...
        dana in Desk#BRE: [Tell the people]
        bot in Desk#BRE: Needs four eyes DRILL: tell 4 people of this breach (counted only). ...  [Agree] [Decline]
        bot in Desk#BRE: (toast) Proposed. Somebody else has to agree.
        viktor in Desk#BRE: [Agree]
        bot in Desk#BRE: Needs four eyes ... agreed. It was done.
        bot in Desk#BRE: (toast) Agreed. It is done.
        bot in Desk#BRE: DRILL: counted only, nobody is written to. Told: 4 of 4 ...
        dana in Desk#BRE: [Reports to authorities]
        bot in Desk#BRE: BRE-...: reports to authorities ...
        dana in Desk#BRE: [European Union or EEA: Initial report]
        bot in Desk#BRE: (file) DRILL: the report of BRE-.... ...
        bot in Desk#BRE: (file) DRILL: the report of BRE-.... ...
        (40 hours later)
        bot in Desk#BRE: DRILL 50% of the time is over. ...
        dana in Desk#BRE: [Close]
        bot in Desk#BRE: End the drill BRE-...? ...
        dana in Desk#BRE: [Yes, close it]
        bot in Desk#BRE: BRE-... is closed.
        bot in Desk#BRE: (card) DRILL: nobody is written to. ... The drill is over; what it worked out about people was removed.
        dana in Desk: /breaches
        bot in Desk: The register of data breaches BRE-... · DRILL · 23 March 2026  [As CSV] [As JSON]
        alice: /access
        bot:   ...
        alice: [Who opened my data]
        bot:   Who opened your data ... a drill for data breaches; nothing happened to your data (case BRE-...) ...
    """)
    for name, before in heard.items():
        mine = 4 if name == "alice" else 0  # her own /access and its answers
        assert len(stage.world.person(name).sees()) <= before + mine, name
        assert not any("breach concerns you" in message.words for message in stage.world.person(name).sees())


async def test_a_drill_leaves_nothing_about_people_in_any_region(house: BreachHouse) -> None:
    """Its notices and what the regions knew of it go with its end; nothing was ever in an outbox."""
    await asyncio.to_thread(_ends, house)


def _ends(house: BreachHouse) -> None:
    people = [house.person(HOME), house.person(AWAY)]
    house.do(AWAY, lambda tx: tx.links.update({"subject": people[1]}, blocked_at=tx.clock.now()))
    ref = house.opens(drill=True)
    house.agree(ref)
    house.through(ref)
    assert house.states(ref) == {"told": 1, "unreached": 1}, "the same path as a real one, up to the message"
    assert house.breach(ref).told_at is not None
    for region in (HOME, AWAY):
        assert house.do(region, lambda tx: tx.outbox.count()) == 0
    house.do(HOME, lambda tx: record.close(tx, house.officer, ref))
    house.through(ref)
    for region in (HOME, AWAY):
        assert house.do(region, lambda tx: tx.breach_notices.count() + tx.breach_tellings.count()) == 0
    assert house.breach(ref).counts, "how many it would have been stays in the register"
