"""The directory: who is not at home."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.residence import Directory
from bot.storage.directory import SqlDirectory, SqliteDirectory
from bot.storage.doors import PostgresDoor
from bot.telegram.regions import asked_for, private_person
from tests.databases import BOTH, POSTGRESQL, Databases


def _index(number: int) -> str:
    return hashlib.sha256(f"key:{number}".encode()).hexdigest()


def _open(path: Path) -> SqliteDirectory:
    return SqliteDirectory(path, "EU", _index)


Opener = Callable[[], Directory]


@pytest.fixture(params=BOTH)
async def opened(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Opener]:
    """Opens one directory again and again, as processes do: in a file, and in a database."""
    async with databases.key_store(request.param) as url:
        doors = [PostgresDoor(url) for _ in range(2)] if url else []
        turns = itertools.cycle(doors)
        yield lambda: SqlDirectory(next(turns), "EU", _index) if doors else _open(tmp_path / "d")
        for door in doors:
            door.close()


def test_two_processes_see_the_same(opened: Opener) -> None:
    """No cache that could send somebody to where they no longer are."""
    one, other = opened(), opened()
    one.settle({7: "link7", 8: "link8"}, "US")
    assert (other.find(7), other.find(8), other.find(9)) == ("US", "US", None)
    assert other.regions() == ["US"]
    other.settle({7: "home7"}, "EU")
    assert one.find(7) is None
    assert one.links("US", limit=10) == ["link8"]
    assert one.leave("US", ["link8", "link9"]) == 1
    assert one.leave("US", []) == 0
    assert one.regions() == []
    one.close()
    other.close()


def test_links_come_in_order_a_page_at_a_time(opened: Opener) -> None:
    """The sweep goes round them."""
    directory = opened()
    directory.settle({number: f"link{number}" for number in range(5)}, "US")
    directory.settle({9: "other"}, "CN")
    first = directory.links("US", limit=3)
    assert list(first) == ["link0", "link1", "link2"]
    assert list(directory.links("US", after=first[-1], limit=3)) == ["link3", "link4"]
    directory.close()


def test_two_processes_that_settle_somebody_at_once_leave_one_answer(opened: Opener) -> None:
    """Neither fails."""
    one, other = opened(), opened()
    with ThreadPoolExecutor(2) as threads:
        for number in range(20):
            deeds = [threads.submit(each.settle, {number: "link"}, region) for each, region in ((one, "US"), (other, "CN"))]
            for deed in deeds:
                deed.result()
            assert one.find(number) == other.find(number)
    one.close()
    other.close()


async def test_home_regions_in_one_database_know_nothing_of_each_other(databases: Databases) -> None:
    """Their indexes are made with other keys; and even the same index is another entry."""
    async with databases.key_store(POSTGRESQL) as url:
        assert url is not None
        door = PostgresDoor(url)
        eu, us = SqlDirectory(door, "EU", _index), SqlDirectory(door, "US", _index)
        eu.settle({7: "link"}, "CN")
        assert us.find(7) is None
        us.settle({7: "link"}, "SG")
        assert (eu.find(7), us.find(7), eu.regions()) == ("CN", "SG", ["CN"])
        door.close()


def test_the_file_tells_nobody_who_it_is_about(tmp_path: Path) -> None:
    """Neither the number nor, after leaving, the index; and only its owner reads it."""
    directory = _open(tmp_path / "d")
    directory.settle({123456789: "the-link"}, "US")
    assert b"123456789" not in (tmp_path / "d").read_bytes()
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o600
    directory.leave("US", ["the-link"])
    directory.close()
    assert b"the-link" not in (tmp_path / "d").read_bytes()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["EU", "US", "CN"])), max_size=30))
def test_whoever_was_settled_last_is_there(opened: Opener, moves: list[tuple[int, str]]) -> None:
    """One answer for everybody, whatever the way they came."""
    directory = opened()
    expected: dict[int, str] = {}
    for person in range(1, 6):
        directory.settle({person: "home"}, "EU")
    for person, region in moves:
        directory.settle({person: f"{region}{person}"}, region)
        expected[person] = region
    for person in range(1, 6):
        region = expected.get(person, "EU")
        assert directory.find(person) == (None if region == "EU" else region)
    directory.close()


@pytest.mark.parametrize(
    ("update", "person"),
    [
        ({"update_id": 1, "message": {"chat": {"id": 5}, "from": {"id": 5}}}, 5),
        ({"update_id": 1, "message": {"chat": {"id": -5}, "from": {"id": 5}}}, None),
        ({"update_id": 1, "callback_query": {"from": {"id": 5}, "message": {"chat": {"id": 5}}}}, 5),
        ({"update_id": 1, "callback_query": {"from": {"id": 5}, "message": {"chat": {"id": -9}}}}, None),
        ({"update_id": 1, "inline_query": {"from": {"id": 5}}}, None),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 5}, "from": {"id": 5}}}, 5),
        ({"update_id": 1, "message_reaction": {"chat": {"id": -5}, "user": {"id": 5}}}, None),
        ({"update_id": 1}, None),
    ],
)
def test_only_what_is_said_in_private_goes_to_a_persons_region(update: dict[str, object], person: int | None) -> None:
    """Groups and inline queries are answered at home, where nothing of the person is."""
    assert private_person(update) == person


def test_a_stranger_may_bring_a_link_or_a_reference() -> None:
    """Everything else is said at home."""
    assert asked_for("/start link-abc_-1") == ("link", "abc_-1")
    assert asked_for("/status del-7k2m4q") == ("case", "DEL-7K2M4Q")
    assert asked_for("/start") is None
    assert asked_for("/status") is None
    assert asked_for(None) is None
