"""Rotation at every level: online, resumable, and nothing readable only by an old key afterwards."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import work
from bot.core.clock import SystemRandomness
from bot.core.errors import KeyUnavailableError, SealError, ShreddedError
from bot.core.ids import new_id
from bot.core.keys import SERVICE, FileKekHolder, StaticKekHolder, reseal, rotation
from bot.core.keys.keychain import Keychain
from bot.core.ports import Tx
from tests.core.house import SECRET, Home, House, open_house


async def test_an_epoch_is_rolled_and_its_key_destroyed_on_schedule(home: Home) -> None:
    """After `epoch_length` a new epoch; `backup_kept` later the old key is gone. People notice nothing."""
    async with open_house(home) as house:
        people = [house.person(number) for number in range(5)]
        limits = house.look(lambda tx: tx.policy.safeguards)
        house.wait(days=limits.epoch_length.as_timedelta().days)
        assert [epoch.number for epoch in house.ring.epochs()] == [1, 2]
        assert house.look(lambda tx: tx.keys.rows.count(epoch=1)) == 0
        house.wait(days=limits.backup_kept.as_timedelta().days - 1)
        assert 1 in [epoch.number for epoch in house.ring.epochs()]
        house.wait(days=1)
        assert 1 not in [epoch.number for epoch in house.ring.epochs()]
        assert [house.reads(subject) for subject in people] == [SECRET] * 5


async def test_a_destroyed_key_leaves_no_byte_in_the_store(tmp_path: Path) -> None:
    """Overwritten, not only unlinked; and no process keeps it in memory after its next look."""
    async with open_house(tmp_path) as house, open_house(tmp_path, house.clock) as other:
        wrapped = next(key.wrapped for key in house.ring.stored() if key.kind == "epoch")
        assert wrapped is not None
        assert wrapped in house.core.settings.key_store.read_bytes()
        rotation.retire(house.engine, house.ring, 1, lambda tx: None)
        assert all(wrapped not in content for content in house.files().values())
        other.ring.refresh()
        with pytest.raises(KeyUnavailableError):
            other.ring.epoch(1)


async def test_a_shredded_key_is_never_wrapped_anew(home: Home) -> None:
    """Its row stays behind in its old epoch, empty."""
    async with open_house(home) as house:
        subject = house.person()
        house.do(lambda tx: tx.keys.shred(subject))
        rotation.retire(house.engine, house.ring, 1, lambda tx: None)
        row = house.look(lambda tx: tx.keys.rows.get(id=subject))
        assert (row.epoch, row.wrapped) == (1, None)


async def test_nobody_wraps_with_an_epoch_that_another_process_left(home: Home) -> None:
    """A process that knows nothing of the new epoch learns of it in the transaction that makes a key."""
    async with open_house(home) as house, open_house(home, house.clock) as other:
        assert other.ring.current_epoch().number == 1
        rotation.retire(house.engine, house.ring, 1, lambda tx: None)
        subject = other.person()
        assert other.look(lambda tx: tx.keys.rows.get(id=subject)).epoch == 2
        assert house.reads(subject) == SECRET


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """Dies before or after its n-th transaction; what was committed stays."""

    def __init__(self, house: House, after: int, *, committed: bool) -> None:
        self._house, self._left, self._committed = house, after, committed

    def write(self, unit, purpose=None):  # type: ignore[no-untyped-def]
        self._left -= 1
        if self._left == 0 and not self._committed:
            raise Killed
        result = self._house.engine.write(unit)
        if self._left == 0:
            raise Killed
        return result

    def read(self, unit, purpose=None):  # type: ignore[no-untyped-def]
        return self._house.engine.read(unit)


@pytest.mark.parametrize("kind", ["epoch", "dek"])
async def test_killed_anywhere_a_rotation_goes_on_and_ends(home: Home, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every transaction of it, before and after its commit."""
    monkeypatch.setattr(rotation, "BATCH", 2)
    monkeypatch.setattr(reseal, "BATCH", 1)
    async with open_house(home) as house:
        people = [house.person(number, f"{SECRET} {number}") for number in range(4)]
        survived, step = False, 0
        while not survived:
            step += 1
            for committed in (False, True):
                if kind == "epoch":
                    house.do(lambda tx: rotation.schedule_roll(tx, house.ring))
                else:
                    house.do(lambda tx: reseal.schedule(tx, people[0]))
                engine, survived = Dying(house, step, committed=committed), True
                try:
                    house.work_off(engine)
                except Killed:
                    survived = False
                for _ in range(3):
                    house.clock.move(work.LEASE + timedelta(seconds=1))
                    house.work_off()
                assert house.look(lambda tx: tx.work.count(state="waiting")) == 0
                newest = house.ring.current_epoch().number
                assert house.look(lambda tx: tx.keys.rows.count(epoch__lt=newest, wrapped__ne=None)) == 0
                assert house.look(lambda tx: tx.keys.rows.count(previous__ne=None)) == 0
                assert [house.reads(subject) for subject in people] == [f"{SECRET} {n}" for n in range(4)]
        assert step > 5


async def test_a_rotated_data_key_opens_nothing_any_more(home: Home) -> None:
    """Every value was sealed anew: with the old key put back, nothing of the subject opens."""
    async with open_house(home) as house:
        subject = house.person()
        before = house.look(lambda tx: tx.keys.rows.get(id=subject))
        house.do(lambda tx: reseal.schedule(tx, subject))
        house.work_off()
        house.clock.move(work.LEASE)
        house.work_off()
        assert house.reads(subject) == SECRET
        house.do(lambda tx: tx.keys.rows.update({"id": subject}, wrapped=before.wrapped, generation=99))
        for name in ("accounts", "links", "conversations", "segments"):
            with pytest.raises(SealError):
                house.look(lambda tx, name=name: getattr(tx, name).select(subject=subject))


async def test_while_a_data_key_is_rotated_both_read_and_the_new_one_seals(home: Home) -> None:
    """Nobody waits, in any process."""
    async with open_house(home) as house, open_house(home, house.clock) as other:
        subject = house.person()
        assert other.reads(subject) == SECRET
        house.do(lambda tx: tx.keys.begin_reseal(subject))
        assert (house.reads(subject), other.reads(subject)) == (SECRET, SECRET)
        other.do(lambda tx: tx.accounts.update({"id": subject, "subject": subject}, name="Neu"))
        house.do(lambda tx: tx.conversations.update({"id": "x", "subject": subject}, title="none"))
        assert house.look(lambda tx: tx.accounts.get(id=subject)).name == "Neu"


async def test_a_generation_that_was_rolled_back_is_not_taken_for_another_key(home: Home) -> None:
    """The cache compares the wrapped bytes, too: a failed transaction leaves no wrong key behind."""
    async with open_house(home) as house:
        subject = house.person()

        def fails(tx: Tx) -> None:
            tx.keys.begin_reseal(subject)
            tx.accounts.update({"id": subject, "subject": subject}, name="lost")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            house.do(fails)
        house.do(lambda tx: reseal.schedule(tx, subject))
        house.work_off()
        assert house.reads(subject) == SECRET


async def test_a_region_key_rotation_that_was_interrupted_is_finished(home: Home) -> None:
    """Made, half re-wrapped, not yet destroyed: the next call ends it and makes no third key."""
    async with open_house(home) as house:
        subject = house.person()
        house.ring._make("region", 2)
        assert house.ring.new_region_key() == 2
        assert [key.number for key in house.ring.stored() if key.kind == "region" and key.wrapped] == [2]
        async with open_house(home, house.clock) as other:
            assert other.reads(subject) == SECRET


async def test_a_root_key_rotation_may_stop_anywhere(home: Home) -> None:
    """Next key made; region keys wrapped; renamed: at each point a new start opens everything."""
    async with open_house(home) as house:
        subject, old, holder = house.person(), home.root_key.read_bytes(), house.ring.holder

        async def opens() -> None:
            async with open_house(home, house.clock) as other:
                assert other.reads(subject) == SECRET

        again = FileKekHolder(home.root_key)
        again.begin_rotation()
        await opens()
        house.ring.rewrap_root(again)
        await opens()
        again.finish_rotation()
        await opens()
        assert home.root_key.read_bytes() != old
        assert holder.unwrap(again.wrap(bytes(32), "x"), "x") == bytes(32), "a running process finds the new file"
        home.root_key.write_bytes(old)
        with pytest.raises(SealError):
            async with open_house(home, house.clock):
                """The old root key opens nothing any more."""


async def test_a_process_with_an_old_root_key_makes_no_region_key(home: Home) -> None:
    """Wrapped by a key that is about to be thrown away, it would be lost."""
    async with open_house(home) as house, open_house(home, house.clock) as other:
        house.ring.rewrap_root(StaticKekHolder(bytes(32)))
        with pytest.raises(SealError):
            other.ring.new_region_key()


DEEDS = st.lists(
    st.sampled_from(["person", "roll", "retire", "region", "root", "dek", "shred", "write", "other"]), max_size=12
)


def test_no_sequence_of_rotations_makes_anything_unreadable(home: Home) -> None:
    """And in the end no live key hangs on an old one, and no shredded one opens."""

    @settings(max_examples=8 if home.on_postgres else 25, deadline=None)
    @given(DEEDS)
    def law(deeds: list[str]) -> None:
        asyncio.run(_rotations(home, deeds))

    law()


async def _rotations(home: Home, deeds: list[str]) -> None:
    home = await home.another(new_id(SystemRandomness()))
    async with open_house(home) as first, open_house(home, first.clock) as second:
        people, shredded, houses = [first.person(1)], list[str](), [first, second]
        for number, deed in enumerate(deeds, 2):
            house = houses[number % 2]
            live = [subject for subject in people if subject not in shredded]
            if deed == "person":
                people.append(house.person(number))
            elif deed == "roll":
                house.do(lambda tx, house=house: rotation.schedule_roll(tx, house.ring))
            elif deed == "retire":
                rotation.retire(house.engine, house.ring, house.ring.current_epoch().number, lambda tx: None)
            elif deed == "region":
                house.ring.new_region_key()
            elif deed == "root":
                holder = FileKekHolder(home.root_key)
                holder.begin_rotation()
                house.ring.rewrap_root(holder)
                holder.finish_rotation()
            elif deed == "dek" and live:
                house.do(lambda tx, live=live: reseal.schedule(tx, live[0]))
            elif deed == "shred" and live:
                house.do(lambda tx, live=live: tx.keys.shred(live[-1]))
                shredded.append(live[-1])
            house.work_off()
            house.clock.move(work.LEASE)
            house.work_off()
        for house in houses:
            house.ring.refresh()
            for subject in people:
                if subject in shredded:
                    with pytest.raises(ShreddedError):
                        house.reads(subject)
                else:
                    assert house.reads(subject) == SECRET
            assert house.look(lambda tx: tx.keys.exists(SERVICE))
            epochs = {epoch.number for epoch in house.ring.epochs()}
            assert {row.epoch for row in house.look(lambda tx: tx.keys.rows.select(wrapped__ne=None))} <= epochs


def test_no_feature_can_reach_a_data_key() -> None:
    """A keychain gives out values, never keys."""
    public = {name for name in vars(Keychain) if not name.startswith("_")}
    assert not public & {"dek", "key", "cipher", "unwrap"}
