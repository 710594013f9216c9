"""Chats, their members, and forum topics."""

from __future__ import annotations

from .. import group_life, shapes
from ..chats import Chat, Topic
from ..people import Json
from ..refusals import bad_request
from .call import Call
from .registry import method


@method("getChat")
def get_chat(call: Call) -> Json:
    chat = call.chat()
    if not chat.is_private:
        chat = call.present_chat()
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    )
    shape = shapes.chat_json(call.world, chat)
    shape |= {"accent_color_id": abs(chat.id) % 7, "max_reaction_count": 11, "accepted_gift_types": gifts}
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        shape["pinned_message"] = shapes.message_json(call.world, pinned)
    return shape


@method("getChatMember")
def get_chat_member(call: Call) -> Json:
    chat = call.present_chat()
    user_id = call.integer("user_id")
    if user_id not in call.world.people and user_id != call.bot_id:
        raise bad_request("invalid user_id specified" if not user_id else "member not found")
    return shapes.member_json(call.world, chat.member(user_id))


@method("getChatAdministrators")
def get_chat_administrators(call: Call) -> list[Json]:
    chat = call.present_chat()
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return [shapes.member_json(call.world, member) for member in chat.members.values() if member.is_admin]


@method("getChatMemberCount")
def get_chat_member_count(call: Call) -> int:
    return sum(member.is_present for member in call.present_chat().members.values())


@method("leaveChat")
def leave_chat(call: Call) -> bool:
    chat = call.present_chat()
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    group_life.leave(call.world, chat, call.bot_id, call.bot_id)
    return True


def _forum(call: Call, refusal: str) -> Chat:
    chat = call.present_chat()
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    call.require_right(chat, "can_manage_topics", refusal)
    return chat


def _topic(call: Call) -> tuple[Chat, Topic]:
    chat = _forum(call, "not enough rights to manage topics in the chat")
    return chat, group_life.require_topic(chat, call.integer("message_thread_id"))


@method("createForumTopic")
def create_forum_topic(call: Call) -> Json:
    chat = _forum(call, "not enough rights to create a topic")
    call.world.flood.spend(chat, call.world.now())
    topic = group_life.create_topic(
        call.world,
        chat,
        call.bot_id,
        call.text("name"),
        call.integer("icon_color") or None,
        call.text("icon_custom_emoji_id") or None,
    )
    return topic.as_forum_topic()


@method("editForumTopic")
def edit_forum_topic(call: Call) -> bool:
    chat, topic = _topic(call)
    name = call.text("name") if call.has("name") else None
    icon = call.text("icon_custom_emoji_id") if "icon_custom_emoji_id" in call.form.fields else None
    group_life.edit_topic(call.world, chat, call.bot_id, topic, name, icon)
    return True


@method("closeForumTopic")
def close_forum_topic(call: Call) -> bool:
    chat, topic = _topic(call)
    group_life.set_topic_closed(call.world, chat, call.bot_id, topic, True)
    return True


@method("reopenForumTopic")
def reopen_forum_topic(call: Call) -> bool:
    chat, topic = _topic(call)
    group_life.set_topic_closed(call.world, chat, call.bot_id, topic, False)
    return True


@method("deleteForumTopic")
def delete_forum_topic(call: Call) -> bool:
    chat = _forum(call, "not enough rights to manage topics in the chat")
    call.require_right(chat, "can_delete_messages", "not enough rights to delete messages in the chat")
    topic = group_life.require_topic(chat, call.integer("message_thread_id"))
    group_life.delete_topic(call.world, chat, call.bot_id, topic)
    return True


@method("getForumTopicIconStickers")
def get_forum_topic_icon_stickers(call: Call) -> list[Json]:
    """None here: icons are premium pictures, topics show their colour."""
    return []
