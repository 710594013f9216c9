"""The team hears of running clocks: warnings in one digest, overdue cases in private, each once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.core import cases
from bot.core.audit import Tag
from bot.core.cases import Right
from bot.core.support import warnings
from tests.flows.test_status import given_case, meet
from tests.stage import Stage


async def given_reachable(stage: Stage, *names: str) -> None:
    """Members who have pressed Start in a private chat."""
    for name in names:
        stage.world.person(name).presses_start()
    await stage.settle()
    stage._outputs.clear()


async def test_marks_are_told_in_one_digest_that_changes_while_it_is_fresh(stage: Stage) -> None:
    """Half of the time is used: one message for two cases; a third within the hour joins it; after the hour there is a new one."""
    await stage.given_team()
    await meet(stage)
    first, second = sorted([await given_case(stage, Right.QUESTION), await given_case(stage, Right.QUESTION)])
    await stage.plays("(2 hours later)")
    third = await given_case(stage, Right.OBJECTION)
    await stage.plays("(2 hours later)")
    fourth = await given_case(stage, Right.OBJECTION)
    line = "50% of its time is used, due 22 April 2026 23:59 UTC · nobody yet"
    desk = stage.world.group("Desk")
    await stage.plays(f"""
        (15 days later)
        bot in Desk: (silent)
        (4 hours later)
        bot in Desk: Cases whose time is running out {first} · Question to a person · {line} {second} · Question to a person · {line}  [{first}] [{second}]
    """)
    said = len(desk.messages)
    await stage.plays(f"""
        (50 minutes later)
        bot in Desk: Cases whose time is running out {first} ... {second} ... {third} · Objection to automated decisions · {line}  [{first}] [{second}] [{third}]
    """)
    assert len(desk.messages) == said, "it was changed, not sent again"
    await stage.plays(f"""
        (1 hour later)
        bot in Desk: Cases whose time is running out {fourth} · Objection to automated decisions · {line}  [{fourth}]
        (1 hour later)
        bot in Desk: (silent)
    """)
    entries = await stage.core.database.read(lambda tx: tx.audit.select(tag=Tag.CASE_WARNED.value))
    assert sorted(entry.ref for entry in entries) == sorted([first, second, third, fourth])


async def test_what_is_overdue_is_told_to_lead_and_dpo_in_private_once(stage: Stage) -> None:
    """One message to the lead for both cases, without anybody's name, and to the officer the path of each and no list besides; the
    clock that stands is not overdue."""
    await stage.given_team()
    await meet(stage)
    await given_reachable(stage, "viktor", "dana")
    refs = sorted([await given_case(stage, Right.QUESTION), await given_case(stage, Right.OBJECTION)])
    waiting = await given_case(stage, Right.QUESTION, place="eu")
    await stage.core.database.write(lambda tx: cases.ask(tx, tx.cases.get(id=waiting), "clarification", "Mine?"))
    await stage.core.database.write(lambda tx: [tx.cases.update({"id": ref}, extended_at=tx.clock.now()) for ref in refs])
    overdue = "overdue since 22 April 2026 23:59 UTC · nobody yet"
    await stage.plays(f"""
        (1 minute later)
        bot to alice: We need something from you for case {waiting}: ...
    """)
    said = f"2 cases are overdue. {refs[0]} · ... · {overdue} {refs[1]} · ... · {overdue}  [...] [...]"
    await stage.plays(f"""
        (31 days later)
        bot to alice: A reminder: case {waiting} is waiting for you. ...
        bot to alice: The date for case ... has passed ...
        bot to alice: The date for case ... has passed ...
        bot to dana: Case ... Why you get this: its date was missed. ...  [Open the case]
        bot to dana: Case ... Why you get this: its date was missed. ...  [Open the case]
        bot to viktor: {said}
        (31 days later)
        bot: (silent)
    """)


async def test_a_digest_that_was_deleted_is_sent_anew(stage: Stage) -> None:
    """Olga tidies up the group; the next case within the hour brings the digest back, whole."""
    await stage.given_team()
    await meet(stage)
    first = await given_case(stage, Right.QUESTION)
    await stage.plays("(2 hours later)")
    second = await given_case(stage, Right.OBJECTION)
    await stage.plays(f"""
        (15 days later)
        bot: (silent)
        (6 hours later)
        bot in Desk: Cases whose time is running out {first} ...
    """)
    stage.world.person("olga").deletes(next(m for m in stage.world.group("Desk").messages.values() if "running out" in m.words))
    await stage.plays("""
        (50 minutes later)
        bot in Desk: Cases whose time is running out ... of its time is used, ... of its time is used, ...
    """)
    said = [message.words for message in stage.world.group("Desk").messages.values() if "running out" in message.words]
    assert len(said) == 1
    assert first in said[0] and second in said[0]


async def test_who_cannot_be_told_is_named_in_the_group(stage: Stage) -> None:
    """Viktor never pressed Start: the group is told, by his number."""
    await stage.given_team()
    await given_reachable(stage, "dana")
    ref = await given_case(stage, Right.QUESTION)
    await stage.core.database.write(lambda tx: tx.cases.update({"id": ref}, extended_at=tx.clock.now()))
    await stage.plays(f"""
        (31 days later)
        bot to dana: Case {ref} ...
        bot in Desk: I cannot write to team member 2 in private. Please open a chat with me and press Start; then I send what waits.
        bot: (silent)
        viktor: /start
        bot to viktor: 1 case is overdue. {ref} · Question to a person · overdue since ...
        bot to viktor: Hello! ...
    """)


async def test_many_sweeps_at_once_note_a_mark_once(stage: Stage) -> None:
    """Any number of processes."""
    refs = [await given_case(stage, Right.OBJECTION) for _ in range(5)]
    stage.clock.move(timedelta(days=16))
    await asyncio.gather(*(stage.core.database.write(warnings.sweep) for _ in range(6)))
    entries = await stage.core.database.read(lambda tx: tx.audit.select(tag=Tag.CASE_WARNED.value))
    assert sorted(entry.ref for entry in entries) == sorted(refs)
