"""A real database in a folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Core, open_core
from bot.core.clock import FixedClock
from bot.settings import Settings
from tests.stage import START


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    opened = await open_core(Settings(data_dir=tmp_path), FixedClock(START))
    yield opened
    await opened.stop()
