"""/language → pick one → everything is in it from now on"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core import accounts
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.formats import language_name
from bot.telegram.keyboards import Button, go, rows
from bot.telegram.locales import SHIPPED
from bot.telegram.say import Say
from bot.telegram.texts import PSEUDO, _, _p, current_locale, speaking


def create_router() -> Router:
    router = Router(name="language")
    router.message.register(show, Private(), Command("language"))
    router.callback_query.register(show_by_button, Private(), To("language"))
    router.callback_query.register(choose, Private(), To("speak"))
    return router


async def show(message: Message, say: Say) -> None:
    await say(_("Which language shall I speak?"), _languages())


async def show_by_button(query: CallbackQuery, say: Say) -> None:
    await say(_("Which language shall I speak?"), _languages())


async def choose(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    locale = of if of in SHIPPED else desk.locale
    await desk(accounts.set_locale, desk.subject, locale)
    desk.locale = locale
    with speaking(PSEUDO if current_locale() == PSEUDO else locale):
        await say(
            _("From now on I speak {language}.", language=language_name(locale)),
            [[go(_p("button", "Settings"), "settings"), go(_p("button", "Menu"), "menu")]],
        )


def _languages() -> list[list[Button]]:
    return rows([go(language_name(locale), "speak", locale) for locale in SHIPPED], 2)
