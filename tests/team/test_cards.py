"""A case's card: right for every kind of case, fits a message, and changes by itself only when the time has come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core import accounts, cases, passwords
from bot.core.cases import Right, Status, Step
from bot.core.cases.case import Case
from bot.core.ports import Tx
from bot.core.support import groups
from bot.telegram.team import cards
from bot.telegram.texts import speaking
from tests.flows.test_status import given_case
from tests.stage import Stage
from tests.team.scenes import given_desk, given_shown


async def test_a_card_tells_all_that_the_team_may_know(stage: Stage) -> None:
    """State, dates, clock, what was verified, language, law, other cases of the same person. No name."""
    await given_desk(stage)
    await stage.core.database.write(lambda tx: passwords.judge(tx, _alice(tx, stage), right=True))
    first = await given_shown(stage, Right.OBJECTION, place="eu")
    second = await given_case(stage, Right.QUESTION, place="eu")
    await stage.core.database.write(lambda tx: cases.ask(tx, tx.cases.get(id=second), "identity", "Who are you?", actor="team:4"))
    await stage.settle()
    stage._outputs.clear()
    await stage.plays(f"""
        bot in Desk#ASK: (card) {second} · Question to a person State: waiting for the person Acknowledged: 23 March 2026 09:00 UTC Due by: 22 April 2026 21:59 UTC The law's date: 23 April 2026 21:59 UTC Time used: ▱▱▱▱▱▱▱▱▱▱ 0% The clock stands since 23 March 2026 09:00 UTC: the person is to show who they are. Person: p-... Language: English Lives in: European Union or EEA (GDPR) Verified: the Telegram account linked since 23 March 2026 09:00 UTC; password confirmed 23 March 2026 09:00 UTC Also open: {first} Worked on by: nobody yet  [Claim] [Assign] [Reply] [Canned answer] [Extend] [Escalate to DPO] [Refuse] [Reveal identity] [Legal hold] [Done]
        (10 days later)
        bot to alice: A reminder: ...
        bot in Desk#OBJ: (card) {first} ... Time used: ▰▰▰▱▱▱▱▱▱▱ 30% ...
    """)
    said = [message.words for message in stage.world.person("anna").sees(stage.world.group("Desk"))]
    assert not [text for text in said if "Alice" in text or "1001" in text]


def _alice(tx: Tx, stage: Stage) -> str:
    found = accounts.find_by_telegram(tx, stage.world.person("alice").id)
    assert found is not None
    return found.id


async def test_a_law_without_pauses_is_named(stage: Stage) -> None:
    """CCPA: asked, and the clock goes on."""
    await given_desk(stage)
    ref = await given_case(stage, Right.OBJECTION, place="california")
    await stage.core.database.write(lambda tx: cases.ask(tx, tx.cases.get(id=ref), "clarification", "Which one?", actor="team:4"))
    await stage.settle()
    stage._outputs.clear()
    await stage.plays(f"""
        bot in Desk#OBJ: (card) {ref} ... Due by: ... The law's date: ... The person was asked; the clock goes on all the same. ... Lives in: California (CCPA) ...
    """)


async def test_the_card_follows_the_time_without_anybody(stage: Stage) -> None:
    """A tenth at a time, and late when it is late; between the tenths nothing is edited."""
    await given_desk(stage, "dana", "viktor")
    ref = await given_shown(stage, Right.OBJECTION)
    await stage.core.database.write(lambda tx: tx.cases.update({"id": ref}, extended_at=tx.clock.now()))
    desk = stage.world.group("Desk")
    before = stage.world.journal.since(0)[-1].number
    for hours in (1, 5, 20):
        stage.clock.move(timedelta(hours=hours))
        await stage.settle()
    assert not [event for event in stage.world.journal.since(before) if event.chat_id == desk.id]
    await stage.plays("""
        (3 days later)
        bot in Desk#OBJ: (card) ... Time used: ▰▱▱▱▱▱▱▱▱▱ 10% ...
    """)
    stage.clock.move(timedelta(days=28))
    await stage.settle()
    stage._outputs.clear()
    await stage.plays("""
        bot in Desk#OBJ: (card) ... Overdue. With the data protection officer since ... Time used: ▰▰▰▰▰▰▰▰▰▰ 100% ...
    """)


@pytest.mark.parametrize("locale", ["en", "de", "ar", "th"])
async def test_every_kind_of_case_has_a_card_that_fits(stage: Stage, locale: str) -> None:
    """In every state and language: within Telegram's limits, buttons that fit, a title without a name."""
    await given_desk(stage)
    ref = await given_case(stage, Right.OBJECTION, place="eu")

    def shows(tx: Tx) -> None:
        group, case = groups.find(tx), tx.cases.get(id=ref)
        assert group is not None
        for right in Right:
            for status in Status:
                closed = status in cases.CLOSED
                each = _as(case, right, status, tx, closed=closed)
                with speaking(locale):
                    text, keyboard = cards.card(tx, each, group)
                    title = cards.title(each)
                assert len(text.plain) < 4096 and len(title) <= 128
                assert "Alice" not in text.plain + title
                for row in keyboard:
                    assert len(row) <= 2
                    for button in row:
                        assert len((button.data or button.url).encode()) <= 64 or button.url
                offered = {button.data.split(":")[1] for row in keyboard for button in row if button.data}
                if closed:
                    assert offered <= {"reopen"}
                else:
                    assert {"claim", "assign", "reveal", "hold"} <= offered
                    assert ("escalate" in offered) == (right != Right.COMPLAINT), "the officer has a complaint from the beginning"
                    for do, step in (("ask", Step.ASK), ("refuse", Step.REFUSE)):
                        assert (do in offered) == (cases.next_status(status, step) is not None), (do, status)
                    assert ("done" in offered) <= (right not in cases.BY_SERVICE)

    await stage.core.database.read(shows)


def _as(case: Case, right: Right, status: Status, tx: Tx, *, closed: bool) -> Case:
    from dataclasses import replace

    now = tx.clock.now()
    waiting = {"waiting_since": now, "pauses": {"for": "identity", "stops": True}} if status is Status.WAITING else {}
    dates = {"grace_until": now, "purge_by": now} if right is Right.ERASURE else {}
    return replace(
        case, right=right.value, status=status.value, closed_at=now if closed else None, escalated_at=now, extended_at=now,
        **waiting, **dates,
    )  # fmt: skip


async def test_a_case_that_names_nobody_is_still_shown(stage: Stage) -> None:
    """A deletion that came late, after the erasure: state and dates, and nothing that could be done to a person."""
    await given_desk(stage)
    ref = await given_case(stage, Right.ERASURE)

    def shows(tx: Tx) -> str:
        from dataclasses import replace

        group, case = groups.find(tx), tx.cases.get(id=ref)
        assert group is not None
        text, keyboard = cards.card(tx, replace(case, subject="", status=Status.PURGING.value, purge_by=tx.clock.now()), group)
        return f"{text.plain} {[button.data.split(':')[1] for row in keyboard for button in row]}"

    shown = await stage.core.database.read(shows)
    assert "The person was erased; the case names nobody any more." in shown
    assert shown.endswith("['claim', 'assign']")
