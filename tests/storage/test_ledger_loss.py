"""A ledger that is lost for good: said in plain words, agreed to, begun anew, and never forgotten."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.app import open_core
from bot.cli import check, keys
from bot.cli.backup import backup
from bot.cli.ledger_loss import SENTENCE
from bot.cli.restore import Lost, restore
from bot.core import accounts
from bot.core.audit import Tag
from bot.core.clock import FixedClock
from bot.core.erasure.job import ERASE
from bot.core.erasure.ledger import Entry
from bot.core.errors import LedgerCutError
from bot.safe import open_safe
from bot.settings import Settings
from bot.storage.doors import PostgresDoor
from tests.core.house import NOON, SECRET, Home, House, open_house

AGREED = Lost(agreed=True)


def _erase(house: House, subject: str) -> str:
    ref = house.delete(subject)
    house.clock.move(timedelta(days=7))
    house.work_off()
    return ref


def _lose(home: Home, settings: Settings, kind: str = "erasures") -> None:
    if home.keys is None:
        (settings.ledger if kind == "erasures" else settings.moves).unlink()
    else:
        door = PostgresDoor(home.keys)
        door.run(lambda connection: connection.exec_driver_sql(f"DELETE FROM ledger_lines WHERE ledger = 'EU/{kind}'"))
        door.close()


def _types(words: str) -> Callable[[str], str]:
    return lambda _question: words


async def test_a_lost_ledger_is_given_up_only_knowingly_and_stays_on_record(
    environment: Settings, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not without the option, not without the sentence. What the certificates know goes on; an older backup brings back whom nobody
    can name any more, and asks for it again; one of a later epoch does not."""
    clock, old, young = FixedClock(NOON), tmp_path / "old", tmp_path / "young"
    async with open_house(environment, clock) as house:
        stays, first, second = (house.person(number) for number in (1, 2, 3))
        refs = [_erase(house, first)]
        await backup(old)
        refs.append(_erase(house, second))
        papers = {row.id: row.content for row in house.look(lambda tx: tx.certificates.select())}
    assert await restore(None, lost=AGREED) == 2
    assert "the ledgers are whole: nothing is lost" in capsys.readouterr().err
    _lose(home, environment)
    with pytest.raises(LedgerCutError, match="0 of 4 lines"):
        await restore(None)
    for words in ("", "yes"):
        assert await restore(None, lost=Lost(ask=_types(words))) == 2
        assert "not agreed to: nothing was touched" in capsys.readouterr().err
    with pytest.raises(LedgerCutError):
        await open_core(environment, clock)
    assert await restore(None, lost=Lost(ask=_types(SENTENCE))) == 0
    said = capsys.readouterr().out
    assert "people who were erased, where the lost lines named them" in said and "0 of 4 lines were left" in said

    async with open_house(environment, clock) as house:
        assert house.reads(stays) == SECRET
        assert {entry.ref: entry.subject for entry in house.ledger.entries()} == dict.fromkeys(refs, "")
        assert {row.id: row.content for row in house.look(lambda tx: tx.certificates.select())} == papers
        assert _on_record(house) == ["EU/erasures/LOST-1"]
        third = house.person(4)
        _erase(house, third)

    assert await restore(old, replace=True) == 2
    assert "this one may be older: add --ledger-lost to agree to it" in capsys.readouterr().err
    assert await restore(old, replace=True, lost=AGREED) == 0
    async with open_house(environment, clock) as house:
        assert house.look(lambda tx: accounts.find_by_telegram(tx, 3)) is not None, "this is what was agreed to"
        assert {row.id for row in house.look(lambda tx: tx.certificates.select())} > set(refs)
        assert _on_record(house) == ["EU/erasures/LOST-1"], "the backup did not have it"
        house.wait(days=31)
    assert await keys.rotate("epoch", subject=None, target=(None, None, None)) == 0
    await backup(young)
    assert await restore(young, replace=True) == 0
    capsys.readouterr()
    async with open_house(environment, clock) as house:
        assert await check._region(house.core), "the rest of `check` takes its time"
    assert "ledger of erasures EU: the ledger of erasures of EU was lost, which was accepted on" in capsys.readouterr().out
    await asyncio.to_thread(main, ["report", "--json"])
    [lost] = json.loads(capsys.readouterr().out)["ledgers_lost"]
    assert (lost["region"], lost["ledger"], lost["lines_left"], lost["lines_known"]) == ("EU", "erasures", 0, 4)


def _on_record(house: House) -> list[str]:
    return [entry.ref for entry in house.look(lambda tx: tx.audit.select(tag=Tag.LEDGER_LOST.value))]


async def test_an_erasure_under_way_ends_in_the_new_ledger(environment: Settings, home: Home) -> None:
    """Its beginning was lost, after something had been destroyed; the restore ends it."""
    clock = FixedClock(NOON)
    async with open_house(environment, clock) as house:
        ref = house.delete(house.person())
        house.clock.move(timedelta(days=7))
        [item] = [item for item in house.claim() if item.kind == ERASE]
        for step in ("claimed", "listed", "conversations"):
            moved = house.eraser()._step(house.engine, item, step)
            assert moved is not None
            item = moved
    _lose(home, environment)
    assert await restore(None, lost=AGREED) == 0
    async with open_house(environment, clock) as house:
        house.work_off()
        [entry] = house.ledger.entries()
        assert entry.ref == ref and entry.subject and entry.completed_at
        assert house.look(lambda tx: accounts.find_by_telegram(tx, 1)) is None
        assert house.look(lambda tx: tx.certificates.count()) == 1


async def test_the_ledger_of_moves_is_given_up_on_its_own(environment: Settings, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """The other one is whole and stays."""
    clock = FixedClock(NOON)
    async with open_house(environment, clock) as house:
        house.core.moves.begin(Entry("M1", house.core.moves.recognise("1"), "moved", NOON, 1))
        ref = _erase(house, house.person())
    _lose(home, environment, "moves")
    assert await restore(None, lost=AGREED) == 0
    assert "people who moved to another region, where" in capsys.readouterr().out
    async with open_house(environment, clock) as house:
        assert [entry.ref for entry in house.ledger.entries() if entry.subject] == [ref]
        assert (house.core.moves.entries(), house.ledger.losses()) == ([], [])
        assert _on_record(house) == ["EU/moves/LOST-1"]


async def test_an_old_copy_of_ledger_and_anchor_is_given_up_too(environment: Settings, home: Home) -> None:
    """Only the certificates tell that something is missing."""
    clock = FixedClock(NOON)
    async with open_house(environment, clock) as house:
        refs = [_erase(house, house.person(number)) for number in (1, 2)]
        safe = open_safe(environment)
        with safe.erasures.exclusive():
            lines = safe.erasures.read(0)[:2]
            safe.erasures.replace(lines, "aside")
        safe.keys.anchor("EU/erasures").begin_anew(2, json.loads(lines[-1])["mac"])
        safe.close()
    with pytest.raises(LedgerCutError, match="1 of 2 erasures"):
        await open_core(environment, clock)
    assert await restore(None, lost=AGREED) == 0
    async with open_house(environment, clock) as house:
        entries = house.ledger.entries()
        assert [(entry.ref, bool(entry.subject)) for entry in entries] == [(refs[0], True), (refs[1], False)]
        assert len(house.ledger.losses()) == 1
