"""`account create|link|set-password NAME`."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys

from aiogram import Bot

from bot.app import open_core, telegram_session
from bot.core import accounts, passwords
from bot.core.accounts import NameTakenError
from bot.core.errors import PasswordWeakError
from bot.settings import Settings, read_settings


async def account(deed: str, name: str) -> int:
    """Do the deed; 0 when done."""
    settings = read_settings()
    core = await open_core(settings)
    try:
        if deed == "create":
            try:
                await core.database.write(lambda tx: accounts.create(tx, name=name))
            except NameTakenError:
                print("There is an account of that name.", file=sys.stderr)
                return 2
            print("Created.")
            return 0
        found = await core.database.read(lambda tx: accounts.get_by_name(tx, name))
        if deed == "link":
            token = await core.database.write(lambda tx: accounts.issue_link(tx, found.id))
            print(await _deep_link(settings, f"link-{token}"))
            return 0
        password: str = os.environ.get("BOT_NEW_PASSWORD", "")
        if not password:
            password = await asyncio.to_thread(getpass.getpass, "New password: ")
        try:
            hashed = passwords.hash_password(password)
        except PasswordWeakError as error:
            print(f"At least {error.least} characters, please.", file=sys.stderr)
            return 2
        await core.database.write(lambda tx: passwords.set_hash(tx, found.id, hashed))
        print("Set.")
        return 0
    finally:
        await core.stop()


async def _deep_link(settings: Settings, payload: str) -> str:
    """The whole link when Telegram can tell the bot's name, else what to send to the bot."""
    if settings.token is None:
        return f"/start {payload}"
    bot = Bot(settings.token.get_secret_value(), session=telegram_session(settings))
    try:
        return f"https://t.me/{(await bot.me()).username}?start={payload}"
    finally:
        await bot.session.close()
