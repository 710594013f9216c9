"""/help → what I can do"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.telegram.filters import Private, To
from bot.telegram.keyboards import Button, go
from bot.telegram.say import Say
from bot.telegram.texts import Html, _, _p, join


def create_router() -> Router:
    router = Router(name="help")
    router.message.register(show_help, Private(), Command("help"))
    router.callback_query.register(show_help_by_button, Private(), To("help"))
    return router


async def show_help(message: Message, say: Say) -> None:
    await say(_help(), _buttons())


async def show_help_by_button(query: CallbackQuery, say: Say) -> None:
    await say(_help(), _buttons())


def _help() -> Html:
    return join(
        [
            _("Write your question in your own words, in any language I speak. Or use a command:"),
            join(
                [
                    _("/faq – all topics of the policy"),
                    _("/training – stop or allow training on your conversations"),
                    _("/export – a copy of your data"),
                    _("/history – your conversations: read, save, delete"),
                    _("/delete – delete your account"),
                    _("/status – your requests and their dates"),
                    _("/access – what is held about you, why, and who opened it"),
                    _("/rights – the rights you have"),
                    _("/human – write to a person of the privacy team"),
                    _("/settings – language, place of residence, password"),
                    _("/privacy – what this bot stores about you"),
                    _("/forgetme – erase what this bot holds about you"),
                    _("/cancel – stop what we are doing"),
                ],
                "\n",
            ),
            _("Nothing is changed or deleted before you have confirmed it."),
        ]
    )


def _buttons() -> list[list[Button]]:
    return [[go(_p("button", "Topics"), "faq"), go(_p("button", "Menu"), "menu")]]
