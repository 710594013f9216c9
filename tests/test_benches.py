"""The benchmarks run and do what they say; how fast is never a test. Each ends with SystemExit where a result is wrong."""

from __future__ import annotations

from pathlib import Path

from bot.app import Core
from bot.bench import export, rewrap, sealing, sweep, updates, work
from tests.storage.conftest import core

__all__ = ["core"]


async def test_sealing_reads_what_it_wrote(core: Core) -> None:
    """Two tables, the same rows."""
    await sealing.measure("test", core, 50)


async def test_a_sweep_finds_all_that_is_due_and_nothing_else(core: Core) -> None:
    """Before the clock moves nothing, afterwards each once."""
    await sweep.measure("test", core, 60, due=20)


async def test_work_is_claimed_once(core: Core) -> None:
    """As many as were due."""
    await work.measure("test", core, 3, 120)


async def test_every_key_is_wrapped_anew() -> None:
    """And as many by the bare peer."""
    await rewrap.run(30)


async def test_every_update_is_answered_once(tmp_path: Path) -> None:
    """By the whole desk; and the handler that only writes has written."""
    for contender in (updates.writing, updates.desk):
        async with contender(tmp_path / contender.__name__, None) as deliver:
            await updates.rate(deliver, 1, 20, 5)


async def test_an_export_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    """With its memory and the size of what it wrote."""
    import asyncio

    subject = await asyncio.to_thread(export.fill, await export.open_engine(tmp_path), 20)
    found = await asyncio.to_thread(export.measured, tmp_path, "package", subject, 6)
    assert found["bytes"] > 1000
    assert found["peak"] > 1
