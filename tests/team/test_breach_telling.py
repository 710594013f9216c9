"""Told once, whatever happens in between: killed at any write, doubled by a worker thought dead, blocked, away, moved."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core import accounts, deletion, residence, restriction
from bot.core.breaches import finding, record, reporting
from bot.core.breaches.fields import Field
from bot.core.breaches.reporting import Phase
from bot.core.breaches.telling import ON_THEIR_WAY
from bot.core.erasure import sources
from bot.core.ports import Tx
from bot.core.work import LEASE
from bot.telegram import outbox
from tests.databases import BOTH, Databases
from tests.regions.two_regions import Faults, Killed, TwoRegions
from tests.team.breach_house import AWAY, BEFORE, HOME, BreachHouse


@pytest.fixture(params=BOTH)
async def house(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[BreachHouse]:
    kind = request.param
    async with databases.url(kind) as eu, databases.url(kind) as us, databases.key_store(kind) as keys:
        regions = await TwoRegions.open(tmp_path, database_url=eu, database_url_us=us, key_store_url=keys)
        yield await asyncio.to_thread(BreachHouse, regions)
        await regions.close()


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[BreachHouse]:
    """On SQLite only: where the database makes no difference."""
    regions = await TwoRegions.open(tmp_path)
    yield await asyncio.to_thread(BreachHouse, regions)
    await regions.close()


def _die() -> None:
    raise Killed


def _killed_everywhere(house: BreachHouse) -> int:
    """One breach after the other, each killed one write later, until one is through before; how many writes there were."""
    everybody = {house.person(HOME), house.person(HOME), house.person(AWAY)}
    at = 0
    while True:
        house.faults = Faults(at, _die)
        ref = ""
        try:
            ref = house.opens()
            house.work()
            house.agree(ref)
            house.through(ref)
        except Killed:
            house.faults = Faults()
            house.regions.clock.move(LEASE * 2)
            house.work()
            if not house.breach(ref).is_agreed:
                house.agree(ref)
            house.through(ref)
        assert house.written(ref) == Counter(everybody), at
        assert house.states(ref) == {"told": len(everybody)}, at
        assert house.breach(ref).told_at is not None
        if house.faults.at >= 0 and house.faults.seen <= house.faults.at:
            return at
        at += 1


async def test_killed_before_any_write_everybody_is_told_once_all_the_same(house: BreachHouse) -> None:
    """Looking for people, writing to them, counting: none of it is a point of no return, and none is done twice."""
    assert await asyncio.to_thread(_killed_everywhere, house) > 12


def _doubled_everywhere(house: BreachHouse) -> int:
    everybody = {house.person(HOME), house.person(HOME), house.person(AWAY)}
    at = 0
    while True:
        struck: list[bool] = []

        def overtake(struck: list[bool] = struck) -> None:
            struck.append(True)
            house.faults = Faults()
            house.regions.clock.move(LEASE * 2)
            house.through(ref)

        ref = house.opens()
        house.work()
        house.agree(ref)
        house.faults = Faults(at, overtake)
        house.through(ref)
        assert house.written(ref) == Counter(everybody), at
        if not struck:
            return at
        at += 1


async def test_a_worker_thought_dead_writes_to_nobody_again(house: BreachHouse) -> None:
    """Its lease ran out, another told everybody, and then it goes on where it was."""
    assert await asyncio.to_thread(_doubled_everywhere, house) > 6


async def test_whoever_blocked_the_bot_is_told_when_they_are_back(one: BreachHouse) -> None:
    """Soon, while the message is kept; and long after it was swept away. Once in any case."""
    await asyncio.to_thread(_come_back, one)


def _come_back(house: BreachHouse) -> None:
    for days in (1, 30):
        subject = house.person()
        lane = house.do(HOME, lambda tx: tx.links.find(subject=subject).id)  # type: ignore[union-attr]  # noqa: B023
        ref = house.opens()
        house.work()
        house.agree(ref)
        house.work()
        house.do(HOME, lambda tx: outbox.block(tx, lane))  # noqa: B023 - it is on its way when they block
        house.through(ref)
        assert house.states(ref)["unreached"] == 1
        assert house.breach(ref).told_at is not None, "everybody who can be reached was told"
        house.later(days=days)
        house.do(HOME, _sweep_outbox)
        house.do(HOME, lambda tx: outbox.unblock(tx, lane))  # noqa: B023
        house.through(ref)
        assert house.states(ref)["unreached"] == 0
        assert house.written(ref)[subject] == 1


def _sweep_outbox(tx: Tx) -> None:
    tx.outbox.remove(created_at__le=tx.clock.now() - tx.policy.keep_for("outbox").as_timedelta())


async def test_whoever_links_a_telegram_account_later_is_told_then(one: BreachHouse) -> None:
    """An account of the service without any chat is out of reach until it has one."""
    await asyncio.to_thread(_link_later, one)


def _link_later(house: BreachHouse) -> None:
    def make(tx: Tx) -> str:
        account = accounts.create(tx, name="meyer", locale="de")
        tx.accounts.update({"id": account.id}, created_at=BEFORE)
        return account.id

    subject = house.do(HOME, make)
    ref = house.opens(categories="account")
    house.work()
    house.agree(ref)
    house.through(ref)
    assert house.states(ref)["unreached"] == 1
    token = house.do(HOME, lambda tx: accounts.issue_link(tx, subject))
    house.do(HOME, lambda tx: accounts.link_telegram(tx, 8001, token))
    house.through(ref)
    assert house.written(ref)[subject] == 1


async def test_the_restricted_and_those_about_to_be_deleted_are_told_too(one: BreachHouse) -> None:
    """It is for them. Who was erased meanwhile cannot be told any more; the figures say that there was somebody."""
    await asyncio.to_thread(_special_people, one)


def _special_people(house: BreachHouse) -> None:
    restricted, closing, gone = house.person(), house.person(), house.person()
    house.do(HOME, lambda tx: restriction.restrict(tx, tx.accounts.get(id=restricted)))
    house.do(HOME, lambda tx: deletion.begin(tx, tx.accounts.get(id=closing)))
    ref = house.opens()
    house.work()
    assert house.affected(ref) == {restricted, closing, gone}
    house.do(HOME, lambda tx: sources.erase_all(tx, gone, ""))
    house.agree(ref)
    house.through(ref)
    assert house.written(ref) == Counter({restricted, closing})
    assert record.total(house.breach(ref), "erased") == 1


async def test_only_so_many_are_on_their_way_at_a_time(one: BreachHouse) -> None:
    """So that somebody else's answer does not queue behind a hundred thousand notices."""
    await asyncio.to_thread(_many, one)


def _many(house: BreachHouse) -> None:
    people = {house.person(talk=None) for _ in range(ON_THEIR_WAY + 30)}
    ref = house.opens(categories="account")
    house.work()
    house.agree(ref)
    house.work()
    assert ON_THEIR_WAY - 50 <= house.states(ref)["sent"] <= ON_THEIR_WAY
    house.through(ref)
    assert house.written(ref) == Counter(people)


async def test_amending_after_telling_tells_the_new_ones_and_drops_nobody(one: BreachHouse) -> None:
    """A wider window finds more people; a narrower one leaves those it found on the list, and says so."""
    await asyncio.to_thread(_amend, one)


def _amend(house: BreachHouse) -> None:
    old, new = house.person(), house.person(since=house.regions.clock.now(), talk=None)
    ref = house.opens()
    house.work()
    house.agree(ref)
    house.through(ref)
    told_at = house.breach(ref).told_at
    assert house.affected(ref) == {old}
    house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.CATEGORIES, ("account", "conversations")))
    house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.ENDED, tx.clock.now()))
    house.through(ref)
    assert house.affected(ref) == {old, new}
    assert house.written(ref) == {old: 1}, "nobody is told what two people have not agreed to"
    house.agree(ref)
    house.through(ref)
    assert house.written(ref) == {old: 2, new: 1}, "the first one is told again: more of their data is concerned"
    assert house.breach(ref).told_at == told_at
    house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.CATEGORIES, ("exports",)))
    house.through(ref)
    assert house.affected(ref) == {old, new}
    assert record.total(house.breach(ref), "unfit") == 2


async def test_whoever_moves_to_another_region_meanwhile_is_told_there_and_once(one: BreachHouse) -> None:
    """Found at home, told where they live by then."""
    await asyncio.to_thread(_move, one)


def _move(house: BreachHouse) -> None:
    for on_its_way in (False, True):
        subject = house.person()
        ref = house.opens(regions=HOME)
        house.work()
        if on_its_way:
            house.agree(ref)
            house.work()
        _moves(house, subject)
        if not on_its_way:
            house.through(ref)
            assert house.states(ref) == {"due": 1}
            house.agree(ref)
        house.through(ref)
        told = house.written(ref)
        assert set(told.values()) == {1}
        assert subject not in told, "they are somebody else there"
        assert house.states(ref) == {"told": len(told)}


def _moves(house: BreachHouse, subject: str) -> None:
    house.do(HOME, lambda tx: accounts.set_jurisdiction(tx, subject, "california"))
    item = house.regions.claim(HOME)
    assert item.kind == residence.MOVE
    house.regions.job(HOME, Faults())(house.regions.engine(HOME), item)


async def test_who_is_found_while_it_is_being_closed_is_not_forgotten(one: BreachHouse) -> None:
    """The words were changed and nobody waited for them: it was closed. Then somebody moved here who has to be told."""
    await asyncio.to_thread(_found_late, one)


def _found_late(house: BreachHouse) -> None:
    house.person()
    ref = house.opens()
    house.agree(ref)
    house.through(ref)
    house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.MEASURES, "More was done."))
    house.through(ref)
    now = house.regions.clock.now()
    house.do(HOME, lambda tx: reporting.mark_sent(tx, house.officer, ref, "eu", Phase.INITIAL, now))
    newcomer = house.person()
    house.do(HOME, lambda tx: record.close(tx, house.officer, ref))
    house.do(HOME, lambda tx: finding.look_at(tx, tx.accounts.get(id=newcomer)))
    house.through(ref)
    assert house.breach(ref).status == "open"
    assert newcomer not in house.written(ref)
    house.agree(ref)
    house.through(ref)
    assert house.written(ref)[newcomer] == 1


async def test_officers_hear_of_whoever_is_new_among_the_unreached(one: BreachHouse) -> None:
    """Also where it is as many people as before; not again when one of them is back."""
    await asyncio.to_thread(_unreached, one)


def _unreached(house: BreachHouse) -> None:
    first, second = house.person(), house.person()
    lanes = {who: house.do(HOME, lambda tx: tx.links.find(subject=who)).id for who in (first, second)}  # type: ignore[union-attr]  # noqa: B023
    names = {who: house.do(HOME, lambda tx: tx.accounts.get(id=who)).pseudonym for who in lanes}  # noqa: B023
    house.do(HOME, lambda tx: outbox.block(tx, lanes[first]))
    ref = house.opens()
    house.agree(ref)
    house.through(ref)
    house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.CATEGORIES, ("account", "conversations")))
    house.do(HOME, lambda tx: outbox.block(tx, lanes[second]))
    house.do(HOME, lambda tx: outbox.unblock(tx, lanes[first]))
    house.agree(ref)
    house.through(ref)
    assert house.states(ref) == {"told": 1, "unreached": 1}
    house.do(HOME, lambda tx: outbox.unblock(tx, lanes[second]))
    house.through(ref)
    assert house.do(HOME, _lists) == [[names[first]], [names[second]]]


def _lists(tx: Tx) -> list[list[str]]:
    rows = tx.outbox.select(kind="notice", order_by="id")
    return [row.payload["data"]["people"] for row in rows if row.payload and row.payload["notice"] == "breach_unreached"]
