"""the person blocks the bot → sends stop, clocks do not; they come back → what was kept for them is sent"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import ChatMemberUpdated

from bot.core import accounts
from bot.telegram.desk import Desk
from bot.telegram.filters import Private
from bot.telegram.outbox import unblock


def create_router() -> Router:
    router = Router(name="blocked")
    router.my_chat_member.register(note, Private())
    return router


async def note(event: ChatMemberUpdated, desk: Desk) -> None:
    if event.new_chat_member.status == "kicked":
        await desk(accounts.mark_blocked, desk.user_id, blocked=True)
    else:
        await desk(unblock, desk.lane)
