"""A move that is killed, or doubled, at any point ends right, and at every moment one region answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.work import FencedError
from tests.databases import BOTH, Databases
from tests.regions.two_regions import AWAY, HOME, Faults, Killed, TwoRegions


@pytest.fixture(params=BOTH)
async def regions(
    request: pytest.FixtureRequest, tmp_path: Path, databases: Databases
) -> AsyncIterator[TwoRegions]:
    """Alice lives at home."""
    kind = request.param
    async with databases.url(kind) as eu, databases.url(kind) as us, databases.key_store(kind) as keys:
        made = await TwoRegions.open(tmp_path, database_url=eu, database_url_us=us, key_store_url=keys)
        await asyncio.to_thread(made.furnish)
        yield made
        await made.close()


def _killed_everywhere(regions: TwoRegions) -> int:
    """Move there and back again, killed one operation later each time, until a move is through before; how many."""
    here, there, at = HOME, AWAY, 0
    while True:
        faults = Faults(at, _die)
        item = regions.want(here, there)
        try:
            regions.job(here, faults)(regions.engine(here), item)
        except Killed:
            regions.one_answers()
            regions.finish(here)
            regions.lives_only_in(there)
        else:
            regions.lives_only_in(there)
            return at
        here, there, at = there, here, at + 1


def _die() -> None:
    raise Killed


async def test_a_move_killed_before_any_operation_is_finished_by_the_next_worker(regions: TwoRegions) -> None:
    """Every write on either side, the directory and the compaction: none is a point of no return. Killed after one is killed
    before the next: nothing that lasts lies between."""
    assert await asyncio.to_thread(_killed_everywhere, regions) > 20


def _doubled_everywhere(regions: TwoRegions) -> int:
    here, there, at = HOME, AWAY, 0
    while True:
        struck = []

        def overtake(here: str = here, struck: list[bool] = struck) -> None:
            struck.append(True)
            regions.finish(here)

        item = regions.want(here, there)
        job = regions.job(here, Faults(at, overtake))
        try:
            job(regions.engine(here), item)
        except FencedError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the worker would call it failed, fenced
            assert struck, error
        regions.lives_only_in(there)
        if not struck:
            return at
        here, there, at = there, here, at + 1


async def test_a_worker_thought_dead_does_no_harm_when_it_wakes(regions: TwoRegions) -> None:
    """Its lease ran out, another finished the move, and then it goes on where it was."""
    assert await asyncio.to_thread(_doubled_everywhere, regions) > 20
