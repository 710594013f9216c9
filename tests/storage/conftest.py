"""A real database of the test's own: SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Core, open_core
from bot.core.clock import FixedClock
from bot.settings import Settings
from tests.core.house import Home
from tests.databases import BOTH, Databases
from tests.stage import START


@pytest.fixture(params=BOTH)
async def core(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> AsyncIterator[Core]:
    async with databases.url(request.param) as url:
        opened = await open_core(Settings(data_dir=tmp_path, database_url=url), FixedClock(START))
        yield opened
        await opened.stop()


@pytest.fixture
def environment(home: Home, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The command line's settings."""
    return home.environment(monkeypatch)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backup"
