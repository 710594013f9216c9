"""What several processes on one database rely on: each piece once, each chat in order, nobody waits for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.app import Core
from bot.core import accounts, audit, delivery, work
from bot.core.audit import Tag
from bot.core.clock import FixedClock
from bot.core.delivery import Delivery
from bot.core.ports import Tx
from bot.storage import PostgresDatabase, Unit
from bot.telegram import outbox


async def test_what_is_due_is_claimed_by_one(core: Core) -> None:
    """Twenty workers at once over two hundred pieces: each piece is claimed once."""
    await core.database.write(lambda tx: [work.schedule(tx, "job", str(number)) for number in range(200)])
    rounds = await asyncio.gather(
        *(core.database.write(lambda tx: work.claim(tx, limit=7)) for _ in range(40)),
    )
    taken = [item.id for claimed in rounds for item in claimed]
    assert len(taken) == len(set(taken))
    while more := await core.database.write(lambda tx: work.claim(tx, limit=50)):
        taken += [item.id for item in more]
    assert len(set(taken)) == len(taken) == 200


async def test_what_somebody_holds_is_not_theirs_to_finish(core: Core) -> None:
    """After the lease another takes over; the first one's late writes change nothing."""
    clock = core.clock
    assert isinstance(clock, FixedClock)
    await core.database.write(lambda tx: work.schedule(tx, "job", "ref"))
    [first] = await core.database.write(work.claim)
    assert await core.database.write(work.claim) == []
    clock.move(work.LEASE + timedelta(seconds=1))
    [second] = await core.database.write(work.claim)

    async def refused(unit) -> bool:  # type: ignore[no-untyped-def]
        try:
            await core.database.write(unit)
        except work.FencedError:
            return True
        return False

    assert await refused(lambda tx: work.advance(tx, first, "step"))
    assert await refused(lambda tx: work.finish(tx, first))
    assert await refused(lambda tx: work.fail(tx, first, "Late"))
    await core.database.write(lambda tx: work.finish(tx, second))


async def test_the_audit_chain_has_no_fork(core: Core) -> None:
    """Forty transactions at once append to it: every number once, every hash on the one before."""
    await asyncio.gather(*(core.database.write(lambda tx: audit.record(tx, Tag.ROLE_GRANTED)) for _ in range(40)))
    entries = await core.database.read(lambda tx: tx.audit.select())
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert audit.verify_chain(entries) is None


async def test_two_first_meetings_make_one_account(core: Core) -> None:
    """The same person in two chats at the same instant: who loses the race sees what the winner made."""
    met = await asyncio.gather(
        *(core.database.write(lambda tx: accounts.open_for_telegram(tx, 4711)) for _ in range(6))
    )
    assert len({account.id for account, _new in met}) == 1
    assert sum(new for _account, new in met) == 1


async def test_a_chat_belongs_to_one_transaction_at_a_time(core: Core) -> None:
    """While one holds it another is told so at once; afterwards it is free. One writer holds everything."""
    if not isinstance(core.database, PostgresDatabase):
        assert await core.database.write(lambda tx: tx.hold("chat"))
        return
    begun, leave = asyncio.Event(), asyncio.Event()

    async def long(unit: Unit) -> bool:
        held = await unit.do(lambda tx: tx.hold("chat"))
        begun.set()
        await leave.wait()
        return held

    holder = asyncio.create_task(core.database.handle(long))
    await begun.wait()
    assert not await core.database.write(lambda tx: tx.hold("chat"))
    assert await core.database.write(lambda tx: tx.hold("another chat"))
    leave.set()
    assert await holder
    assert await core.database.write(lambda tx: tx.hold("chat"))


async def test_a_chats_messages_are_leased_by_one_and_in_order(core: Core) -> None:
    """Ten senders at once: one gets the chat's first messages, the others nothing, until they are sent or the lease ends."""

    def say(tx: Tx) -> None:
        for number in range(30):
            delivery.put(tx, lane="chat", kind="sendMessage", payload={"text": str(number)})

    def said(tx: Tx) -> list[str]:
        return [str((row.payload or {})["text"]) for row in tx.outbox.select(lane="chat", state="waiting")]

    await core.database.write(say)
    assert await core.database.read(said) == [str(number) for number in range(30)]
    leases = await asyncio.gather(*(core.database.write(lambda tx: outbox.lease(tx, "chat")) for _ in range(10)))
    [batch] = [leased for leased in leases if leased]
    await core.database.write(lambda tx: outbox.settle(tx, batch[0], Delivery.DONE))
    assert await core.database.write(lambda tx: outbox.lease(tx, "chat")) == []
    await core.database.write(lambda tx: outbox.release(tx, batch[1:]))
    again = await core.database.write(lambda tx: outbox.lease(tx, "chat"))
    assert [row.id for row in again][:-1] == [row.id for row in batch[1:]]
    assert {row.attempts for row in again} == {1}


async def test_what_is_said_later_is_sent_later_whatever_the_clock_says(core: Core) -> None:
    """Another machine's clock is ahead: what this one says afterwards still comes after."""
    clock = core.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(seconds=2)
    first = await core.database.write(lambda tx: delivery.put(tx, lane="chat", kind="sendMessage", payload={}))
    clock.at -= timedelta(seconds=2)
    later = [
        await core.database.write(lambda tx: delivery.put(tx, lane="chat", kind="sendMessage", payload={}))
        for _ in range(3)
    ]
    assert sorted([first, *later]) == [first, *later]


async def test_what_is_not_urgent_comes_last_and_one_at_a_time(core: Core) -> None:
    """A rank says how long something can wait: what comes in later without one is sent before it; nothing overtakes in a rank."""

    def say(tx: Tx) -> None:
        for text, rank in (("new 1", 2), ("new 2", 2), ("changed", 1), ("said 1", 0), ("said 2", 0)):
            delivery.put(tx, lane="chat", kind="sendMessage", payload={"text": text}, rank=rank)

    async def next_texts() -> list[str]:
        leased = await core.database.write(lambda tx: outbox.lease(tx, "chat"))
        assert await core.database.write(lambda tx: outbox.lease(tx, "chat")) == [], "somebody is sending"
        found = await core.database.read(lambda tx: [str((tx.outbox.get(id=row.id).payload or {})["text"]) for row in leased])
        for row in leased:
            await core.database.write(lambda tx, row=row: outbox.settle(tx, row, Delivery.DONE))  # type: ignore[misc]
        return found

    await core.database.write(say)
    assert await next_texts() == ["said 1", "said 2"]
    assert await next_texts() == ["changed"]
    assert await next_texts() == ["new 1"]
    await core.database.write(lambda tx: delivery.put(tx, lane="chat", kind="sendMessage", payload={"text": "said 3"}))
    assert await next_texts() == ["said 3"]
    assert await next_texts() == ["new 2"]
