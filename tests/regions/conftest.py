"""Two regions with a database each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.understanding import Understanding
from bot.settings import Settings
from tests.databases import PLAYED, Databases
from tests.stage import Stage


@pytest.fixture(params=PLAYED)
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, understanding: Understanding, databases: Databases
) -> AsyncIterator[Stage]:
    """A stage at home in EU, with every other region to go to (on PostgreSQL: US)."""
    kind, pseudo = request.param
    async with databases.of_a_stage(kind) as eu, databases.of_a_stage(kind) as us, databases.key_store(kind) as keys:
        settings = Settings(data_dir=tmp_path, database_url=eu, database_url_us=us, key_store_url=keys)
        built = await Stage.build(tmp_path, understanding, pseudo=pseudo, settings=settings)
        yield built
        await built.close()
