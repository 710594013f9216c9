"""`account create|link|set-password NAME`."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import sys

from aiogram import Bot

from bot.app import Core, telegram_session
from bot.cli.regions import every_region, home_of
from bot.core import accounts, passwords
from bot.core.accounts import NameTakenError
from bot.core.errors import NotFoundError, PasswordWeakError
from bot.core.keys import Purpose
from bot.settings import Settings, read_settings


async def account(deed: str, name: str) -> int:
    """Do the deed; 0 when done."""
    settings = read_settings()
    async with every_region(settings) as cores:
        if deed == "create":
            return await _create(cores, name)
        core = await home_of(cores, name)
        found = await core.database.read(lambda tx: accounts.get_by_name(tx, name), Purpose.RIGHTS)
        if deed == "link":
            token = await core.database.write(lambda tx: accounts.issue_link(tx, found.id), Purpose.RIGHTS)
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
        await core.database.write(lambda tx: passwords.set_hash(tx, found.id, hashed), Purpose.RIGHTS)
        print("Set.")
        return 0


async def _create(cores: list[Core], name: str) -> int:
    """At home: where somebody lives is asked in the chat."""
    try:
        with contextlib.suppress(NotFoundError):
            await home_of(cores, name)
            raise NameTakenError
        await cores[0].database.write(lambda tx: accounts.create(tx, name=name))
    except NameTakenError:
        print("There is an account of that name.", file=sys.stderr)
        return 2
    print("Created.")
    return 0


async def _deep_link(settings: Settings, payload: str) -> str:
    """The whole link when Telegram can tell the bot's name, else what to send to the bot."""
    if settings.token is None:
        return f"/start {payload}"
    bot = Bot(settings.token.get_secret_value(), session=telegram_session(settings))
    try:
        return f"https://t.me/{(await bot.me()).username}?start={payload}"
    finally:
        await bot.session.close()
