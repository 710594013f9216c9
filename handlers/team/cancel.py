"""[Cancel] under anything of the team → nothing was done"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.telegram.filters import Dismissing
from bot.telegram.say import Say
from bot.telegram.team.here import InTeamGroup
from bot.telegram.texts import _


def create_router() -> Router:
    router = Router(name="team.cancel")
    router.callback_query.register(dismiss, InTeamGroup(), Dismissing())
    return router


async def dismiss(query: CallbackQuery, say: Say) -> None:
    # Translators: to the privacy team, after they turned something down.
    await say(_("All right. Nothing was done."))
