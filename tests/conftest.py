"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.core.understanding import Understanding
from bot.settings import Settings
from tests.core.house import Home
from tests.databases import BOTH, PLAYED, POSTGRESQL, Databases, is_played
from tests.stage import Stage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each transcript is played twice."""
    items[:] = [item for item in items if is_played(item)]


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


@pytest.fixture(params=BOTH)
async def home(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Home]:
    """Where houses stand: one machine with files, or many with two databases in common."""
    async with databases.url(request.param) as data, databases.key_store(request.param) as keys:
        yield await Home(tmp_path, databases, data, keys).another("home")


@pytest.fixture
async def machines(tmp_path: Path, databases: Databases) -> AsyncIterator[Home]:
    """Many machines with two databases in common, the one for the data without tables."""
    async with databases.url(POSTGRESQL, empty=True) as data, databases.key_store(POSTGRESQL) as keys:
        yield Home(tmp_path, databases, data, keys)


@pytest.fixture(params=PLAYED)
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, understanding: Understanding, databases: Databases
) -> AsyncIterator[Stage]:
    """A stage; played in English, and in the bracketed pseudo-language, on SQLite and PostgreSQL."""
    kind, pseudo = request.param
    async with databases.of_a_stage(kind) as url, databases.key_store(kind) as keys:
        if url is None:
            databases.file(tmp_path)
        settings = Settings(data_dir=tmp_path, database_url=url, key_store_url=keys)
        built = await Stage.build(tmp_path, understanding, pseudo=pseudo, settings=settings)
        yield built
        await built.close()
