"""Whom a breach concerns: by region, window and kinds of data, as far as that is known, and never too few."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import access_log, accounts, audit, cases, consents, conversations, exports
from bot.core.audit import Tag
from bot.core.breaches import record, traces
from bot.core.breaches.fields import Field
from bot.core.cases import Right
from bot.core.policies.model import COLLECTIONS
from bot.core.ports import Tx
from bot.core.residence import MOVING
from tests.core.office import Office
from tests.regions.two_regions import TwoRegions
from tests.stage import START
from tests.team.breach_house import AWAY, BEFORE, BEGAN, ENDED, HOME, BreachHouse

INSIDE, AFTER = BEGAN + timedelta(hours=1), ENDED + timedelta(hours=1)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[BreachHouse]:
    regions = await TwoRegions.open(tmp_path)
    yield await asyncio.to_thread(BreachHouse, regions)
    await regions.close()


def test_every_collection_that_a_policy_may_name_is_dated() -> None:
    """And by a column that it has."""
    assert traces.SINCE.keys() == COLLECTIONS


async def test_records_of_before_the_end_concern_whoever_they_belong_to(house: BreachHouse) -> None:
    """Stored before, inside, after the window; deleted before or after its beginning; nothing of the kind at all."""
    await asyncio.to_thread(_windows, house)


def _windows(house: BreachHouse) -> None:
    before, inside = house.person(talk=BEFORE), house.person(talk=INSIDE)
    house.person(talk=AFTER)
    house.person(talk=None)
    newcomer = house.person(since=AFTER, talk=INSIDE)
    cleared, cleared_before, nothing_cleared = house.person(), house.person(), house.person(talk=None)
    house.do(HOME, lambda tx: _clear(tx, cleared))
    house.do(HOME, lambda tx: _clear(tx, cleared_before, at=BEGAN - timedelta(hours=1)))
    house.do(HOME, lambda tx: _clear(tx, nothing_cleared))
    ref = house.opens()
    house.work()
    assert house.affected(ref) == {before, inside, cleared}
    assert newcomer not in house.affected(ref), "an account of after the window had no data in it"
    assert house.do(HOME, lambda tx: tx.breach_tellings.get(id=ref)).counts["records"] == {"conversations": 2}


def _clear(tx: Tx, subject: str, at: object = None) -> None:
    conversations.clear_all(tx, subject)
    if at is not None:  # as if it had been done then
        tx.audit.update({"subject": audit.pseudonym_of(tx, subject), "tag": Tag.HISTORY_CLEARED.value}, at=at)


@pytest.mark.parametrize("kind", ["account", "contact", "conversations", "requests", "consents", "exports"])
async def test_each_kind_of_data_is_found_where_it_lies(house: BreachHouse, kind: str) -> None:
    """Who has all of it is concerned by each; the notice names that kind alone."""
    await asyncio.to_thread(_kind, house, kind)


def _kind(house: BreachHouse, kind: str) -> None:
    subject = house.person()
    house.do(HOME, lambda tx: _furnish(tx, subject))
    ref = house.opens(categories=kind, ended_at=None)
    house.work()
    assert house.affected(ref) == {subject}
    (notice,) = house.do(HOME, lambda tx: tx.breach_notices.select(breach=ref))
    assert notice.categories == kind


def _furnish(tx: Tx, subject: str) -> None:
    account = tx.accounts.get(id=subject)
    cases.open_case(tx, account, Right.QUESTION, text="why?")
    consents.give(tx, subject, consents.Purpose.TRAINING, locale="en")
    now = tx.clock.now()
    tx.packages.add(exports.Package("p1", subject, "EXP-1", "package:1", now, now + timedelta(days=7), 1, 1))


async def test_only_who_lived_in_the_region_then_is_concerned(house: BreachHouse) -> None:
    """Who came after the window was not there; who was there and left is concerned wherever they live now."""
    await asyncio.to_thread(_residence, house)


def _residence(house: BreachHouse) -> None:
    stayed, elsewhere = house.person(HOME), house.person(AWAY)
    left = house.person(AWAY)
    house.do(AWAY, lambda tx: _moved(tx, left, AFTER))
    came_before = house.person(AWAY)
    house.do(AWAY, lambda tx: _moved(tx, came_before, BEFORE))
    ref = house.opens(regions=HOME)
    house.work()
    assert house.affected(ref) == {stayed, left}
    assert elsewhere not in house.affected(ref)
    both = house.opens()
    house.work()
    assert house.affected(both) == {stayed, left, elsewhere, came_before}


def _moved(tx: Tx, subject: str, at: object) -> None:
    """As the move notes it (bot/core/moving/job.py): from home to here, at that time."""
    audit.record(tx, Tag.ACCOUNT_MOVED, subject=subject, actor="service", to=AWAY, origin=HOME)
    tx.audit.update({"subject": audit.pseudonym_of(tx, subject), "tag": Tag.ACCOUNT_MOVED.value}, at=at)


async def test_who_is_on_the_road_is_waited_for(house: BreachHouse) -> None:
    """Nobody slips between two regions: while somebody moves, the search is not over; who turns back is found after all."""
    await asyncio.to_thread(_on_the_road, house)


def _on_the_road(house: BreachHouse) -> None:
    subject = house.person()
    house.do(HOME, lambda tx: tx.accounts.update({"id": subject}, status=MOVING))
    ref = house.opens()
    house.work()
    house.later(seconds=90)
    assert not record.is_found(house.breach(ref))
    assert house.affected(ref) == set()
    house.do(HOME, lambda tx: tx.accounts.update({"id": subject}, status=accounts.OPEN))
    house.later(seconds=90)
    assert record.is_found(house.breach(ref))
    assert house.affected(ref) == {subject}


async def test_finding_somebody_is_an_access_that_they_see_once(house: BreachHouse) -> None:
    """However often it is computed again. A drill says that it was one."""
    await asyncio.to_thread(_access, house)


def _access(house: BreachHouse) -> None:
    subject = house.person()
    ref = house.opens()
    house.work()
    for _ in range(2):
        house.do(HOME, lambda tx: record.put(tx, house.officer, ref, Field.WHAT, "More is known now."))
        house.later(seconds=30)
    drill = house.opens(drill=True)
    house.work()
    found, count = house.do(HOME, lambda tx: access_log.page(tx, tx.accounts.get(id=subject)))
    assert count == 2
    assert {(each.ref, each.why, each.role) for each in found} == {
        (ref, access_log.Why.BREACH, access_log.Role.OFFICER),
        (drill, access_log.Why.DRILL, access_log.Role.OFFICER),
    }


async def test_only_counts_come_home(house: BreachHouse) -> None:
    """What the home region knows of the others names nobody: no subject, no pseudonym, no text."""
    await asyncio.to_thread(_counts, house)


def _counts(house: BreachHouse) -> None:
    away = [house.person(AWAY) for _ in range(3)]
    pseudonyms = house.do(AWAY, lambda tx: [audit.pseudonym_of(tx, subject) for subject in away])
    ref = house.opens()
    house.work()
    house.later(seconds=30)
    counts = house.breach(ref).counts
    assert counts[AWAY]["affected"] == 3
    assert counts[AWAY]["people"] == {"california": 3}
    assert not any(name in json.dumps(counts) for name in (*away, *pseudonyms))


_HOURS = st.integers(-60, 60)


@settings(max_examples=25, deadline=None)
@given(talks=st.lists(_HOURS, max_size=4), cleared=st.none() | _HOURS, began=_HOURS, length=st.integers(1, 48), wider=st.integers(0, 24))
def test_a_wider_window_never_concerns_fewer(
    talks: list[int], cleared: int | None, began: int, length: int, wider: int
) -> None:
    """Whoever is found by a window is found by every window around it."""
    with _office() as office:
        person = office.person(titles=())
        office.do(lambda tx: _history(tx, person.id, talks, cleared))

        def found(tx: Tx, before: int, after: int) -> bool:
            telling = traces.Telling(
                "BRE-1", "service", 1, False, False, 1, HOME, "account conversations contact",
                START + timedelta(hours=began - before), START + timedelta(hours=began + length + after),
            )  # fmt: skip
            return traces.find(tx, telling, tx.accounts.get(id=person.id), START + timedelta(hours=200)) is not None

        narrow = office.read(lambda tx: found(tx, 0, 0))
        assert not narrow or office.read(lambda tx: found(tx, wider, wider))


def _history(tx: Tx, subject: str, talks: list[int], cleared: int | None) -> None:
    tx.accounts.update({"id": subject}, created_at=START - timedelta(hours=80))
    if cleared is not None:
        conversations.add(tx, subject, "Gone", [conversations.Message("user", "x", START - timedelta(hours=70))])
        _clear(tx, subject, START + timedelta(hours=cleared))
    for hours in talks:
        at = START + timedelta(hours=hours)
        conversations.add(tx, subject, "Talk", [conversations.Message("user", "x", at)], stored_at=at)


_OFFICES: list[Office] = []


class _office:
    """One for all examples: each has a person of its own."""

    def __enter__(self) -> Office:
        if not _OFFICES:
            _OFFICES.append(Office())
        return _OFFICES[0]

    def __exit__(self, *error: object) -> None:
        """It is closed at the end of the module."""


@pytest.fixture(scope="module", autouse=True)
def _closed() -> object:
    yield
    for office in _OFFICES:
        office.close()


