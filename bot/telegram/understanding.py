"""The edge's door to understanding: slow work, done outside the transaction."""

from __future__ import annotations

from bot.core.understanding import Understanding, Understood
from bot.telegram.desk import Desk

__all__ = ["Understood", "language_of", "understand"]


async def understand(desk: Desk, text: str, locale: str | None = None) -> Understood:
    """What a text means, in the speaker's language (or in `locale`) unless the text is clearly in another."""
    engine: Understanding = desk.services["understanding"]
    return desk.slow(f"understand:{hash(text)}", lambda: engine.understand(text, locale or desk.locale))


async def language_of(desk: Desk, text: str) -> str:
    """The language of a text, "" where it is not clear."""
    engine: Understanding = desk.services["understanding"]
    return desk.slow(f"language:{hash(text)}", lambda: engine.language(text, desk.locale)) or ""
