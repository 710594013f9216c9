"""The team works the cases of every region in one group."""

from __future__ import annotations

from bot.core import accounts, cases
from bot.core.cases import Right
from bot.core.ports import Tx
from tests.flows.test_status import given_case, meet
from tests.stage import Stage


async def given_case_away(stage: Stage, right: Right, *, who: str = "bob", region: str = "US") -> str:
    """An open case of somebody who lives in another region; its reference."""
    away = await stage.app.regions.open(region)

    def ask(tx: Tx) -> str:
        account, _new = accounts.open_for_telegram(tx, stage.world.person(who).id)
        return cases.open_case(tx, account, right).id

    return await away.core.database.write(ask)


async def test_one_digest_speaks_for_all_regions(stage: Stage) -> None:
    """A case that lies in another region stands in the same message; only its reference, right and dates are told."""
    await stage.given_team()
    await meet(stage)
    here = await given_case(stage, Right.QUESTION)
    there = await given_case_away(stage, Right.QUESTION)
    first, second = sorted([here, there])
    await stage.plays(f"""
        (16 days later)
        bot in Desk: Cases whose time is running out {here} · Question to a person · 50% of its time is used, ...
        (1 minute later)
        bot in Desk: Cases whose time is running out {first} ... 50% of its time is used, ... {second} ... 50% of its time is used, ...  [{first}] [{second}]
        (2 minutes later)
        bot in Desk: (silent)
    """)
