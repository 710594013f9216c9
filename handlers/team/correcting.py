"""propose correction → answer the message with its words → preview → [Send] (writing) → the person confirms it, or not (GDPR Art. 16)"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core.staff import Permission
from bot.core.support import writing
from bot.telegram.desk import Desk
from bot.telegram.team.here import InTeamGroup, Tapped, require


def create_router() -> Router:
    router = Router(name="team.correcting")
    router.callback_query.register(ask_for_words, InTeamGroup(), Tapped("correction"))
    return router


async def ask_for_words(query: CallbackQuery, desk: Desk, ref: str) -> None:
    by = await require(desk, Permission.WORK, ref)
    await desk(writing.begin, by, ref, asks=writing.CORRECTION)
