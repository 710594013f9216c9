"""What several transcripts of the team begin with."""

from __future__ import annotations

from aiogram.dispatcher.event.handler import HandlerObject

from bot.core import accounts
from bot.core.cases import Case, Right
from bot.core.ports import Tx
from handlers import FLOWS
from tests.flows.test_status import given_case
from tests.stage import Output, Stage


def steps(event: str) -> list[HandlerObject]:
    """Every step of every flow that takes this kind of update."""
    found = [step for flow in FLOWS for step in flow.create_router().observers[event].handlers]
    assert found
    return found


async def given_desk(stage: Stage, *started: str, group: str = "Desk") -> None:
    """The team is there; those named and alice have started the bot, so that it may write to them."""
    await stage.given_team(group)
    for who in ("alice", *started):
        await stage.plays(f"""
            {who}: /start
            bot:   Hello! ...
        """)


async def given_shown(stage: Stage, right: Right = Right.QUESTION, *, place: str | None = None, who: str = "alice") -> str:
    """An open case with a topic; its reference."""
    ref = await given_case(stage, right, place=place, who=who)
    await stage.settle()
    return ref


async def given_locale(stage: Stage, locale: str, *, who: str = "alice", country: str | None = None) -> None:
    """The language (and country) of a person."""
    person = stage.world.person(who)

    def choose(tx: Tx) -> None:
        account, _new = accounts.open_for_telegram(tx, person.id)
        tx.accounts.update({"id": account.id}, locale=locale, country=country)

    await stage.core.database.write(choose)


async def the_case(stage: Stage, ref: str) -> Case:
    """As it is now."""
    return await stage.core.database.read(lambda tx: tx.cases.get(id=ref))


async def forges(stage: Stage, who: str, data: str, *, private: bool = False) -> None:
    """A tap with data that no button carries, on the last message that somebody sees (in the group, or in their own chat)."""
    actor = stage.world.person(who)
    where = actor.private_chat if private else stage.world.group("Desk")
    actor.sends_callback(actor.sees(where)[-1], data)
    stage.acts_as(who, where.id)
    await stage.settle()


async def does(stage: Stage, line: str) -> list[Output]:
    """One line of a transcript, whatever the bot says to it: that."""
    await stage._play(line)
    said = list(stage._outputs)
    stage._outputs.clear()
    return said
