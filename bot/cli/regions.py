"""The regions of this installation, for commands that look for somebody in all of them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from bot.app import Core, open_core
from bot.core import accounts
from bot.core.errors import NotFoundError
from bot.core.keys import Purpose
from bot.safe import was_used
from bot.settings import Settings, SettingsError, read_settings


def settings_of(region: str | None) -> Settings:
    """The settings of one region's desk, by default of home's. SettingsError for one that is not served."""
    settings = read_settings()
    found = settings.for_region(region.upper()) if region else settings
    if found is None:
        raise SettingsError(f"--region {region} is not served here or has no database")
    return found


@contextlib.asynccontextmanager
async def every_region(settings: Settings, only: str | None = None) -> AsyncIterator[list[Core]]:
    """Home first, then each served region that was ever used; or `only` that one. SettingsError where it is not in use."""
    async with contextlib.AsyncExitStack() as stack:
        opened = []
        for theirs in in_use(settings, only):
            core = await open_core(theirs)
            stack.push_async_callback(core.stop)
            opened.append(core)
        yield opened


def in_use(settings: Settings, only: str | None = None) -> list[Settings]:
    """The settings of each region that has a key store, home's first whether it has one or not."""
    if only is not None:
        wanted = settings_of(only)
        if wanted.region != settings.region and not was_used(wanted):
            raise SettingsError(f"--region {only} is not in use: nobody ever moved there")
        return [wanted]
    served = [settings.for_region(region) for region in dict.fromkeys((settings.region, *settings.served))]
    return [each for each in served if each is not None and (each.region == settings.region or was_used(each))]


async def home_of(cores: list[Core], name: str) -> Core:
    """The region where the account of a name lives. NotFoundError."""
    for core in cores:
        try:
            await core.database.read(lambda tx: accounts.get_by_name(tx, name), Purpose.RIGHTS)
        except NotFoundError:
            continue
        return core
    raise NotFoundError("account")
