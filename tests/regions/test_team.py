"""The team works the cases of every region in one group."""

from __future__ import annotations

from datetime import timedelta

from bot.core import accounts, cases, delivery
from bot.core.cases import Right
from bot.core.ports import Tx
from bot.core.support import groups
from bot.core.support.bans import Ban
from bot.localchat.trouble import STRICT
from bot.telegram.pacing import Pacer
from bot.telegram.sender import Sender
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


async def test_two_regions_keep_the_groups_limit_together(stage: Stage) -> None:
    """Each has its own queue for the group; Telegram counts twenty messages a minute in all, and never has to refuse one."""
    await stage.given_team()
    away = await stage.app.regions.open("US")
    stage.world.flood.rule = STRICT
    clock, begun, pacer = stage.clock, stage.clock.now(), Pacer()

    async def wait(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    desks = (stage.app.regions.desks["EU"], away)
    senders = [
        Sender(desk.core.database, stage.app.bot, pacer=pacer, monotonic=lambda: (clock.now() - begun).total_seconds(), sleep=wait)
        for desk in desks
    ]

    def say(tx: Tx) -> None:
        group = groups.find(tx)
        assert group is not None
        for number in range(25):
            said = {"chat_id": group.chat, "text": f"{tx.keys.region} {number}"}
            delivery.put(tx, lane=group.lane, kind="sendMessage", payload=said)

    for desk in desks:
        await desk.core.database.write(say)
    for _ in range(300):
        clock.move(timedelta(seconds=1))
        for sender in senders:
            await sender.drain()
    said = [message.words for message in stage.world.group("Desk").messages.values()]
    for region in ("EU", "US"):
        assert [words for words in said if words.startswith(region)] == [f"{region} {number}" for number in range(25)]
    for desk in desks:
        assert not await desk.core.database.read(lambda tx: tx.outbox.count(error="RetryAfter"))
        assert not await desk.core.database.read(lambda tx: tx.outbox.count(state="waiting"))
    stage._seen = stage.world.journal.since(0)[-1].number


async def test_lists_show_the_cases_of_all_regions(stage: Stage) -> None:
    """In one order, by date; a case elsewhere is found by its reference, however it is typed."""
    await stage.given_team()
    await meet(stage)
    here, there = await given_case(stage, Right.QUESTION), await given_case_away(stage, Right.OBJECTION)
    await stage.settle()
    stage._outputs.clear()
    first, second = sorted([here, there])
    await stage.plays(f"""
        anna in Desk: /queue
        bot in Desk: Open cases: 2 {first} · ... {second} · ...
        anna in Desk: /due
        bot in Desk: What is due when Later {first} · ... {second} · ...
        anna in Desk: /find {there}
        bot in Desk: {there} · Objection to automated decisions State: received ...  [Open it]
        anna in Desk: /find {there.lower()}
        bot in Desk: {there} · Objection to automated decisions State: received ...  [Open it]
        anna in Desk#{there}: /find
        bot in Desk#{there}: {there} · Objection to automated decisions State: received ...  [Open it]
    """)


async def test_a_ban_goes_along_to_another_region(stage: Stage) -> None:
    """Somebody who is banned says that they live elsewhere: there they have the plain form too, and the team can lift it there."""
    await stage.given_team()
    await meet(stage)
    ref = await given_case(stage, Right.QUESTION)

    def ban(tx: Tx) -> None:
        account = accounts.find_by_telegram(tx, stage.world.person("alice").id)
        assert account is not None
        tx.bans.add(Ban(account.id, account.id, "flood", 2, tx.clock.now()))

    await stage.core.database.write(ban)
    await stage.settle()
    stage._outputs.clear()
    await stage.plays("""
        alice: /rights
        bot:   Rights that everyone has ...
        alice: [Where I live]
        bot:   Where do you live? ...
        alice: [California]
        bot:   Noted: California. ...
        bot:   Your data is now kept in: United States.
    """)
    assert stage.app.regions.directory.find(stage.world.person("alice").id) == "US"
    await stage.plays(f"""
        alice: hello
        bot:   Since 23 March 2026 02:00 PDT you cannot ask or write here any more. ...
        alice: /rights
        bot:   Your rights ...
        viktor in Desk: /unban {ref}
        bot in Desk: Why may the person of case {ref} ask and write again? ...
        viktor in Desk: [Talked over]
        bot in Desk: Lift the ban of the person of case {ref}? ...
        viktor in Desk: [Lift the ban]
        bot in Desk: Team member 2 lifted the ban of the person of case {ref}. They were told why.
        bot to alice: You can ask and write here again. Reason: We talked it over with you.  [Menu]
        alice: /menu
        bot:   What would you like to do? ...
    """)
