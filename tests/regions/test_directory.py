"""The directory: who is not at home."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.storage.directory import SqliteDirectory
from bot.telegram.regions import asked_for, private_person


def _open(path: Path) -> SqliteDirectory:
    return SqliteDirectory(path, "EU", lambda number: hashlib.sha256(f"key:{number}".encode()).hexdigest())


def test_two_processes_see_the_same(tmp_path: Path) -> None:
    """No cache that could send somebody to where they no longer are."""
    one, other = _open(tmp_path / "d"), _open(tmp_path / "d")
    one.settle({7: "link7", 8: "link8"}, "US")
    assert (other.find(7), other.find(8), other.find(9)) == ("US", "US", None)
    assert other.regions() == ["US"]
    other.settle({7: "home7"}, "EU")
    assert one.find(7) is None
    assert one.links("US", limit=10) == ["link8"]
    assert one.leave("US", ["link8", "link9"]) == 1
    assert one.regions() == []
    one.close()
    other.close()


def test_the_file_tells_nobody_who_it_is_about(tmp_path: Path) -> None:
    """Neither the number nor, after leaving, the index; and only its owner reads it."""
    directory = _open(tmp_path / "d")
    directory.settle({123456789: "the-link"}, "US")
    assert b"123456789" not in (tmp_path / "d").read_bytes()
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o600
    directory.leave("US", ["the-link"])
    directory.close()
    assert b"the-link" not in (tmp_path / "d").read_bytes()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["EU", "US", "CN"])), max_size=30))
def test_whoever_was_settled_last_is_there(tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int, str]]) -> None:
    """One answer for everybody, whatever the way they came."""
    directory = _open(tmp_path_factory.mktemp("directory") / "d")
    expected: dict[int, str] = {}
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
