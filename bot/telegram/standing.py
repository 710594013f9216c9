"""What the bot may do in a group, as Telegram says; and what is missing there for the privacy team's desk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aiogram import Bot
from aiogram.methods import GetChat, GetChatMember
from aiogram.types import ChatFullInfo, ChatMemberAdministrator, ChatMemberOwner
from aiogram.types.chat_member_union import ChatMemberUnion

from bot.telegram.desk import Desk
from bot.telegram.wire import WireError, wire_of


class Lack(StrEnum):
    """Something the desk would need in its group, in the order in which it is put right."""

    SUPERGROUP = "supergroup"
    TOPICS = "topics"
    ADMIN = "admin"
    MANAGE_TOPICS = "manage_topics"
    PIN = "pin"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Standing:
    """`missing` is empty where everything is as the desk likes it."""

    missing: tuple[Lack, ...]

    @property
    def topics(self) -> bool:
        """Whether a topic can be made for each case."""
        return not {Lack.SUPERGROUP, Lack.TOPICS, Lack.ADMIN, Lack.MANAGE_TOPICS} & set(self.missing)


def standing_of(chat: ChatFullInfo, me: ChatMemberUnion) -> Standing:
    """From what Telegram told about the group and about the bot in it."""
    missing = []
    if chat.type != "supergroup":
        missing.append(Lack.SUPERGROUP)
    elif not chat.is_forum:
        missing.append(Lack.TOPICS)
    if isinstance(me, ChatMemberOwner):
        return Standing(tuple(missing))
    if not isinstance(me, ChatMemberAdministrator):
        return Standing((*missing, Lack.ADMIN))
    rights = ((me.can_manage_topics, Lack.MANAGE_TOPICS), (me.can_pin_messages, Lack.PIN), (me.can_delete_messages, Lack.DELETE))
    # A basic group knows no right to manage topics: it is asked for when there are some.
    lacking = [lack for allowed, lack in rights if not allowed and (lack is not Lack.MANAGE_TOPICS or chat.is_forum)]
    return Standing((*missing, *lacking))


async def ask(bot: Bot, chat_id: int) -> Standing:
    """At the start. AiogramError."""
    return standing_of(await bot.get_chat(chat_id), await bot.get_chat_member(chat_id, bot.id))


def here(desk: Desk) -> Standing | None:
    """In a step, as slow work: in this update's group; None when Telegram does not say."""
    return desk.slow(f"standing:{desk.chat_id}", lambda: _look(desk, desk.chat_id))


def _look(desk: Desk, chat_id: int) -> Standing | None:
    wire = wire_of(desk)
    try:
        return standing_of(wire.call(GetChat(chat_id=chat_id)), wire.call(GetChatMember(chat_id=chat_id, user_id=wire.me)))
    except WireError:
        return None


def is_admin(desk: Desk) -> bool | None:
    """In a step, as slow work: whether whoever speaks is an admin of the group now; None when Telegram does not say."""
    return desk.slow(f"admin:{desk.user_id}", lambda: _is_admin(desk))


def _is_admin(desk: Desk) -> bool | None:
    try:
        member = wire_of(desk).call(GetChatMember(chat_id=desk.chat_id, user_id=desk.user_id))
    except WireError:
        return None
    return isinstance(member, ChatMemberAdministrator | ChatMemberOwner)
