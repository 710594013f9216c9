import pytest

from bot.core.understanding.phrases import Phrase, read_phrases
from bot.core.understanding.understanding import Understanding


@pytest.fixture(scope="session")
def understanding() -> Understanding:
    engine = Understanding.load()
    engine.warm()
    return engine


@pytest.fixture(scope="session")
def phrases() -> list[Phrase]:
    return read_phrases()
