"""The command menus, per language and scope, and what the profile says about the bot."""

from __future__ import annotations

import logging

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)

from bot.telegram.locales import SHIPPED, menu_code
from bot.telegram.texts import SOURCE, Line, _p, speaking

log = logging.getLogger(__name__)


def private_commands() -> list[tuple[str, Line]]:
    """The menu of a private chat in the current language."""
    return [
        ("faq", _p("command", "All topics of the policy")),
        ("training", _p("command", "Stop or allow AI training")),
        ("export", _p("command", "Get a copy of your data")),
        ("history", _p("command", "Your conversations")),
        ("delete", _p("command", "Delete your account")),
        ("status", _p("command", "Your requests")),
        ("access", _p("command", "What is held about you, and who opened it")),
        ("rights", _p("command", "Your rights")),
        ("settings", _p("command", "Language, residence, password")),
        ("language", _p("command", "Change the language")),
        ("privacy", _p("command", "What this bot stores")),
        ("forgetme", _p("command", "Erase what this bot holds")),
        ("help", _p("command", "What I can do")),
        ("cancel", _p("command", "Stop what we are doing")),
    ]


def group_commands() -> list[tuple[str, Line]]:
    """The menu of a group."""
    return [
        ("ask", _p("command", "Ask about data and privacy")),
        ("privacy", _p("command", "What this bot stores")),
        ("help", _p("command", "What I can do")),
    ]


async def publish_menus(bot: Bot, support_chat_id: int | None) -> None:
    """Tell Telegram. Not being able to is no reason not to start."""
    try:
        for locale in SHIPPED:
            code = menu_code(locale)
            if code is None and locale != SOURCE:
                continue
            with speaking(locale):
                private = [BotCommand(command=name, description=text.plain) for name, text in private_commands()]
                group = [BotCommand(command=name, description=text.plain) for name, text in group_commands()]
                about = _p("profile", "Ask how your data is handled, in your own language, and have it done.")
                description = _p(
                    "profile",
                    "Your privacy desk. Ask about your data in your own words. I answer from the published policy, and what you decide, I do: stop training, export, clear, delete.",
                )
            await bot.set_my_commands(private, BotCommandScopeAllPrivateChats(), language_code=code)
            await bot.set_my_commands(private, BotCommandScopeDefault(), language_code=code)
            await bot.set_my_commands(group, BotCommandScopeAllGroupChats(), language_code=code)
            await bot.set_my_short_description(about.plain[:120], language_code=code)
            await bot.set_my_description(description.plain[:512], language_code=code)
    except TelegramAPIError as error:
        log.warning("the command menus could not be published (%s)", type(error).__name__)
