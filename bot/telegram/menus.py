"""The command menus, per language and scope, and what the profile says about the bot."""

from __future__ import annotations

import logging
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
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


def admin_commands() -> list[tuple[str, Line]]:
    """What the admins of a group have in their menu besides."""
    return [
        ("language", _p("command", "The language I speak in this group")),
        ("quiet", _p("command", "Answer commands only, or also when I am named")),
    ]


def team_commands() -> list[tuple[str, Line]]:
    """The menu of the privacy team's group."""
    return [
        ("queue", _p("command", "Open cases, by date, with filters")),
        ("mine", _p("command", "The cases that you work on")),
        ("due", _p("command", "What is due when")),
        ("find", _p("command", "A case by its reference")),
        ("reply", _p("command", "Write to the person of a case")),
        ("hold", _p("command", "Propose a legal hold")),
        ("lift", _p("command", "Propose to lift a legal hold")),
        ("stats", _p("command", "Figures, as a picture")),
        ("report", _p("command", "How the promises were kept")),
        ("register", _p("command", "The register of cases, in private")),
        ("breach", _p("command", "Record a data breach, or a drill")),
        ("breaches", _p("command", "The register of data breaches")),
        ("ban", _p("command", "Ban somebody who floods the desk")),
        ("unban", _p("command", "Lift a ban")),
        ("policy", _p("command", "Versions of the policy")),
        ("team", _p("command", "Who belongs to the team")),
        ("grant", _p("command", "Give somebody a role")),
        ("revoke", _p("command", "Take a role away")),
        ("setup", _p("command", "Check this group, choose its language")),
        ("help", _p("command", "What I can do")),
    ]


def team_menu(chat_id: int) -> dict[str, Any]:
    """For `setMyCommands`: the team's commands in its own group, in the language that is spoken now."""
    commands = [{"command": name, "description": text.plain} for name, text in team_commands()]
    return {"commands": commands, "scope": {"type": "chat", "chat_id": chat_id}}


async def publish_menus(bot: Bot) -> None:
    """Tell Telegram. Not being able to is no reason not to start."""
    try:
        for locale in SHIPPED:
            code = menu_code(locale)
            if code is None and locale != SOURCE:
                continue
            with speaking(locale):
                private = [BotCommand(command=name, description=text.plain) for name, text in private_commands()]
                # What is asked in a group by command only the one who asks sees, and the answer too (where Telegram can do that).
                group, admins = _hidden(group_commands()), _hidden(group_commands() + admin_commands())
                about = _p("profile", "Ask how your data is handled, in your own language, and have it done.")
                description = _p(
                    "profile",
                    "Your privacy desk. Ask about your data in your own words. I answer from the published policy, and what you decide, I do: stop training, export, clear, delete.",
                )
            await bot.set_my_commands(private, BotCommandScopeAllPrivateChats(), language_code=code)
            await bot.set_my_commands(private, BotCommandScopeDefault(), language_code=code)
            await bot.set_my_commands(group, BotCommandScopeAllGroupChats(), language_code=code)
            await bot.set_my_commands(admins, BotCommandScopeAllChatAdministrators(), language_code=code)
            await bot.set_my_short_description(about.plain[:120], language_code=code)
            await bot.set_my_description(description.plain[:512], language_code=code)
    except TelegramAPIError as error:
        log.warning("the command menus could not be published (%s)", type(error).__name__)


def _hidden(commands: list[tuple[str, Line]]) -> list[BotCommand]:
    return [BotCommand(command=name, description=text.plain, is_ephemeral=True) for name, text in commands]
