"""Every command of the team is refused to whoever lacks the permission, on record: the table of roles walked through the chat."""

from __future__ import annotations

import pytest
from aiogram.filters import Command

from bot.core.audit import Tag
from bot.core.staff import Permission, Role, permissions_of
from bot.telegram.menus import team_commands
from bot.telegram.team.here import Tap, Tapped
from tests.stage import Stage
from tests.team.scenes import steps
from tests.team.test_setup import ask

NEEDS = {
    "setup": Permission.TEAM,
    "grant": Permission.TEAM,
    "revoke": Permission.TEAM,
    "team": Permission.SEE_TEAM,
    "help": Permission.SEE_TEAM,
    "queue": Permission.SEE_CASES,
    "mine": Permission.WORK,
    "due": Permission.SEE_CASES,
    "find": Permission.SEE_CASES,
    "reply": Permission.WORK,
    "hold": Permission.PROPOSE,
    "lift": Permission.PROPOSE,
    "stats": Permission.FIGURES,
    "report": Permission.FIGURES,
    "register": Permission.REGISTER,
    "breach": Permission.BREACH,
    "breaches": Permission.REGISTER,
    "ban": Permission.BAN,
    "unban": Permission.BAN,
    "policy": Permission.POLICY,
}
WHO = {Role.OWNER: "olga", Role.LEAD: "viktor", Role.DPO: "dana", Role.AGENT: "anna"}


def _of_the_team() -> set[str]:
    """The commands that some flow of the team takes."""
    found: set[str] = set()
    for step in steps("message"):
        if step.callback.__module__.startswith(("handlers.team.", "handlers.report")):
            for each in step.filters or []:
                if isinstance(each.callback, Command):
                    found |= {str(name) for name in each.callback.commands}
    assert found
    return found


def test_it_is_known_what_each_command_needs() -> None:
    """Whoever adds a command says here who may give it, and in the menu what it is for."""
    assert _of_the_team() <= NEEDS.keys()
    assert _of_the_team() <= {name for name, _text in team_commands()}


_NO = "You do not have the role for this; it takes: "
_NOT_THERE = "I cannot find that any more. It may have been deleted."


async def _is_refused(stage: Stage, who: str, command: str) -> bool:
    """Whether all that the person hears is a no, and it is on record."""
    before = await stage.core.database.read(lambda tx: tx.audit.count(tag=Tag.ACCESS_REFUSED.value))
    stage.world.person(who).says(f"/{command}", stage.world.group("Desk"))
    await stage.settle()
    heard = [output.text.strip("⟦⟧") for output in stage._outputs]
    stage._outputs.clear()
    after = await stage.core.database.read(lambda tx: tx.audit.count(tag=Tag.ACCESS_REFUSED.value))
    refused = len(heard) == 1 and heard[0].startswith(_NO)
    assert refused == (after == before + 1), f"/{command} by {who}: {heard}, {after - before} on record"
    return refused


@pytest.mark.parametrize("role", [*WHO, None])
async def test_a_command_is_refused_to_whoever_may_not_give_it(stage: Stage, role: Role | None) -> None:
    """To a stranger in the group every one of them; to each role what the table does not give it."""
    await stage.given_team()
    stage.world.flood.rule = None
    who = WHO[role] if role else "mallory"
    for command in sorted(_of_the_team()):
        may = role is not None and NEEDS[command] in permissions_of(role)
        assert await _is_refused(stage, who, command) == (not may), f"/{command} by {who}"


def _taps_of_the_team() -> set[str]:
    """Every button that some flow of the team takes, by the name of its step."""
    found: set[str] = set()
    for step in steps("callback_query"):
        if step.callback.__module__.startswith("handlers.team."):
            for each in step.filters or []:
                if isinstance(each.callback, Tapped):
                    found |= set(each.callback._steps)
    assert found
    return found


async def test_a_strangers_tap_does_nothing(stage: Stage) -> None:
    """Whatever button of the team somebody forges, about a case that there is: nothing comes of it but an entry on record."""
    await stage.given_team()
    stage.world.flood.rule = None
    await ask(stage)
    desk, mallory = stage.world.group("Desk"), stage.world.person("mallory")
    (case,) = await stage.core.database.read(lambda tx: tx.cases.select(opened=False))
    shown = mallory.last_from_bot(desk)
    for do in sorted(_taps_of_the_team()):
        (before,) = await stage.core.database.read(lambda tx: tx.audit.select(order_by="-id", limit=1))
        mallory.sends_callback(shown, Tap(do=do, ref=case.id, of="x").pack())
        await stage.settle()
        heard = [output.text.strip("⟦⟧") for output in stage._outputs if output.kind == "answer"]
        said = [output.text for output in stage._outputs if output.kind != "answer"]
        stage._outputs.clear()
        after = await stage.core.database.read(lambda tx, last=before.id: tx.audit.select(id__gt=last))  # type: ignore[misc]
        refused = len(heard) == 1 and heard[0].startswith(_NO)
        assert (refused or heard == [_NOT_THERE]) and not said, f"{do}: {heard} {said}"
        assert {entry.tag for entry in after} <= {Tag.ACCESS_REFUSED}, f"{do}: {[entry.tag for entry in after]}"
        assert bool(after) == refused
