"""/settings → language | place | password"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.formats import language_name
from bot.telegram.keyboards import go
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join, policy_text


def create_router() -> Router:
    router = Router(name="settings")
    router.message.register(show, Private(), Command("settings"))
    router.callback_query.register(show_by_button, Private(), To("settings"))
    return router


async def show(message: Message, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def show_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def _show(desk: Desk, say: Say) -> None:
    account = await desk.open_account()
    policy = policy_of(desk)
    place = policy.jurisdictions.get(account.jurisdiction or "")
    lines: list[Line | Html] = [
        _("<b>Settings</b>"),
        _("Language: {language}", language=language_name(desk.locale)),
        _("Place of residence: {place}", place=policy_text(place.label, policy.values()))
        if place
        else _("Place of residence: not told"),
        _("Password: set") if account.password_hash else _("Password: none"),
    ]
    keyboard = [
        [go(_p("button", "Language"), "language"), go(_p("button", "Where I live"), "place")],
        [go(_p("button", "Password"), "password"), go(_p("button", "Menu"), "menu")],
    ]
    await say(join(lines, "\n"), keyboard)
