"""Checkpoints are written when they are due, by one process or many, and never with a second key."""

from __future__ import annotations

import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.audit_verify import read_public_key, verify
from bot.core.audit import GENESIS, AuditEntry, Tag, entry_hash
from bot.core.audit_checkpoints import CheckpointFile, CheckpointKeyError, public_key_pem
from bot.core.audit_lines import Checkpoint, Head, export_chain, sign
from bot.core.clock import FixedClock

SEED = bytes(range(32))
HOUR = timedelta(hours=1)


def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC))


def head(number: int) -> Head:
    return Head(number, bytes([number]) * 32, number)


def file_at(folder: Path, time: FixedClock, seed: bytes = SEED) -> CheckpointFile:
    return CheckpointFile(folder / "EU" / "checkpoints.jsonl", "EU", lambda: (seed, ()), time, HOUR)


def written(file: CheckpointFile) -> list[int]:
    return [json.loads(line)["number"] for line in file.path.read_text().splitlines()]


def test_a_checkpoint_is_written_at_most_once_per_interval(tmp_path: Path) -> None:
    time = clock()
    file = file_at(tmp_path, time)
    assert file.write_if_due(lambda: head(1)) is not None
    time.move(HOUR - timedelta(seconds=1))
    assert file.write_if_due(lambda: pytest.fail("the head is asked only when it is due")) is None
    time.move(timedelta(seconds=2))
    assert file.write_if_due(lambda: head(2)) is not None
    assert written(file) == [1, 2]


def test_the_interval_goes_on_after_a_restart(tmp_path: Path) -> None:
    time = clock()
    file_at(tmp_path, time).write_if_due(lambda: head(1))
    time.move(HOUR / 2)
    again = file_at(tmp_path, time)
    assert again.write_if_due(lambda: head(2)) is None
    assert written(again) == [1]


def test_the_last_one_is_written_at_shutdown_unless_it_says_nothing_new(tmp_path: Path) -> None:
    file = file_at(tmp_path, clock())
    file.write_if_due(lambda: head(1))
    assert file.write_last(head(1)) is None
    assert file.write_last(head(3)) is not None
    assert written(file) == [1, 3]


def test_a_clock_that_was_set_back_silences_nothing(tmp_path: Path) -> None:
    time = clock()
    file = file_at(tmp_path, time)
    file.write_if_due(lambda: head(1))
    time.at -= timedelta(days=30)
    assert file.write_if_due(lambda: head(2)) is not None


def test_of_many_writers_one_writes(tmp_path: Path) -> None:
    """Each with its own file object, as processes have."""
    time = clock()
    files = [file_at(tmp_path, time) for _ in range(8)]
    gate = threading.Barrier(len(files))

    def write(file: CheckpointFile) -> None:
        gate.wait()
        file.write_if_due(lambda: head(1))

    writers = [threading.Thread(target=write, args=(file,)) for file in files]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert written(files[0]) == [1]


def test_a_line_that_a_crash_left_unfinished_is_dropped(tmp_path: Path) -> None:
    time = clock()
    file = file_at(tmp_path, time)
    file.write_if_due(lambda: head(1))
    whole = file.path.read_bytes()
    file.path.write_bytes(whole + whole[: len(whole) // 2])
    time.move(HOUR)
    file.write_if_due(lambda: head(2))
    assert written(file) == [1, 2]


def test_a_restore_is_signed_once_and_only_where_something_tells_of_one(tmp_path: Path) -> None:
    """By hand: only when the chain is shorter than was signed. What somebody without the key wrote in between tells nothing."""
    file = file_at(tmp_path, clock())
    for number in (2, 9):
        file.write_last(head(number))
    foreign = sign(Checkpoint("EU", head(200), clock().now()), bytes(32))
    file.path.write_text(file.path.read_text() + foreign)
    assert file.in_force() == [head(2), head(9)]
    assert file.write_restored(head(12), [head(9)], backup=False, sealed=False) is None, "a history written anew is no restore"
    first = file.write_restored(head(5), [head(9)], backup=False, sealed=False)
    assert first is not None and (first.was, first.kept, first.restores) == (9, 5, 1)
    assert file.write_restored(head(5), [], backup=True, sealed=True) == first
    file.write_last(head(7))
    second = file.write_restored(head(6), [head(5), head(7)], backup=True, sealed=True)
    assert second is not None and (second.was, second.kept, second.restores) == (7, 2, 2), "from the run before the first restore"
    assert file.in_force() == [head(2), head(6)]
    other = file.write_restored(head(4), [head(2), head(6)], backup=True, sealed=False)
    assert other is not None and other.kept == 4, "nobody vouches for what it says of the second entry"


def test_the_public_key_lies_beside_the_checkpoints(tmp_path: Path) -> None:
    file = file_at(tmp_path, clock())
    assert file.public_key_path.name == "checkpoints.jsonl.pub"
    assert file.public_key_path.read_bytes() == public_key_pem(SEED)
    assert SEED.hex() not in file.public_key_path.read_text()
    assert stat.S_ISREG(file.public_key_path.stat().st_mode)


def test_a_second_key_does_not_sign_the_same_file(tmp_path: Path) -> None:
    file_at(tmp_path, clock())
    with pytest.raises(CheckpointKeyError):
        file_at(tmp_path, clock(), bytes(32))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(Tag)), st.text(max_size=5), st.integers()), max_size=6),
    st.datetimes(datetime(2020, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)
def test_what_the_service_exports_and_signs_is_verified_without_the_service(
    deeds: list[tuple[Tag, str, int]], at: datetime
) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    entries: list[AuditEntry] = []
    before = GENESIS
    for number, (tag, ref, amount) in enumerate(deeds, 1):
        values = (number, at, tag.value, "service", "", ref, json.dumps({"n": amount}), before)
        before = entry_hash(*values)
        entries.append(AuditEntry(f"{number:012d}", at, *values[2:], before))
    line = sign(Checkpoint("EU", Head(len(entries), before, len(entries)), at), SEED)
    assert verify(export_chain(entries), [line], read_public_key(public_key_pem(SEED).decode())) == []
