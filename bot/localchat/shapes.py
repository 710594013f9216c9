"""The world in Telegram's JSON, as the bot gets it. `world` answers only who is who."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from .chats import ADMIN_RIGHTS, GENERAL, Chat, Member
from .messages import Message
from .people import Json

if TYPE_CHECKING:
    from .world import World


def unix(moment: datetime) -> int:
    return int(moment.timestamp())


def chat_json(world: World, chat: Chat) -> Json:
    if chat.is_private:
        person = world.people[chat.id]
        shape: Json = {"id": chat.id, "type": "private", "first_name": person.first_name}
        if person.last_name:
            shape["last_name"] = person.last_name
        if person.username:
            shape["username"] = person.username
        return shape
    shape = {"id": chat.id, "type": chat.type, "title": chat.title}
    if chat.username:
        shape["username"] = chat.username
    if chat.is_forum:
        shape["is_forum"] = True
    return shape


def member_json(world: World, member: Member) -> Json:
    shape: Json = {"status": member.status, "user": world.user_json(member.user_id)}
    if member.status == "creator":
        shape["is_anonymous"] = False
    elif member.status == "administrator":
        shape |= {"can_be_edited": False, "is_anonymous": False}
        shape |= {right: member.rights.get(right, False) for right in ADMIN_RIGHTS}
    elif member.status == "kicked":
        shape["until_date"] = 0
    return shape


def message_json(world: World, message: Message, *, with_reply: bool = True) -> Json:
    chat = world.chats[message.chat_id]
    shape: Json = {
        "message_id": message.id,
        "from": world.user_json(message.sender_id),
        "chat": chat_json(world, chat),
        "date": unix(message.date),
    }
    _add_place(world, chat, message, shape, with_reply)
    if message.edited_at:
        shape["edit_date"] = unix(message.edited_at)
    if message.forward_origin:
        shape["forward_origin"] = message.forward_origin
    if message.via_bot:
        shape["via_bot"] = world.bot.as_user()
    if message.protected:
        shape["has_protected_content"] = True
    if message.text is not None:
        shape["text"] = message.text
        if message.entities:
            shape["entities"] = message.entities
    if message.file:
        shape[message.file.kind] = message.file.as_field()
        if message.caption:
            shape["caption"] = message.caption
            if message.entities:
                shape["caption_entities"] = message.entities
    if message.keyboard:
        shape["reply_markup"] = {"inline_keyboard": message.keyboard}
    if message.service:
        shape |= message.service
    return shape


def _add_place(world: World, chat: Chat, message: Message, shape: Json, with_reply: bool) -> None:
    if message.ephemeral_id is not None:
        shape["ephemeral_message_id"] = message.ephemeral_id
        shape["receiver_user"] = world.user_json(message.reader_id or world.bot.id)
    if message.thread_id and message.thread_id != GENERAL:
        shape["message_thread_id"] = message.thread_id
        shape["is_topic_message"] = True
    if with_reply and message.reply_to_id is not None:
        replied = chat.messages.get(message.reply_to_id)
        if replied is not None:
            shape["reply_to_message"] = message_json(world, replied, with_reply=False)
    elif with_reply and message.thread_id and message.thread_id != GENERAL:
        # In a topic, a message that answers nothing still "replies" to the one that created the topic.
        created = chat.messages.get(message.thread_id)
        if created is not None and created is not message:
            shape["reply_to_message"] = message_json(world, created, with_reply=False)
    if message.quote:
        shape["quote"] = {"text": message.quote, "position": 0, "is_manual": True}


def member_update_json(world: World, chat: Chat, actor_id: int, old: Member, new: Member) -> Json:
    return {
        "chat": chat_json(world, chat),
        "from": world.user_json(actor_id),
        "date": unix(world.now()),
        "old_chat_member": member_json(world, old),
        "new_chat_member": member_json(world, new),
    }
