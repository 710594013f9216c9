"""Addresses of what stands in the team's group."""

from __future__ import annotations

_SUPERGROUPS = 1_000_000_000_000
"""Telegram's numbers of supergroups begin below minus this; only those have addresses of messages."""


def room_link(chat: int | None, message: int | None) -> str | None:
    """The address of a topic or message of a group; None where it has none."""
    if chat is None or message is None or chat > -_SUPERGROUPS:
        return None
    return f"https://t.me/c/{-chat - _SUPERGROUPS}/{message}"
