"""What is said in a group and is none of the bot's business: it is not even stored for a moment.

An admin bot hears everything that is said; without that right Telegram itself holds such messages back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ABOUT_THE_CHAT = ("migrate_to_chat_id", "migrate_from_chat_id")


def is_talk(update: Mapping[str, Any], bot_id: int, bot_name: str) -> bool:
    """Whether an update (as JSON) from a group is neither a command, nor names or answers the bot, nor tells about the chat."""
    if "edited_message" in update or "message_reaction" in update:
        return True
    message = update.get("message")
    if not isinstance(message, Mapping) or any(name in message for name in _ABOUT_THE_CHAT):
        return False
    text = str(message.get("text") or message.get("caption") or "")
    answered = message.get("reply_to_message")
    author = answered.get("from") if isinstance(answered, Mapping) else None
    to_bot = isinstance(author, Mapping) and author.get("id") == bot_id
    return not (to_bot or text.startswith("/") or f"@{bot_name}".lower() in text.lower())


def is_from_group(update: Mapping[str, Any]) -> bool:
    """Whether an update (as JSON) is a message, an edit or a reaction in a group."""
    for name in ("message", "edited_message", "message_reaction"):
        event = update.get(name)
        if isinstance(event, Mapping):
            chat = event.get("chat")
            return isinstance(chat, Mapping) and chat.get("type") in ("group", "supergroup")
    return False
