"""What cannot be done ends dead with an alarm, and can be tried again by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.app import open_core
from bot.core import work
from bot.core.ports import Tx
from bot.core.work import Engine, Work
from bot.settings import Settings
from tests.stage import Stage


def fails(engine: Engine, item: Work) -> None:
    """As work does that nobody can do."""
    raise LookupError("secret words of somebody")


async def test_dead_work_is_told_to_the_team(stage: Stage) -> None:
    """Once, in the group, with names of kinds and classes only."""
    await stage.given_team()
    stage.app.worker._jobs["test.fails"] = fails
    await stage.core.database.write(lambda tx: work.schedule(tx, "test.fails", "nobody"))
    for _try in range(work.ATTEMPTS_BEFORE_DEAD - 1):
        await stage.plays("(1 hour later)")
    await stage.plays("""
        anna in Desk: hello
        (1 hour later)
        bot in Desk: Something that the service does by itself failed 12 times and was given up: test.fails (LookupError). ...
        (3 days later)
    """)


async def test_dead_work_can_be_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on from the step it stood at."""

    def bury(tx: Tx) -> str:
        found = work.schedule(tx, "test.fails", "nobody")
        tx.work.update({"id": found}, state=work.WorkState.DEAD.value, step="half", attempts=12, error="LookupError")
        return found

    core = await open_core(Settings(data_dir=tmp_path))
    dead = await core.database.write(bury)
    await core.stop()
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))
    assert await asyncio.to_thread(main, ["work"]) == 1
    assert "dead" in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["work", "--again", dead]) == 0
    assert await asyncio.to_thread(main, ["work"]) == 0
    assert "half" in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["work", "--again", dead]) == 2
