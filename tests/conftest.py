"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.core.understanding import Understanding
from bot.settings import Settings
from tests.databases import POSTGRESQL, SQLITE, Databases
from tests.stage import Stage


@pytest.fixture(scope="session")
def understanding() -> Understanding:
    """The shipped understanding, loaded once."""
    return Understanding.load()


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Where tests get a database from."""
    made = Databases()
    yield made
    made.stop()


@pytest.fixture(params=["en", "pseudo", POSTGRESQL])
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, understanding: Understanding, databases: Databases
) -> AsyncIterator[Stage]:
    """A stage; each transcript is played in English, in the bracketed pseudo-language, and on PostgreSQL."""
    async with databases.url(POSTGRESQL if request.param == POSTGRESQL else SQLITE) as url:
        settings = Settings(data_dir=tmp_path, database_url=url)
        built = await Stage.build(tmp_path, understanding, pseudo=request.param == "pseudo", settings=settings)
        yield built
        await built.close()
