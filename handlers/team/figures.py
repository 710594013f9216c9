"""/stats [days] → a picture: cases, times against the promise, what people ask, what was not answered; of all regions together"""

from __future__ import annotations

from datetime import timedelta

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from bot.core.ports import Tx
from bot.core.staff import Permission
from bot.core.support import figures
from bot.core.support.figures import Figures
from bot.telegram.answers import policy_of
from bot.telegram.charts import CAPTION_LIMIT, draw_sheet
from bot.telegram.desk import Desk
from bot.telegram.regions import Regions
from bot.telegram.say import Say
from bot.telegram.team.figure_words import caption, charts
from bot.telegram.team.here import InTeamGroup, require

_DAYS, _MOST_DAYS = 30, 730


def create_router() -> Router:
    router = Router(name="team.figures")
    router.message.register(show, InTeamGroup(), Command("stats"))
    return router


async def show(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    await require(desk, Permission.FIGURES)
    days = _days(command.args or "")
    regions: Regions = desk.services["regions"]

    def read(tx: Tx) -> Figures:
        return figures.read(tx, tx.clock.now() - timedelta(days=days))

    found = desk.slow("figures", lambda: sum((regions.engine(name).read(read) for name in regions.used()), Figures()))
    sheet = charts(policy_of(desk), found)
    pictures = desk.slow("pictures", lambda: draw_sheet(sheet)) if sheet else []
    text = caption(found, days)
    if len(pictures) == 1 and len(text.plain) <= CAPTION_LIMIT:
        await say.picture(pictures[0].png, text)
        return
    await say.reply(text)
    for picture in pictures:
        await say.picture(picture.png, picture.caption)


def _days(typed: str) -> int:
    return max(1, min(int(typed), _MOST_DAYS)) if typed.strip().isdecimal() else _DAYS
