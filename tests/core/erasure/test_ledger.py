"""The ledger: only grows, says nothing of anybody, and shows every change."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.erasure.ledger import Entry, Ledger
from bot.core.errors import LedgerError
from tests.core.house import NOON

KEY = bytes(range(32))


def entry(number: int, ledger: Ledger) -> Entry:
    return Entry(f"DEL-{number:06d}", ledger.recognise(f"subject {number}"), "account", NOON, 1, NOON)


def written(path: Path, count: int = 4) -> Ledger:
    ledger = Ledger(path, KEY)
    for number in range(count):
        ledger.begin(entry(number, ledger))
        ledger.complete(f"DEL-{number:06d}", ("claimed", "shredded"), NOON, 1)
    return ledger


def test_what_was_written_is_read_by_another_process(tmp_path: Path) -> None:
    """Begun and completed, in the order of their beginning."""
    ledger = written(tmp_path / "ledger")
    again = Ledger(tmp_path / "ledger", KEY)
    assert again.entries() == ledger.entries()
    assert [found.ref for found in again.entries()] == [f"DEL-{number:06d}" for number in range(4)]
    assert all(found.completed_at == NOON for found in again.entries())


def test_only_its_owner_may_read_it_and_it_names_nobody(tmp_path: Path) -> None:
    """0600; a subject id does not stand in it, and without the key it is not recognised."""
    ledger = written(tmp_path / "ledger")
    assert (tmp_path / "ledger").stat().st_mode & 0o777 == 0o600
    assert b"subject 1" not in (tmp_path / "ledger").read_bytes()
    assert Ledger(tmp_path / "other", bytes(32)).recognise("subject 1") != ledger.recognise("subject 1")


def test_doing_it_again_writes_nothing(tmp_path: Path) -> None:
    """A step that was repeated after a crash leaves one line."""
    ledger = written(tmp_path / "ledger")
    before = (tmp_path / "ledger").read_bytes()
    changed = replace(entry(1, ledger), epoch=99)
    assert ledger.begin(changed).epoch == 1
    assert ledger.complete("DEL-000001", (), NOON, 9).steps == ("claimed", "shredded")
    assert (tmp_path / "ledger").read_bytes() == before


@pytest.mark.parametrize("torn", range(1, 200, 17))
def test_a_line_torn_by_a_power_failure_is_cut(tmp_path: Path, torn: int) -> None:
    """It was never acknowledged, so the erasure had not begun."""
    path = tmp_path / "ledger"
    before = [found.ref for found in written(path, 2).entries()]
    half = json.dumps({"ref": "DEL-XXXXXX", "subject": "0" * 64, "scope": "account", "steps": []}).encode() * 3
    path.write_bytes(path.read_bytes() + half[:torn])
    again = Ledger(path, KEY)
    again.begin(entry(7, again))
    assert [found.ref for found in Ledger(path, KEY).entries()] == [*before, "DEL-000007"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_change_shows(tmp_path: Path, data: st.DataObject) -> None:
    """An edit, a removed line, another order, a line of another key."""
    path = tmp_path / "ledger"
    path.unlink(missing_ok=True)
    written(path)
    lines = path.read_bytes().splitlines(keepends=True)
    match data.draw(st.sampled_from(["edit", "remove", "swap", "forge"])):
        case "edit":
            at = data.draw(st.integers(0, len(lines) - 1))
            lines[at] = lines[at].replace(b'"epoch": 1', b'"epoch": 2')
        case "remove":
            del lines[data.draw(st.integers(0, len(lines) - 2))]
        case "swap":
            at = data.draw(st.integers(0, len(lines) - 2))
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case _:
            other = Ledger(tmp_path / "forged", bytes(32))
            (tmp_path / "forged").unlink(missing_ok=True)
            other.begin(entry(9, other))
            lines.append((tmp_path / "forged").read_bytes())
    path.write_bytes(b"".join(lines))
    with pytest.raises(LedgerError):
        Ledger(path, KEY).entries()


def test_a_running_process_notices_that_it_was_cut_or_taken_away(tmp_path: Path) -> None:
    """What it has read must still be there."""
    path = tmp_path / "ledger"
    ledger = written(path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(LedgerError):
        ledger.entries()
    path.unlink()
    with pytest.raises(LedgerError):
        ledger.entries()


def test_many_processes_write_one_chain(tmp_path: Path) -> None:
    """Lines are added under a lock, each over the one before."""
    path = tmp_path / "ledger"
    ledgers = [Ledger(path, KEY) for _ in range(4)]

    def write(number: int) -> None:
        ledger = ledgers[number % 4]
        ledger.begin(entry(number, ledger))
        ledger.complete(f"DEL-{number:06d}", (), NOON, 1)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    assert len(Ledger(path, KEY).entries()) == 40
