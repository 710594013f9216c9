"""A ledger that lost something while nothing ran keeps the service closed, with one clear line."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.core.erasure.ledger import Entry
from bot.core.errors import LedgerCutError
from tests.core.house import NOON, open_house


async def _erase_two(folder: Path, *, copy_between: Path | None = None) -> None:
    async with open_house(folder) as house:
        for number in (1, 2):
            house.delete(house.person(number))
            house.clock.move(timedelta(days=7))
            house.work_off()
            if number == 1 and copy_between is not None:
                shutil.copytree(folder, copy_between)


@pytest.mark.parametrize("ledger", ["erasures", "moves"])
def test_the_service_does_not_start_on_a_cut_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ledger: str
) -> None:
    """Neither the service nor a command; and it starts again when the whole one is back."""

    async def fill() -> None:
        async with open_house(tmp_path) as house:
            for number in range(3):
                house.core.moves.begin(Entry(f"M{number}", house.core.moves.recognise(str(number)), "moved", NOON, 1))

    asyncio.run(_erase_two(tmp_path) if ledger == "erasures" else fill())
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BOT_KEY_FILE", str(tmp_path / "root.key"))
    monkeypatch.setenv("BOT_TOKEN", "1:not-asked-for-anything")
    file = tmp_path / "ledger" / f"{ledger}-eu.jsonl"
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))
    for command in ("run", "check"):
        capsys.readouterr()
        assert main([command]) == 2
        said = capsys.readouterr().err.splitlines()
        assert said[-1].endswith(f"{ledger}-eu.jsonl has {len(lines) - 1} of {len(lines)} lines: put the whole one back")
    file.write_bytes(whole)
    assert main(["keys", "status"]) == 0


async def test_an_old_copy_of_ledger_and_key_store_together_is_noticed(tmp_path: Path) -> None:
    """The anchor went back with the ledger; the certificates in the database did not."""
    await _erase_two(tmp_path / "now", copy_between=tmp_path / "then")
    for part in ("keys", "ledger"):
        shutil.rmtree(tmp_path / "now" / part)
        shutil.copytree(tmp_path / "then" / part, tmp_path / "now" / part)
    with pytest.raises(LedgerCutError, match="1 of 2 erasures"):
        async with open_house(tmp_path / "now"):
            """It does not open."""
