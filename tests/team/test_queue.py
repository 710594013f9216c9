"""The team's lists: what is due, what waits, who works on what; each tap is checked again, one message is changed while paging."""

from __future__ import annotations

from datetime import timedelta

from bot.core import cases
from bot.core.cases import Right
from bot.core.support import queue
from bot.core.support.queue import Kind, Which
from bot.localchat.chats import GroupPlan
from tests.flows.test_status import given_case, meet
from tests.stage import Stage


async def given_shown(stage: Stage, right: Right = Right.QUESTION, *, place: str | None = None) -> str:
    """An open case with a topic; its reference."""
    ref = await given_case(stage, right, place=place)
    await stage.settle()
    stage._outputs.clear()
    return ref


async def changed(stage: Stage, ref: str, **changes: object) -> None:
    """As it would be after something that is not this test's."""
    await stage.core.database.write(lambda tx: tx.cases.update({"id": ref}, **changes))


async def test_the_queue_has_filters(stage: Stage) -> None:
    """All, unclaimed, mine, overdue, waiting, escalated, by right; deletions and exports that run by themselves are not in it."""
    await stage.given_team()
    await meet(stage)
    claimed, free = await given_shown(stage), await given_shown(stage, Right.OBJECTION)
    running = await given_shown(stage, Right.EXPORT)
    await changed(stage, claimed, assignee=4)
    await changed(stage, free, escalated_at=stage.clock.now())
    due = "due 22 April 2026 23:59 UTC"
    first, second = sorted([f"{claimed} · Question to a person · {due} · team member 4", f"{free} · Objection to automated decisions · {due} · nobody yet"])
    await stage.plays(f"""
        anna in Desk: /queue
        bot in Desk: Open cases: 2 {first} {second}  [Unclaimed] [Mine] [Overdue] [Waiting for the person] [Escalated] [By right]
        anna in Desk: [Unclaimed]
        bot in Desk: Nobody works on these yet: 1 {free} ...  [All] [Mine] [Overdue] [Waiting for the person] [Escalated] [By right]
        anna in Desk: [Mine]
        bot in Desk: Cases of team member 4: 1 {claimed} ...
        nils in Desk: [Mine]
        bot in Desk: Cases of team member 5: 0 ...
        anna in Desk: [Overdue]
        bot in Desk: Overdue cases: 0 ...
        anna in Desk: [Escalated]
        bot in Desk: With the data protection officer: 1 {free} ...
        anna in Desk: [By right]
        bot in Desk: Which cases?  [...] ... [All]
        anna in Desk: [Question to a person]
        bot in Desk: Question to a person: 1 {claimed} ...
        anna in Desk: [All]
        bot in Desk: Open cases: 2 ...
        dana in Desk: /mine
        bot in Desk: Cases of team member 3: 0 ...
        anna in Desk: /queue waiting
        bot in Desk: Waiting for the person: 0 ...
    """)
    assert running
    general = [message for message in stage.world.group("Desk").messages.values() if "Open cases" in message.words]
    assert len(general) == 1, "one message was changed"
    assert "https://t.me/c/" in str(general[0].entities)


async def test_whoever_holds_no_role_sees_no_list(stage: Stage) -> None:
    """Mallory is in the group; commands and taps of others' messages are refused, on record."""
    await stage.given_team()
    await meet(stage)
    ref = await given_shown(stage)
    refused = "You do not have the role for this; it takes: ... The attempt was recorded."
    await stage.plays(f"""
        mallory in Desk: /queue
        bot in Desk: {refused}
        mallory in Desk: /due
        bot in Desk: {refused}
        mallory in Desk: /find {ref}
        bot in Desk: {refused}
        anna in Desk: /queue
        bot in Desk: Open cases: 1 ...
        mallory in Desk: [Unclaimed]
        bot in Desk: (toast) {refused}
        olga in Desk: /queue
        bot in Desk: {refused}
    """)


async def test_pages_change_one_message(stage: Stage) -> None:
    """Twelve cases are two pages; a forged page is the last one."""
    await stage.given_team()
    await meet(stage)
    refs = sorted([await given_case(stage, Right.QUESTION) for _ in range(12)])
    await stage.settle()
    stage._outputs.clear()
    await stage.plays(f"""
        anna in Desk: /queue
        bot in Desk: Open cases: 12 {refs[0]} ... {refs[9]} ... nobody yet  [Unclaimed] ... [2 ▶]
        anna in Desk: [2 ▶]
        bot in Desk: Open cases: 12 {refs[10]} ... {refs[11]} ... nobody yet  [Unclaimed] ... [◀ 1]
    """)
    shown = next(message for message in stage.world.group("Desk").messages.values() if "Open cases" in message.words)
    said = []
    for data in ("t:queue::all.999999999999", "t:queue::nonsense.-1", "t:due::x"):
        stage.world.person("anna").sends_callback(shown, data)
        await stage.settle()
        said += [output.text.replace("⟦", "")[:10] for output in stage._outputs]
        stage._outputs.clear()
    assert said == ["Open cases", "What is du"], "the last page stood there already"


async def test_the_calendar_has_sections(stage: Stage) -> None:
    """Overdue, today, this week, later, and whose clock stands."""
    await stage.given_team()
    await meet(stage)
    now = stage.clock.now()  # a Monday, 9 o'clock
    refs = {}
    for name, due in (("late", -1), ("today", 0), ("week", 5), ("later", 8), ("stands", 2)):
        refs[name] = await given_case(stage, Right.QUESTION, place="eu")
        await changed(stage, refs[name], target_due=now + timedelta(days=due, hours=1), warned=100 if due < 0 else 0)
    await stage.core.database.write(lambda tx: cases.ask(tx, tx.cases.get(id=refs["stands"]), "clarification", "Mine?"))
    await changed(stage, refs["stands"], target_due=now + timedelta(days=2))
    await stage.settle()
    stage._outputs.clear()
    await stage.plays(f"""
        viktor in Desk: /due
        bot in Desk: What is due when Overdue {refs["late"]} ... overdue since 22 March 2026 10:00 UTC ... Today {refs["today"]} ... 23 March 2026 10:00 UTC ... This week {refs["week"]} ... 28 March 2026 ... Later {refs["later"]} ... 31 March 2026 ... Waiting for the person {refs["stands"]} · Question to a person · waits for the person, due 25 March 2026 09:00 UTC or later · nobody yet
    """)


async def test_a_case_is_found_by_its_reference(stage: Stage) -> None:
    """Whatever letters were taken for others; with the way into its topic; kindly, when there is none."""
    await stage.given_team()
    await meet(stage)
    ref = await given_shown(stage)
    typed = ref.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    await stage.plays(f"""
        anna in Desk: /find {typed}
        bot in Desk: {ref} · Question to a person State: received Due by: 22 April 2026 23:59 UTC Worked on by: nobody yet  [Open it]
        anna in Desk#{ref}: /find
        bot in Desk#{ref}: {ref} ...
        anna in Desk: /find
        bot in Desk: Please write the reference behind the command, ...
        anna in Desk: /find ASK-ZZZZZZ
        bot in Desk: There is no case ASK-ZZZZZZ. ...
    """)
    address = next(b["url"] for m in stage.world.group("Desk").messages.values() for b in m.buttons if "url" in b)
    assert address.endswith(f"/{stage.topic(f'Desk#{ref}').thread_id}")


async def test_a_group_without_addresses_is_pointed_at_the_card(stage: Stage) -> None:
    """A basic group: what is found answers the card, so that a tap on it leads there."""
    basic = stage.world.add_group(GroupPlan("Basic", members=("anna",), has_bot=True, is_supergroup=False))
    await stage.given_team(basic)
    await meet(stage)
    ref = await given_shown(stage)
    await stage.plays(f"""
        anna in Basic: /find {ref}
        bot in Basic: {ref} · Question to a person ...
    """)
    found = list(basic.messages.values())[-1]
    card = next(message for message in basic.messages.values() if "State:" in message.words and message.buttons)
    assert found.reply_to_id == card.id


async def test_what_is_overdue_for_the_queue_is_overdue_for_the_case(stage: Stage) -> None:
    """Under every regime, at every hour, while the clock stands or not: the filter says what the case says."""
    await meet(stage)
    refs = [await given_case(stage, right, place=place) for place in (None, "eu", "california") for right in (Right.QUESTION, Right.OBJECTION)]
    await stage.core.database.write(lambda tx: [cases.ask(tx, tx.cases.get(id=ref), "clarification", "Mine?") for ref in refs[::2]])
    for days in (10, 15, 10, 20, 30):
        stage.clock.move(timedelta(days=days))
        await stage.settle()
        now = stage.clock.now()
        found = await stage.core.database.read(lambda tx: queue.first(tx, Which(Kind.OVERDUE), 100))
        every = await stage.core.database.read(lambda tx: tx.cases.select(closed_at=None, opened=False))
        assert sorted(entry.ref for entry in found.entries) == sorted(case.id for case in every if case.is_overdue(now))
        assert found.count == len(found.entries)
    stage._outputs.clear()


def test_a_selection_survives_its_button() -> None:
    """What stands in a button is read as what it was made from."""
    for which in (Which(), Which(Kind.MINE, number=7), Which(Kind.RIGHT, right="ASK"), Which(Kind.OVERDUE)):
        assert Which.read(which.code) == which
    assert Which.read("mine", me=3) == Which(Kind.MINE, number=3)
    assert Which.read("'; drop") == Which()
