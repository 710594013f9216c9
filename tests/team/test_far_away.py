"""Somebody's data lies in another region: their case is worked from the same group, and stays where it is."""

from __future__ import annotations

import pytest

from bot.core.audit import Tag
from bot.core.cases import Case
from tests.stage import Stage
from tests.team.scenes import does
from tests.team.test_setup import given_californian


@pytest.fixture(params=["Desk", "Plain"])
def group(request: pytest.FixtureRequest) -> str:
    """With topics and without."""
    return str(request.param)


async def _case(stage: Stage) -> Case:
    (case,) = await stage.app.regions.desks["US"].core.database.read(lambda tx: tx.cases.select())
    return case


async def test_a_case_of_another_region_is_worked_from_the_same_group(stage: Stage, group: str) -> None:
    """Claimed, delayed, refused by two people, complained about: every tap finds the region where the case lies."""
    if stage.core.settings.database_url is not None:
        return  # beside PostgreSQL another region needs an address of its own: tests/regions
    await stage.given_team(group)
    await stage.plays("""
        dana: /start
        bot:  Hello! ...
        viktor: /start
        bot:  Hello! ...
    """)
    await given_californian(stage)
    for said in ("/human", "Who reads this?", "[Send]"):
        await does(stage, f"alice: {said}")
    ref = (await _case(stage)).id
    room = f"{group}#ASK" if group == "Desk" else group
    for label in ("Claim", "Extend", "Very many requests", "Tell them"):
        await does(stage, f"anna in {room}: [{label}]")
    case = await _case(stage)
    assert (case.assignee, case.status, case.extended_at is not None) == (4, "working", True)
    for label in ("Refuse", "Excessive, repeated", "Propose it"):
        await does(stage, f"anna in {room}: [{label}]")
    heard = await does(stage, f"viktor in {room}: [Agree]")
    [refusal] = [each.text for each in heard if each.chat == stage.world.person("alice").id]
    assert ref in refusal and "CCPA §1798.145(h)" in refusal
    assert (await _case(stage)).status == "refused"
    for label in ("Reopen", "Yes, reopen", "Reveal identity", "To verify identity", "Show it to me"):
        heard = await does(stage, f"viktor in {room}: [{label}]")
    [shown] = [each.text for each in heard if each.chat == stage.world.person("viktor").id]
    assert str(stage.world.person("alice").id) in shown
    await does(stage, "alice: [This was not handled]")
    heard = await does(stage, "alice: [Hand it over]")
    [told] = [each.text for each in heard if each.chat == stage.world.person("dana").id]
    assert ref in told
    away, home = stage.app.regions.desks["US"].core.database, stage.core.database
    assert await home.read(lambda tx: (tx.cases.count(), tx.proposals.count())) == (0, 0)
    tags = await away.read(lambda tx: {entry.tag for entry in tx.audit.select(ref=ref)})
    assert {Tag.CASE_ASSIGNED, Tag.CASE_EXTENDED, Tag.PROPOSAL_DECIDED, Tag.IDENTITY_REVEALED, Tag.CASE_ESCALATED} <= tags
