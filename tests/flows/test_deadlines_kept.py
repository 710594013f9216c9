"""What is due is told in time: acknowledgements, delays with their reason and new date, missed dates, each once."""

from __future__ import annotations

import asyncio

import pytest

from bot.core import cases
from bot.core.audit import Tag
from bot.core.cases import Right, Step
from bot.core.deadlines import ExtensionLateError, ExtensionNotAllowedError, ExtensionReasonError
from bot.core.errors import ExtendedAlreadyError, TransitionError
from bot.core.ports import Tx
from tests.flows.test_status import given_case, meet
from tests.stage import Stage


async def test_a_delay_is_told_before_the_date_and_a_missed_date_offers_the_officer(stage: Stage) -> None:
    """Policy: a revised date with its reason; after that passes, the data protection officer. Each is told once."""
    await meet(stage)
    ref = await given_case(stage, Right.OBJECTION)
    await stage.plays(f"""
        (27 days later)
        bot:   (silent)
        (1 day later)
        bot:   Case {ref} takes longer than planned. Reason: Your request takes more work than we planned. The new date is 22 May 2026 23:59 UTC.
        (32 days later)
        bot:   (silent)
        (1 day later)
        bot:   The date for case {ref} has passed and it is not finished. I am sorry. You can now turn to the data protection officer directly.  [Data protection officer]
        (40 days later)
        bot:   (silent)
        alice: /status {ref}
        bot:   {ref} ... it takes longer, the new date is 22 May 2026 23:59 UTC. Your request takes more work than we planned. ... The date has passed and the case is not finished. You can turn to the data protection officer of Moonshot AI.  [Data protection officer] [Write in this case] [Withdraw this request] [My requests] [Menu]
    """)


async def test_a_case_from_elsewhere_is_acknowledged_by_the_sweep(stage: Stage) -> None:
    """The message goes out and is on record, within the same minute."""
    await meet(stage)
    ref = await given_case(stage, Right.OBJECTION, told=False)
    assert (await stage.core.database.read(lambda tx: tx.cases.get(id=ref))).acknowledged_at is None
    await stage.plays(f"""
        (1 minute later)
        bot:   We received your request: Objection to automated decisions. Case {ref} is open; this is its acknowledgement. You get an answer by 22 April 2026 23:59 UTC.  [My requests]
        (1 minute later)
        bot:   (silent)
    """)
    case = await stage.core.database.read(lambda tx: tx.cases.get(id=ref))
    assert case.acknowledged_at == stage.clock.now() - (stage.clock.now() - case.opened_at) / 2


async def test_a_finished_case_is_never_called_late(stage: Stage) -> None:
    """Nothing is said about what is done."""
    await meet(stage)
    ref = await given_case(stage, Right.OBJECTION)
    await stage.core.database.write(lambda tx: cases.move(tx, tx.cases.get(id=ref), Step.FINISH))
    await stage.plays("""
        (100 days later)
        bot:   (silent)
    """)


async def test_an_extension_is_told_in_the_same_transaction(stage: Stage) -> None:
    """Reason and new date reach the person with the change itself; GDPR Art. 12(3): at most three months from receipt."""
    await meet(stage)
    ref = await given_case(stage, Right.OBJECTION, place="eu")
    case = await stage.core.database.write(lambda tx: cases.extend(tx, ref, "volume", "p-officer"))
    assert case.legal_due is not None
    assert case.legal_due.date().isoformat() == "2026-06-23"
    assert case.extended_at == case.delay_told_at == stage.clock.now()
    entries = await stage.core.database.read(lambda tx: tx.audit.select(ref=ref, tag=Tag.CASE_EXTENDED.value))
    assert [entry.actor for entry in entries] == ["p-officer"]
    await stage.plays(f"""
        (1 minute later)
        bot:   Case {ref} takes longer than planned. Reason: There are very many requests at the moment. The new date is ... May 2026 ...
    """)
    with pytest.raises(ExtendedAlreadyError):
        await stage.core.database.write(lambda tx: cases.extend(tx, ref, "volume", "p-officer"))


@pytest.mark.parametrize(
    ("place", "right", "days", "reason", "error"),
    [
        ("eu", Right.OBJECTION, 0, "", ExtensionReasonError),
        ("eu", Right.OBJECTION, 0, "because", ExtensionReasonError),
        ("california", Right.DO_NOT_SELL, 0, "volume", ExtensionNotAllowedError),
        ("china", Right.OBJECTION, 0, "volume", ExtensionNotAllowedError),
        ("china", Right.OBJECTION, 31, "volume", ExtensionNotAllowedError),
        ("eu", Right.EXPORT, 3, "volume", ExtensionLateError),
    ],
)
async def test_where_a_date_cannot_be_moved_it_stands(
    stage: Stage, place: str, right: Right, days: int, reason: str, error: type[Exception]
) -> None:
    """No reason, no such extension, or too late: nothing is changed and nothing is said."""
    from datetime import timedelta

    ref = await given_case(stage, right, place=place)
    before = await stage.core.database.read(lambda tx: tx.cases.get(id=ref))
    stage.clock.move(timedelta(days=days))
    with pytest.raises(error):
        await stage.core.database.write(lambda tx: cases.extend(tx, ref, reason, "p-officer"))
    after = await stage.core.database.read(lambda tx: tx.cases.get(id=ref))
    assert after == before


async def test_a_closed_case_has_no_date_to_move(stage: Stage) -> None:
    """What is done cannot be delayed."""
    ref = await given_case(stage, Right.OBJECTION)
    await stage.core.database.write(lambda tx: cases.move(tx, tx.cases.get(id=ref), Step.FINISH))
    with pytest.raises(TransitionError):
        await stage.core.database.write(lambda tx: cases.extend(tx, ref, "volume", "p-officer"))


async def test_the_ccpa_knows_no_pause(stage: Stage) -> None:
    """45 days run on while the person is asked (§7021); under the GDPR the same question stops the clock."""
    await meet(stage)
    found = {}
    for place in ("california", "eu"):
        ref = await given_case(stage, Right.OBJECTION, place=place)

        def ask_and_answer(tx: Tx, ref: str = ref) -> None:
            cases.ask(tx, tx.cases.get(id=ref), "identity", "?", actor="p-team")

        await stage.core.database.write(ask_and_answer)
        found[place] = ref
    before = {place: (await _case(stage, ref)).target_due for place, ref in found.items()}
    stage.clock.move(_days(5))
    for ref in found.values():
        await stage.core.database.write(lambda tx, ref=ref: cases.answer(tx, tx.cases.get(id=ref)))  # type: ignore[misc]
    after = {place: (await _case(stage, ref)).target_due for place, ref in found.items()}
    assert after["california"] == before["california"]
    assert after["eu"] == before["eu"] + _days(5)


async def test_sweeps_at_the_same_time_tell_everything_once(stage: Stage) -> None:
    """Many processes may run it at once: whoever moves a case's next look first does what is due."""
    await meet(stage)
    refs = [await given_case(stage, Right.OBJECTION) for _ in range(5)]
    stage.clock.move(_days(29))
    await asyncio.gather(*(stage.core.database.write(cases.sweep) for _ in range(6)))
    entries = await stage.core.database.read(lambda tx: tx.audit.select(tag=Tag.CASE_EXTENDED.value))
    assert sorted(entry.ref for entry in entries) == sorted(refs)


def _days(count: int):  # type: ignore[no-untyped-def]
    from datetime import timedelta

    return timedelta(days=count)


async def _case(stage: Stage, ref: str) -> cases.Case:
    return await stage.core.database.read(lambda tx: tx.cases.get(id=ref))
