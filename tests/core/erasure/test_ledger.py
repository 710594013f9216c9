"""The ledger: only grows, says nothing of anybody, and shows every change."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.erasure.ledger import Entry, Ledger
from bot.core.erasure.lines import Anchor, Lines
from bot.core.errors import LedgerCutError, LedgerError
from bot.core.keys.ring import NamedKey
from tests.core.house import NOON
from tests.core.ledgers import FilePlace, Place, PostgresPlace, numbered
from tests.databases import BOTH, Databases

KEY = bytes(range(32))


@pytest.fixture(params=BOTH)
async def place(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Place]:
    """In a file, and in a database."""
    async with databases.key_store(request.param) as url:
        made: Place = FilePlace(tmp_path) if url is None else PostgresPlace(url)
        yield made
        made.close()


def entry(number: int, ledger: Ledger) -> Entry:
    return Entry(f"DEL-{number:06d}", ledger.recognise(f"subject {number}"), "account", NOON, 1, NOON)


def written(place: Place, count: int = 4) -> Ledger:
    ledger = place.open(KEY)
    for number in range(count):
        ledger.begin(entry(number, ledger))
        ledger.complete(f"DEL-{number:06d}", ("claimed", "shredded"), NOON, 1)
    return ledger


def test_what_was_written_is_read_by_another_process(place: Place) -> None:
    """Begun and completed, in the order of their beginning."""
    ledger = written(place)
    again = place.open(KEY)
    assert again.entries() == ledger.entries()
    assert [found.ref for found in again.entries()] == [f"DEL-{number:06d}" for number in range(4)]
    assert all(found.completed_at == NOON for found in again.entries())


def test_it_names_nobody(place: Place) -> None:
    """A subject id does not stand in it, and without the key it is not recognised."""
    ledger = written(place)
    assert b"subject 1" not in b"".join(place.lines())
    assert place.open(bytes(32)).recognise("subject 1") != ledger.recognise("subject 1")


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    """0600."""
    place = FilePlace(tmp_path)
    written(place)
    assert place.path.stat().st_mode & 0o777 == 0o600
    place.close()


def test_doing_it_again_writes_nothing(place: Place) -> None:
    """A step that was repeated after a crash leaves one line."""
    ledger = written(place)
    before = place.lines()
    changed = replace(entry(1, ledger), epoch=99)
    assert ledger.begin(changed).epoch == 1
    assert ledger.complete("DEL-000001", (), NOON, 9).steps == ("claimed", "shredded")
    assert place.lines() == before


@pytest.mark.parametrize("torn", range(1, 200, 17))
def test_a_line_torn_by_a_power_failure_is_written_over(tmp_path: Path, torn: int) -> None:
    """It was never acknowledged, so the erasure had not begun."""
    place = FilePlace(tmp_path)
    before = [found.ref for found in written(place, 2).entries()]
    half = json.dumps({"ref": "DEL-XXXXXX", "subject": "0" * 64, "scope": "account", "steps": []}).encode() * 3
    place.path.write_bytes(place.path.read_bytes() + half[:torn])
    again = place.open(KEY)
    assert [found.ref for found in again.entries()] == before
    again.begin(entry(7, again))
    assert [found.ref for found in place.open(KEY).entries()] == [*before, "DEL-000007"]
    assert b"XXXXXX" not in place.path.read_bytes()
    place.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_change_shows(place: Place, data: st.DataObject) -> None:
    """An edit, a removed line anywhere, another order, a line of another key: while nothing runs."""
    place.clear()
    written(place, 2)
    lines = place.lines()
    match data.draw(st.sampled_from(["edit", "remove", "cut", "swap", "forge"])):
        case "edit":
            at = data.draw(st.integers(0, len(lines) - 1))
            lines[at] = lines[at].replace(b'"epoch": 1', b'"epoch": 2')
        case "remove":
            del lines[data.draw(st.integers(0, len(lines) - 1))]
        case "cut":
            del lines[data.draw(st.integers(0, len(lines) - 1)) :]
        case "swap":
            at = data.draw(st.integers(0, len(lines) - 2))
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case _:
            lines.append(lines[-1].replace(b"DEL-000001", b"DEL-000009"))
    place.rewrite(lines)
    with pytest.raises(LedgerError):
        place.open(KEY).entries()


def test_a_running_process_notices_that_it_was_cut_or_taken_away(place: Place) -> None:
    """What it has read must still be there; nothing is added to what is not whole."""
    ledger = written(place)
    place.rewrite(place.lines()[:-1])
    with pytest.raises(LedgerCutError, match="7 of 8 lines"):
        ledger.entries()
    with pytest.raises(LedgerCutError):
        ledger.begin(entry(9, ledger))
    place.rewrite([])
    with pytest.raises(LedgerCutError, match="0 of 8 lines"):
        ledger.entries()
    assert place.lines() == []


def test_an_older_copy_that_grew_again_is_not_the_same(place: Place) -> None:
    """As long as before, with other lines: the anchor knows the last one."""
    written(place, 3)
    before = place.lines()
    place.clear()
    other = place.open(KEY)
    for number in range(6):
        other.begin(entry(number, other))
    grown = place.lines()
    place.clear()
    written(place, 3)
    assert place.lines() == before
    place.rewrite(grown)
    with pytest.raises(LedgerError, match="broken at line 6"):
        place.open(KEY).entries()


class Died(BaseException):
    """The process is gone."""


def test_a_crash_between_a_line_and_the_anchor_neither_locks_out_nor_hides_a_cut(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is there and counts from the next look on; from then on it cannot be cut off unseen."""
    ledger = written(place, 2)

    def dies(lines: int, mac: str) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(ledger._anchor, "move", dies)
        with pytest.raises(Died):
            ledger.begin(entry(7, ledger))
    assert place.anchored() == 4
    place_of_line = place.lines()[4]
    again = place.open(KEY)
    assert again.begin(entry(7, again)).ref == "DEL-000007"
    assert place.lines()[4:] == [place_of_line], "written once"
    assert place.anchored() == 5
    place.rewrite(place.lines()[:-1])
    with pytest.raises(LedgerCutError, match="4 of 5 lines"):
        place.open(KEY).entries()


def test_what_was_not_acknowledged_may_be_lost_and_nothing_else(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that the anchor never heard of: no step of the erasure has followed, so it is simply written again."""
    ledger = written(place, 2)

    def dies(lines: int, mac: str) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(ledger._anchor, "move", dies)
        with pytest.raises(Died):
            ledger.begin(entry(7, ledger))
    place.rewrite(place.lines()[:-1])
    again = place.open(KEY)
    assert again.begin(entry(7, again)).ref == "DEL-000007"
    assert len(place.open(KEY).entries()) == 3


def test_a_ledger_from_before_there_were_anchors_gets_one(place: Place) -> None:
    """At its first use."""
    written(place, 2)
    place.forget_anchor()
    assert len(place.open(KEY).entries()) == 2
    assert place.anchored() == 4


def test_many_processes_write_one_chain(place: Place) -> None:
    """Lines are added under a lock, each over the one before."""
    ledgers = [place.open(KEY) for _ in range(4)]

    def write(number: int) -> None:
        ledger = ledgers[number % 4]
        ledger.begin(entry(number, ledger))
        ledger.complete(f"DEL-{number:06d}", (), NOON, 1)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    assert len(place.open(KEY).entries()) == 40
    assert place.anchored() == 80


NEW_KEY = bytes(range(1, 33))


def test_after_a_rotation_old_entries_are_recognised_and_new_ones_named_by_the_new_key(place: Place) -> None:
    """By every process, also by one that began before it; a line says its key, and the first needs to say nothing."""
    before = written(place)
    ledger = place.open(KEY, NEW_KEY)
    ledger.begin(entry(9, ledger))
    ledger.complete("DEL-000009", ("claimed",), NOON, 1)
    again = place.open(KEY, NEW_KEY)
    assert [found.ref for found in again.entries()] == [f"DEL-{number:06d}" for number in (0, 1, 2, 3, 9)]
    assert again.entries()[0].subject == before.recognise("subject 0") != again.recognise("subject 0")
    assert again.entries()[0].subject in again.names_of("subject 0")
    assert again.entries()[-1].subject == again.recognise("subject 9") != before.recognise("subject 9")
    assert [json.loads(line).get("key") for line in place.lines()] == [None] * 8 + [2, 2]
    with pytest.raises(LedgerError):
        before.entries()


def test_the_old_key_writes_nothing_that_counts(place: Place) -> None:
    """Whoever stole it may add lines: at the end, or in the place of those of the new key."""
    written(place)
    ledger = place.open(KEY, NEW_KEY)
    ledger.begin(entry(9, ledger))
    honest = place.lines()
    place.rewrite(honest[:-1])
    place.forget_anchor()
    thief = place.open(KEY)
    thief.begin(entry(8, thief))
    forged = place.lines()[-1]
    place.rewrite([*honest[:-1], forged])
    place.forget_anchor()
    place.open(KEY).entries()  # the thief's own view
    place.rewrite([*honest, forged])
    with pytest.raises(LedgerError):
        place.open(KEY, NEW_KEY).entries()


def test_a_line_of_the_old_key_behind_the_anchor_is_refused(place: Place) -> None:
    """Nobody wrote under the new key yet; the anchor knows how far the old one came."""
    written(place)
    ledger = place.open(KEY)
    assert ledger.before_rotation(lambda: place.anchored()) == 8
    kept = place.lines()
    thief = place.open(KEY)
    thief.begin(entry(8, thief))
    forged = place.lines()
    assert len(forged) == 9
    place.rewrite(kept)
    place.forget_anchor()
    place.open(KEY).entries()  # anchored at 8, as it was
    place.rewrite(forged)
    with pytest.raises(LedgerError):
        place.open(KEY, NEW_KEY).entries()
    assert place.anchored() == 8


def test_a_lost_ledger_begins_anew_with_all_that_can_be_believed(place: Place) -> None:
    """One line was changed, one is missing: the rest still names people, and it is on record.
    Once, even when the process dies between lines and anchor."""
    before = written(place)
    lines = place.lines()
    lines[1] = lines[1].replace(b"claimed", b"cleaned")
    place.rewrite([*lines[:5], *lines[6:]])
    for attempt in range(2):
        ledger = place.open(KEY)
        with pytest.raises(LedgerError):
            ledger.entries()
        ledger = place.open(KEY)
        anchor = ledger._anchor
        if attempt == 0:
            ledger._anchor = _DyingAnchor(anchor)
            with pytest.raises(Killed):
                ledger.begin_anew(NOON, 3)
        else:
            assert ledger.begin_anew(NOON + timedelta(hours=1), 4).requested_at == NOON
    again = place.open(KEY)
    assert [(each.ref, each.epoch, each.steps[:2]) for each in again.losses()] == [("LOST-1", 3, ("lines 7", "known 8"))]
    assert {each.ref: each.completed_at is not None for each in again.entries()} == {
        "DEL-000000": False,
        "DEL-000001": True,
        "DEL-000002": False,
        "DEL-000003": True,
    }
    assert again.entries()[0].subject in before.names_of("subject 0")
    ledger.begin(entry(9, ledger))
    assert len(place.open(KEY).entries()) == 5
    place.rewrite([])
    assert place.open(KEY, NEW_KEY).begin_anew(NOON, 5).ref == "LOST-1", "nothing is left, not even that"
    assert place.open(KEY, NEW_KEY).entries() == []


class Killed(BaseException):
    """The process is gone."""


class _DyingAnchor:
    def __init__(self, anchor: Anchor) -> None:
        self.find, self.move = anchor.find, anchor.move

    def begin_anew(self, lines: int, mac: str) -> None:
        raise Killed


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.sampled_from(["write", "rotate", "other writes"]), max_size=8))
def test_any_run_of_rotations_reads_as_it_was_written(place: Place, deeds: list[str]) -> None:
    """Two processes share the lines and the key store."""
    place.clear()
    keys = [KEY]
    ledgers = [Ledger(*_parts(place, keys)) for _ in range(2)]
    wanted = []
    for number, deed in enumerate(deeds):
        if deed == "rotate":
            ledgers[number % 2].before_rotation(lambda: keys.append(bytes([len(keys)]) * 32))
        else:
            ledger = ledgers[deed != "write"]
            ledger.begin(entry(number, ledger))
            wanted.append(number)
    found = Ledger(*_parts(place, keys))
    assert [each.ref for each in found.entries()] == [f"DEL-{number:06d}" for number in wanted]
    assert all(each.subject in found.names_of(f"subject {number}") for each, number in zip(found.entries(), wanted, strict=True))


def _parts(place: Place, keys: list[bytes]) -> tuple[Lines, Callable[[], list[NamedKey]], Anchor]:
    """Of a process that asks for the keys anew."""
    opened = place.open(KEY)
    return opened._lines, lambda: numbered(keys), opened._anchor
