"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.understanding import Understanding
from tests.stage import Stage


@pytest.fixture(scope="session")
def understanding() -> Understanding:
    """The shipped understanding, loaded once."""
    return Understanding.load()


@pytest.fixture(params=["en", "pseudo"])
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, understanding: Understanding
) -> AsyncIterator[Stage]:
    """A stage; each transcript is played in English and in the bracketed pseudo-language."""
    built = await Stage.build(tmp_path, understanding, pseudo=request.param == "pseudo")
    yield built
    await built.close()
