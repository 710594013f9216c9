"""The edge's door to understanding: slow work, done outside the transaction."""

from __future__ import annotations

from bot.core.understanding import Understanding, Understood
from bot.telegram.desk import Desk

__all__ = ["Understood", "understand"]


async def understand(desk: Desk, text: str) -> Understood:
    """What a text means, in the person's language unless the text is clearly in another."""
    engine: Understanding = desk.services["understanding"]
    return desk.slow(f"understand:{hash(text)}", lambda: engine.understand(text, desk.locale))
