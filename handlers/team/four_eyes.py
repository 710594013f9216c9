"""a proposal → [Agree] by somebody else → it is done | [Decline] → it is not"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core.support import four_eyes
from bot.telegram.desk import Desk
from bot.telegram.say import Say
from bot.telegram.team.here import InTeamGroup, Tapped, member
from bot.telegram.texts import _


def create_router() -> Router:
    router = Router(name="team.four_eyes")
    router.callback_query.register(agree, InTeamGroup(), Tapped("agree"))
    router.callback_query.register(decline, InTeamGroup(), Tapped("decline"))
    return router


async def agree(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    await desk(four_eyes.agree, await member(desk), of)
    # Translators: a short answer to a tap of somebody of the privacy team.
    await say.toast(_("Agreed. It is done."))


async def decline(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    await desk(four_eyes.decline, await member(desk), of)
    # Translators: a short answer to a tap of somebody of the privacy team.
    await say.toast(_("Declined. Nothing was done."))
