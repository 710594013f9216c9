"""The local chat: a Telegram in a box, for newcomers without a token and for tests.

`World` is the simulated Telegram, `session.WorldSession` its wire in process (apart, because it alone needs
aiogram and seconds to import it), `start_local_chat` the same over HTTP
with a page for people.
"""

from __future__ import annotations

from .actor import Actor
from .chats import Chat, GroupPlan
from .clock import MovableClock, ShiftedClock, StandingClock
from .messages import Message
from .people import BotIdentity, Person
from .refusals import NotPossible
from .server import LocalChat, start_local_chat
from .trouble import GENEROUS, STRICT
from .world import World

__all__ = [
    "GENEROUS",
    "STRICT",
    "Actor",
    "BotIdentity",
    "Chat",
    "GroupPlan",
    "LocalChat",
    "Message",
    "MovableClock",
    "NotPossible",
    "Person",
    "ShiftedClock",
    "StandingClock",
    "World",
    "start_local_chat",
]
