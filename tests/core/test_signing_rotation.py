"""The signing key is rotated: what was signed before stays good, and nobody but the two keys themselves can hand over."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.audit_verify import Kind, read_public_key, verify
from bot.core.audit_checkpoints import CheckpointFile, fingerprint, published_in
from bot.core.audit_lines import Head, export_chain, hand_over
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.erasure import certificate
from bot.core.erasure.ledger import Entry
from bot.core.keys import KeyRing, StaticKekHolder, named
from bot.core.keys.ring import SIGNING, StoredKey
from bot.core.policies import load_policy
from bot.storage import SqlKeyStore
from bot.storage.doors import FileDoor
from tests.core.audit_trails import OTHER_SEED, SEED, START, checkpoint, kinds, trail

THIRD_SEED = bytes(range(2, 34))
ENTRIES = trail(6)


class Killed(BaseException):
    """The process is gone."""


class Desk:
    """A ring and a checkpoint file over the same folder, as one process has them. Dies at the n-th durable thing it does."""

    def __init__(self, folder: Path, clock: FixedClock, dies_at: int = -1, machine: str = "a") -> None:
        self.left = dies_at
        self.store = _Store(folder, self)
        self.ring = KeyRing("EU", StaticKekHolder(bytes(32)), self.store, clock, SystemRandomness())
        self.ring.open()
        self.file = _File(folder / machine / "c.jsonl", self, clock)

    def pass_by(self, deed: Callable[[], object]) -> object:
        """Before and after each deed there is a moment to die in."""
        for moment in (lambda: None, deed):
            if self.left == 0:
                raise Killed
            self.left -= 1
            done = moment()
        return done

    def keys(self) -> tuple[bytes, list[str]]:
        return named.signing_keys(self.ring, START)

    def rotate(self) -> int:
        return named.rotate_signing(self.ring, self.file, lambda: Head(6, ENTRIES[-1].hash, 6))


class _Store(SqlKeyStore):
    def __init__(self, folder: Path, desk: Desk) -> None:
        super().__init__(FileDoor(folder / "keys"))
        self._desk = desk

    def add(self, key: StoredKey) -> bool:
        return bool(self._desk.pass_by(lambda: super(_Store, self).add(key))) if key.number > 1 else super().add(key)

    def destroy(self, name: str, at: object) -> None:
        self._desk.pass_by(lambda: super(_Store, self).destroy(name, at))  # type: ignore[arg-type]


class _File(CheckpointFile):
    def __init__(self, path: Path, desk: Desk, clock: FixedClock) -> None:
        self._desk = desk
        super().__init__(path, "EU", desk.keys, clock, timedelta(hours=1))

    def _write(self, line: str) -> None:
        self._desk.pass_by(lambda: super(_File, self)._write(line))


def _verified(file: CheckpointFile) -> set[Kind]:
    """What the verifier finds, whichever of the published keys it is given."""
    lines = file.path.read_text().splitlines()
    found: set[Kind] = set()
    for pem in published_in(file.public_key_path):
        found |= kinds(verify(list(export_chain(ENTRIES)), lines, read_public_key(pem.decode())))
    return found


def _hand_overs(file: CheckpointFile) -> int:
    return sum("key" in json.loads(line) for line in file.path.read_text().splitlines())


def test_killed_anywhere_a_rotation_is_finished_by_the_next_one(tmp_path: Path) -> None:
    """One new key, one hand-over, a checkpoint by the new key; in between whoever starts finds a desk that can sign."""
    clock, moments = FixedClock(START), 0
    while True:
        folder = tmp_path / str(moments)
        folder.mkdir()
        first = Desk(folder, clock)
        first.file.write_last(Head(5, ENTRIES[4].hash, 5))
        dying = Desk(folder, clock, moments)
        try:
            dying.rotate()
            survived = True
        except Killed:
            survived = False
        again = Desk(folder, clock)
        again.file.write_last(Head(6, ENTRIES[5].hash, 6))
        assert _verified(again.file) == set()
        if not survived:
            assert again.rotate() == 2
        assert _verified(again.file) == set()
        assert [key.number for key in again.ring.newest_keys(SIGNING)] == [2]
        assert _hand_overs(again.file) == 1 and len(published_in(again.file.public_key_path)) == 2
        if survived:
            break
        moments += 1
    assert moments >= 8


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(["rotate", "sign", "restart", "other signs"]), min_size=1, max_size=8))
def test_any_run_of_rotations_verifies_with_each_of_its_keys(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[str]
) -> None:
    """Two processes, one of which never hears of anything."""
    folder, clock = tmp_path_factory.mktemp("keys"), FixedClock(START)
    desk, other = Desk(folder, clock), Desk(folder, clock)
    desk.file.write_last(Head(1, ENTRIES[0].hash, 1))
    for number, deed in enumerate(deeds, 1):
        clock.move(timedelta(hours=2))
        place = min(number, 6)
        head = Head(place, ENTRIES[place - 1].hash, place)
        if deed == "rotate":
            desk.rotate()
        elif deed == "restart":
            desk = Desk(folder, clock)
        else:
            (desk if deed == "sign" else other).file.write_if_due(lambda head=head: head)  # type: ignore[misc]
    assert _verified(desk.file) == set()
    assert len(published_in(desk.file.public_key_path)) == 1 + deeds.count("rotate")


def test_machines_with_a_file_each_follow_the_same_keys(tmp_path: Path) -> None:
    """One slept through two rotations, one is new: each file verifies by itself, with any of the keys."""
    clock = FixedClock(START)
    first, second = Desk(tmp_path, clock), Desk(tmp_path, clock, machine="b")
    for place, desk in ((1, first), (2, second)):
        desk.file.write_last(Head(place, ENTRIES[place - 1].hash, place))
    first.rotate()
    first.rotate()
    third = Desk(tmp_path, clock, machine="c")
    for desk in (first, second, third):
        desk.file.write_last(Head(6, ENTRIES[5].hash, 6))
        assert _verified(desk.file) == set()
        assert _hand_overs(desk.file) == 2 and len(published_in(desk.file.public_key_path)) == 3
    assert len({desk.file.public_key_path.read_bytes() for desk in (first, second, third)}) == 1


CHAIN = list(export_chain(ENTRIES))
HONEST = [checkpoint(ENTRIES, 3), hand_over("EU", SEED, OTHER_SEED, START), checkpoint(ENTRIES, 6, seed=OTHER_SEED)]


@pytest.mark.parametrize(
    ("lines", "finding"),
    [
        (HONEST, None),
        ([HONEST[0], HONEST[1], checkpoint(ENTRIES, 6)], Kind.FORGED),
        ([HONEST[0], HONEST[2]], Kind.FORGED),
        ([HONEST[2], HONEST[1], HONEST[0]], Kind.FORGED),
        ([HONEST[0], hand_over("EU", THIRD_SEED, OTHER_SEED, START), HONEST[2]], Kind.FORGED),
        ([HONEST[0], hand_over("US", SEED, OTHER_SEED, START), HONEST[2]], Kind.FOREIGN),
        ([HONEST[0], HONEST[1], HONEST[1], HONEST[2]], Kind.FORGED),
    ],
    ids=["as it was", "the old key goes on", "no hand-over", "backwards", "from a stranger", "of another region", "twice"],
)
def test_only_the_key_in_force_signs_and_hands_over(lines: list[str], finding: Kind | None) -> None:
    """Given the first key."""
    found = kinds(verify(CHAIN, lines, read_public_key(_public(SEED))))
    assert found == set() if finding is None else finding in found


@pytest.mark.parametrize("field", ["signature", "confirmed", "key", "follows", "at"])
def test_a_hand_over_needs_both_signatures(field: str) -> None:
    """One letter changed anywhere, and the new key signs nothing that counts."""
    row = json.loads(HONEST[1])
    row[field] = row[field][:-1] + ("0" if row[field][-1] != "0" else "1")
    found = kinds(verify(CHAIN, [HONEST[0], json.dumps(row), HONEST[2]], read_public_key(_public(SEED))))
    assert Kind.FORGED in found


def test_a_key_that_signed_nothing_here_accepts_nothing() -> None:
    """Although all the others agree among themselves."""
    assert kinds(verify(CHAIN, HONEST, read_public_key(_public(THIRD_SEED)))) == {Kind.FORGED, Kind.UNSIGNED}


def test_the_new_key_catches_a_history_that_the_old_one_is_made_to_sign() -> None:
    """Whoever stole the old key signs another chain: it does not reach what the new key signed."""
    forged = trail(6, says="!")
    lines = [checkpoint(forged, 3), HONEST[1], HONEST[2]]
    assert kinds(verify(list(export_chain(forged)), lines, read_public_key(_public(OTHER_SEED)))) == {Kind.REWRITTEN}
    cut = [checkpoint(forged, 6)]
    assert Kind.FORGED in kinds(verify(list(export_chain(forged)), cut, read_public_key(_public(OTHER_SEED))))


def test_a_certificate_of_the_old_key_is_genuine_after_the_rotation(tmp_path: Path) -> None:
    """Its key is among those published; new ones are signed by the new key."""
    desk = Desk(tmp_path, FixedClock(START))
    entry = Entry("DEL-7K2M4Q", "0" * 64, "account", START, 1, START, ("shred",), START)
    before = certificate.make(entry, load_policy(None), desk.ring.named(SIGNING))
    desk.rotate()
    after = certificate.make(entry, load_policy(None), desk.ring.named(SIGNING))
    newest, oldest = (fingerprint(pem) for pem in published_in(desk.file.public_key_path))
    assert certificate.is_genuine(before.content, oldest) and certificate.is_genuine(after.content, newest)
    assert not certificate.is_genuine(after.content, oldest)


def _public(seed: bytes) -> str:
    from bot.core.audit_checkpoints import public_key_pem

    return public_key_pem(seed).decode()
