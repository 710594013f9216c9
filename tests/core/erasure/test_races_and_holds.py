"""Taking back and the sweep cannot both win; a legal hold stops the destruction and nothing else."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import deletion, forgetting, work
from bot.core.accounts import OPEN
from bot.core.cases import Status
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.erasure import holds
from bot.core.erasure.sources import left
from bot.core.errors import HeldError, NotFoundError, ShreddedError, TakeBackOverError
from bot.core.ids import new_id
from bot.core.ports import Tx
from bot.core.report import report
from tests.core.house import NOON, SECRET, Home, House, open_house


def _take_back(house: House, subject: str) -> bool:
    try:
        house.do(lambda tx: deletion.take_back(tx, subject))
    except (TakeBackOverError, NotFoundError):
        return False
    return True


def _settled(house: House, subject: str, *, taken_back: bool) -> None:
    """One of the two, whole."""
    [case] = house.look(lambda tx: tx.cases.select())
    if taken_back:
        assert case.status == Status.WITHDRAWN
        assert house.reads(subject) == SECRET
        assert house.look(lambda tx: tx.accounts.get(id=subject)).status == OPEN
        assert house.ledger.entries() == []
    else:
        assert case.status == Status.PURGING
        assert house.look(lambda tx: left(tx, subject, "")) == ()
        assert len(house.ledger.entries()) == 1


async def test_taking_back_and_the_sweep_cannot_both_win(home: Home) -> None:
    """Two processes at the very end of the grace period, a dozen times."""
    async with open_house(home) as here, open_house(home, here.clock) as there:
        outcomes = set()
        for number in range(12):
            subject = here.person(number)
            ref = here.delete(subject)
            here.clock.move(timedelta(days=7))
            start, won = threading.Barrier(2), list[bool]()

            def back(subject: str = subject, start: threading.Barrier = start, won: list[bool] = won) -> None:
                start.wait()
                won.append(_take_back(there, subject))

            def sweep(start: threading.Barrier = start) -> None:
                start.wait()
                here.work_off()

            await asyncio.gather(asyncio.to_thread(back), asyncio.to_thread(sweep))
            here.work_off()
            [taken_back] = won
            outcomes.add(taken_back)
            case = here.look(lambda tx, ref=ref: tx.cases.get(id=ref))
            assert case.status == (Status.WITHDRAWN if taken_back else Status.PURGING)
            assert here.look(lambda tx, s=subject: tx.keys.exists(s)) == taken_back
            assert (here.ledger.find(ref) is None) == taken_back
        assert outcomes


DEEDS = st.lists(st.sampled_from(["back", "work", "hold", "lift", "day", "day", "week"]), min_size=2, max_size=14)


def test_no_sequence_of_deeds_ends_in_between(home: Home) -> None:
    """Whatever the order: taken back whole, or erased whole, never while held, never after it was refused."""

    @settings(max_examples=8 if home.on_postgres else 30, deadline=None)
    @given(DEEDS)
    def law(deeds: list[str]) -> None:
        asyncio.run(_deeds(home, deeds))

    law()


async def _deeds(home: Home, deeds: list[str]) -> None:
    home = await home.another(new_id(SystemRandomness()))
    async with open_house(home, FixedClock(NOON)) as house:
        subject, taken_back, held = house.person(), False, False
        house.delete(subject)
        for deed in deeds:
            try:
                match deed:
                    case "back":
                        taken_back = _take_back(house, subject) or taken_back
                    case "hold":
                        house.do(lambda tx: holds.hold(tx, subject, actor="dpo", reason="claim"))
                        held = True
                    case "lift":
                        house.do(lambda tx: holds.lift_hold(tx, subject, actor="dpo"))
                        held = False
                    case "day":
                        house.clock.move(timedelta(days=1))
                    case "week":
                        house.clock.move(timedelta(days=7))
                    case _:
                        house.work_off()
            except ShreddedError:
                assert house.ledger.entries()
            if held and house.look(lambda tx: tx.keys.is_held(subject)):
                house.work_off()
                assert house.reads(subject) == SECRET
                assert house.look(lambda tx: tx.accounts.count()) == 1
        if house.look(lambda tx: tx.keys.is_held(subject)):
            house.do(lambda tx: holds.lift_hold(tx, subject, actor="dpo"))
        house.clock.move(timedelta(days=8))
        house.work_off()
        if not taken_back and house.look(lambda tx: tx.cases.select())[0].status == Status.DONE:
            assert house.look(lambda tx: left(tx, subject, "")) == ()
            return
        _settled(house, subject, taken_back=taken_back)


async def test_a_hold_stops_the_erasure_between_two_steps(home: Home) -> None:
    """What is destroyed is destroyed; the rest stays until the hold is lifted, and then goes."""
    async with open_house(home) as house:
        subject = house.person()
        ref = house.delete(subject)
        house.clock.move(timedelta(days=7))
        [item] = [taken for taken in house.claim() if taken.kind == "deletion.erase"]
        eraser = house.eraser()
        for name in ("claimed", "listed", "conversations"):
            moved = eraser._step(house.engine, item, name)
            assert moved is not None
            item = moved
        house.do(lambda tx: holds.hold(tx, subject, actor="dpo", reason="claim"))
        eraser.erase_job(house.engine, item)
        assert house.look(lambda tx: tx.cases.get(id=ref)).held
        assert [case.id for case in house.look(holds.held_cases)] == [ref]
        assert house.look(lambda tx: tx.accounts.get(id=subject)).status != OPEN
        with pytest.raises(HeldError):
            house.do(lambda tx: tx.keys.shred(subject))
        assert not _take_back(house, subject)
        [again] = house.do(lambda tx: holds.lift_hold(tx, subject, actor="dpo"))
        assert again.id == ref
        house.work_off()
        _settled(house, subject, taken_back=False)


async def test_what_the_bot_made_is_forgotten_by_the_same_path(home: Home) -> None:
    """Ledger, certificate and verification; refused under a hold; reachable by nobody from the first moment."""
    async with open_house(home) as house:
        from bot.core import accounts

        account = house.do(lambda tx: accounts.open_for_telegram(tx, 1)[0])
        house.do(lambda tx: holds.hold(tx, account.id, actor="dpo", reason="claim"))
        with pytest.raises(HeldError):
            house.do(lambda tx: forgetting.forget(tx, account, 1))
        house.do(lambda tx: holds.lift_hold(tx, account.id, actor="dpo"))
        house.do(lambda tx: forgetting.forget(tx, account, 1))
        assert house.look(lambda tx: accounts.find_by_telegram(tx, 1)) is None
        house.work_off()
        [entry] = house.ledger.entries()
        assert entry.scope == "desk"
        assert house.look(lambda tx: tx.certificates.get(id=entry.ref)).at == entry.completed_at
        assert house.look(lambda tx: left(tx, account.id, "")) == ()


async def test_what_crept_in_meanwhile_is_found(home: Home) -> None:
    """A row that appears after its source was emptied is erased by the verification."""
    async with open_house(home) as house:
        subject = house.person()
        house.delete(subject)
        house.clock.move(timedelta(days=7))
        [item] = [taken for taken in house.claim() if taken.kind == "deletion.erase"]
        eraser = house.eraser()
        for name in ("claimed", "listed", "conversations", "packages", "delivery", "rest"):
            item = eraser._step(house.engine, item, name) or item

        def late(tx: Tx) -> None:
            from bot.core import consents

            consents.withdraw(tx, subject, consents.Purpose.TRAINING, locale="en")

        house.do(late)
        eraser.erase_job(house.engine, item)
        assert house.look(lambda tx: left(tx, subject, "")) == ()


async def test_every_record_that_names_a_subject_is_erased(home: Home) -> None:
    """Nothing has to be registered: a table with a `subject` is emptied because it has one."""
    from bot.storage.tables import metadata

    async with open_house(home) as house:
        names = {rows._table.name for rows in house.look(lambda tx: list(tx.of_subjects().values()))}  # type: ignore[attr-defined]
        assert names == {table.name for table in metadata.tables.values() if "subject" in table.c}


async def test_the_purge_window_ends_only_without_the_old_key(home: Home) -> None:
    """However late the service was running: at the promised day no key is left that opens an old copy."""
    async with open_house(home) as house:
        subject, other = house.person(1), house.person(2)
        ref = house.delete(subject)
        house.clock.move(timedelta(days=7))
        house.work_off()
        epoch = house.ledger.entries()[0].epoch
        house.clock.move(timedelta(days=23))
        jobs = house.jobs()
        for item in house.do(lambda tx: work.claim(tx, kinds=("deletion.purged",))):
            jobs[item.kind](house.engine, item)
        assert house.look(lambda tx: tx.cases.get(id=ref)).status == Status.DONE
        assert min(found.number for found in house.ring.epochs()) > epoch
        assert house.reads(other) == SECRET


@pytest.mark.parametrize("held", [True, False])
async def test_a_certificate_promises_nothing_for_the_past(home: Home, held: bool) -> None:
    """An erasure that comes after its purge window: where a hold stopped it, copies have as long as ever from there on, and nobody's
    backup is made useless at once; where the service slept, it is late, and the copies go with it."""
    async with open_house(home) as house:
        subject, other = house.person(1), house.person(2)
        ref = house.delete(subject)
        if held:
            house.do(lambda tx: holds.hold(tx, subject, actor="dpo", reason="claim"))
            house.clock.move(timedelta(days=7))
            house.work_off()
        house.clock.move(timedelta(days=53))
        if held:
            house.do(lambda tx: holds.lift_hold(tx, subject, actor="dpo"))
        epoch, erased_at = house.ring.current_epoch().number, house.clock.now()
        house.work_off()
        gone_by = erased_at + timedelta(days=23 if held else 0)
        document = json.loads(house.look(lambda tx: tx.certificates.get(id=ref)).content)
        assert (document["erased_at"], document["backups_unreadable_by"]) == (erased_at.isoformat(), gone_by.isoformat())
        assert (epoch in {each.number for each in house.ring.epochs()}) is held
        house.clock.move(timedelta(days=23))
        house.work_off()
        assert house.look(lambda tx: tx.cases.get(id=ref)).closed_at == gone_by
        assert epoch not in {each.number for each in house.ring.epochs()}
        assert house.reads(other) == SECRET
        counted = {each.promise: (each.kept, each.late) for each in house.look(report) if each.promise in ("grace", "purge")}
        assert counted == dict.fromkeys(("grace", "purge"), (1, 0) if held else (0, 1))
