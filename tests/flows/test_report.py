"""The report on the promises, for the data protection officer in the support chat only."""

from __future__ import annotations

from bot.core.audit import Tag
from bot.core.cases import Right
from bot.core.ports import Tx
from tests.flows.test_status import given_case, meet
from tests.stage import Stage


async def test_the_support_chat_sees_how_each_promise_was_kept(stage: Stage) -> None:
    """Counts, median and worst for each promise of the policy."""
    await stage.given_team()
    await meet(stage)
    await given_case(stage, Right.OBJECTION)
    await stage.plays("""
        dana in Desk: /report
        bot:   How the promises were kept ... version 2026.1 A data request is acknowledged: 5 business days Due: 1 · kept: 1 · late: 0 · open: 0 Median: 1 second · worst: 1 second A data request is fulfilled: 30 days Due: 0 · kept: 0 · late: 0 · open: 1 A data export is delivered: 48 hours Nothing fell due so far. ...
        bot:   (file) How the promises were kept ... version 2026.1
    """)


async def test_nobody_else_sees_the_report(stage: Stage) -> None:
    """Not in another group, not in private; a try in private is on record."""
    await meet(stage)
    await stage.plays("""
        alice in Community: /report
        bot:   (silent)
        alice: /report
        bot:   You do not have the role for this. The attempt was recorded.
    """)

    def refused(tx: Tx) -> int:
        return tx.audit.count(tag=Tag.ACCESS_REFUSED.value)

    assert await stage.core.database.read(refused) == 1
