"""The report in the support chat adds up what happened in every region."""

from __future__ import annotations

from bot.core import accounts, cases
from bot.core.cases import Right
from bot.core.ports import Tx
from tests.flows.test_status import given_case, meet
from tests.stage import Stage


async def test_the_support_chat_sees_all_regions_together(stage: Stage) -> None:
    """One request at home and one in another region are two; a region that nobody uses is not named."""
    await stage.given_team()
    await meet(stage)
    await given_case(stage, Right.OBJECTION)
    away = await stage.app.regions.open("US")

    def ask(tx: Tx) -> None:
        account, _new = accounts.open_for_telegram(tx, stage.world.person("bob").id)
        cases.open_case(tx, account, Right.OBJECTION, told=True)

    await away.core.database.write(ask)
    await stage.plays("""
        dana in Desk: /report
        bot:   How the promises were kept ... version 2026.1 All regions together: European Union and United States A data request is acknowledged: 5 business days Due: 2 · kept: 2 · late: 0 · open: 0 ... A data request is fulfilled: 30 days Due: 0 · kept: 0 · late: 0 · open: 2 ...
        bot:   (file) How the promises were kept ... version 2026.1
    """)
