"""anything else that the team says in its group → nothing: it is theirs"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import Message

from bot.telegram.desk import Desk
from bot.telegram.team.here import InTeamGroup


class Remark(Filter):
    """Neither a command nor a question to the bot by its name; an answer to one of its messages is no question either."""

    async def __call__(self, event: Message, desk: Desk) -> bool:
        text = event.text or ""
        return not text.startswith("/") and f"@{desk.bot_name}".lower() not in text.lower()


def create_router() -> Router:
    router = Router(name="team.remarks")
    router.message.register(leave_alone, InTeamGroup(), Remark())
    return router


async def leave_alone(message: Message) -> None:
    """Nothing is stored of it, and it goes nowhere."""
