"""What the bot may do in the team's group: noted whenever it was looked at, and told to the team when it changed."""

from __future__ import annotations

import logging

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramForbiddenError, TelegramMigrateToChat

from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.core.support import groups, linking, rooms
from bot.core.support.groups import TeamGroup
from bot.storage import Database
from bot.telegram import standing
from bot.telegram.menus import team_menu
from bot.telegram.standing import Lack, Standing
from bot.telegram.team.leaving import let_go
from bot.telegram.texts import speaking

log = logging.getLogger(__name__)


def missing_of(group: TeamGroup) -> tuple[Lack, ...]:
    """What was missing at the last look."""
    return tuple(Lack(name) for name in group.missing.split())


def note(tx: Tx, found: Standing) -> None:
    """The bot stands like this in the team's group now."""
    group = groups.find(tx)
    if group is None:
        return
    before = missing_of(group)
    linking.use_topics(tx, topics=found.topics, missing=found.missing)
    lost = [lack.value for lack in found.missing if lack not in before]
    complete = bool(before) and not found.missing
    if lost or complete or found.topics != group.topics:
        rooms.say(tx, "", "rights_changed", lost=lost, topics=found.topics, had_topics=group.topics, complete=complete)


def note_lack(tx: Tx, lack: Lack) -> None:
    """Telegram refused something for want of this."""
    group = groups.find(tx)
    if group is not None:
        known = {*missing_of(group), lack}
        note(tx, Standing(tuple(each for each in Lack if each in known)))


async def look(bot: Bot, database: Database) -> None:
    """At the start: what may have changed while nobody listened, and the team's menu. Telegram's silence is no reason not to start."""
    group = await database.read(groups.find)
    if group is None:
        return
    try:
        found = await standing.ask(bot, group.chat)
        with speaking(group.locale):
            menu = team_menu(group.chat)
        await bot.set_my_commands(**menu)
    except TelegramForbiddenError:
        await database.write(let_go, Purpose.DELIVERY)
    except TelegramMigrateToChat as error:
        new_chat = error.migrate_to_chat_id
        await database.write(lambda tx: linking.migrated(tx, group.chat, new_chat), Purpose.DELIVERY)
        await look(bot, database)
    except AiogramError as error:
        log.warning("the team's group could not be looked at (%s)", type(error).__name__)
    else:
        await database.write(lambda tx: note(tx, found), Purpose.DELIVERY)
