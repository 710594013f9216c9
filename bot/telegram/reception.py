"""Around every update: who speaks, in which language, and what an error is called in words."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.types import CallbackQuery, Chat, Message, Update, User

from bot.core import accounts
from bot.core.errors import MovingError, PrivacyError
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.core.residence import MOVED, MOVING
from bot.core.support import groups
from bot.storage import Unit
from bot.telegram.desk import Desk, lane_of
from bot.telegram.errors import words_for
from bot.telegram.fsm_storage import current_desk
from bot.telegram.locales import resolve
from bot.telegram.say import Say
from bot.telegram.texts import PSEUDO, speaking

log = logging.getLogger(__name__)


class Reception:
    """Hands an update to the dispatcher with its `desk` and `say`, inside one transaction."""

    def __init__(self, services: Mapping[str, Any], dispatcher: Dispatcher, bot: Bot) -> None:
        self._services = services
        self._dispatcher = dispatcher
        self._bot = bot

    async def receive(self, unit: Unit, update: Update, slow_results: dict[str, Any]) -> None:
        """Let the flow that fits handle the update; say in words what the core refused."""
        user, chat, thread_id = who(update)
        if user is None or (user.is_bot and not _for_a_chat(update)):
            return
        chat_id = chat.id if chat else user.id

        def look_up(tx: Tx) -> tuple[accounts.Account | None, str, str | None]:
            lane = lane_of(tx, chat_id)
            team = None if private else groups.find(tx)
            at_desk = team is not None and team.lane == lane
            if at_desk:
                tx.keys.open_for(Purpose.SUPPORT)  # for a case it is opened where the member's permission is checked
            found = accounts.asking(tx, user.id)
            if private:
                return found, lane, None
            return found, lane, team.locale if team is not None and at_desk else _language_of(tx, lane)

        private = chat is None or chat.type == "private"
        found, lane, of_group = await unit.do(look_up)
        chosen = of_group or (found.locale if found and found.locale else resolve(user.language_code))
        desk = Desk(
            unit=unit,
            user_id=user.id,
            chat_id=chat_id,
            lane=lane,
            private=private,
            thread_id=thread_id,
            locale=chosen,
            found=found,
            bot_name=self._services["bot_name"](),
            services=self._services,
            slow_results=slow_results,
        )
        inner = update.event
        say = Say(desk, inner)
        token = current_desk.set(desk)
        try:
            with speaking(PSEUDO if self._services.get("pseudo") else chosen):
                try:
                    if await self._is_elsewhere(desk, update):
                        return
                    if private and desk.found is not None:
                        desk.found = await desk(accounts.note_locale, desk.found, chosen)
                    await self._dispatcher.feed_update(self._bot, update, desk=desk, say=say)
                except PrivacyError as error:
                    log.info("refused: %s", type(error).__name__)
                    await _explain(say, desk, inner, error)
                await say.settle()
        finally:
            current_desk.reset(token)


    async def _is_elsewhere(self, desk: Desk, update: Update) -> bool:
        """Whether another region answers for this person and has the update now. MovingError, RegionError."""
        regions = self._services.get("regions")
        if not desk.private or update.inline_query is not None or regions is None:
            return False
        if desk.found is not None:
            if desk.found.status in (MOVING, MOVED):
                raise MovingError
            return False
        here = self._services["region"]
        if await regions.is_at_home(update, desk.user_id, here):
            return False
        return desk.slow("elsewhere", lambda: bool(regions.send_on(update, here)))


def _for_a_chat(update: Update) -> bool:
    """Under a bot's name, but of somebody's doing: the bot comes or goes, a group gets a new number, an admin stays anonymous."""
    message = update.message
    if message is None:
        return update.my_chat_member is not None
    moved = message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None
    return moved or (message.sender_chat is not None and message.sender_chat.id == message.chat.id)


def _language_of(tx: Tx, lane: str) -> str | None:
    """What the admins of a group chose; None lets whoever speaks be answered in their own language."""
    community = tx.communities.find(id=lane)
    return community.locale or None if community is not None else None


async def _explain(say: Say, desk: Desk, event: object, error: PrivacyError) -> None:
    text, keyboard = words_for(error, desk.zone)
    if not desk.private and not isinstance(event, Message | CallbackQuery):
        return
    if isinstance(event, CallbackQuery):
        await say.toast(text, alert=True)
        if not keyboard or not desk.private:
            return
    if desk.private:
        await say(text, keyboard, new=True)
    else:  # in a busy group it must be clear whose message is meant
        await say.reply(text)


def who(event: Update) -> tuple[User | None, Chat | None, int | None]:
    inner = event.event
    user = getattr(inner, "from_user", None) or getattr(inner, "user", None)
    message = inner.message if isinstance(inner, CallbackQuery) else inner
    chat = getattr(message, "chat", None)
    thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    return user, chat, thread
