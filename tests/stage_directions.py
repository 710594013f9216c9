"""Lines in brackets that are no time going by: what somebody does to a group, or to the bot's place in it."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.localchat.actor import Actor
from bot.localchat.chats import Chat
from bot.localchat.world import World

_DIRECTIONS: dict[str, Callable[[Actor, Chat, str], object]] = {
    r"adds the bot to": lambda who, chat, _: who.adds_bot(chat),
    r"removes the bot from": lambda who, chat, _: who.removes_bot(chat),
    r"makes the bot an admin in": lambda who, chat, _: who.promotes_bot(chat),
    r"makes the bot a member in": lambda who, chat, _: who.promotes_bot(chat, {}),
    r"lets the bot only ([\w ,]+) in": lambda who, chat, rights: who.promotes_bot(chat, _rights(rights)),
    r"switches topics on in": lambda who, chat, _: who.upgrades_group(chat, with_topics=True),
    r"switches topics off in": lambda who, chat, _: who.upgrades_group(chat, with_topics=False),
    r"makes a supergroup of": lambda who, chat, _: who.upgrades_group(chat),
}


def directed(world: World, line: str) -> bool:
    """Do it; False for a line that is no direction: `(olga lets the bot only pin, delete in Desk)`."""
    for words, deed in _DIRECTIONS.items():
        found = re.fullmatch(rf"\((\w+) {words} (\w+)\)", line)
        if found:
            name, *told, title = found.groups()
            deed(world.person(name), world.group(title), told[0] if told else "")
            return True
    return False


def _rights(told: str) -> dict[str, bool]:
    known = {"pin": "can_pin_messages", "delete": "can_delete_messages", "manage topics": "can_manage_topics"}
    return {known[each.strip()]: True for each in told.split(",")}
