"""What changes a group and leaves a service message: topics, comings and goings, becoming a supergroup."""

from __future__ import annotations

from dataclasses import replace

from .chats import ADMIN_RIGHTS, GENERAL, TOPIC_COLORS, Chat, Member, Topic
from .people import Json
from .refusals import bad_request
from .world import World


def create_topic(
    world: World, chat: Chat, by: int, name: str, icon_color: int | None = None, icon: str | None = None
) -> Topic:
    """The thread id is the id of the service message that opens the topic."""
    topic = Topic(0, require_topic_name(name), icon_color or TOPIC_COLORS[0], icon)
    if topic.icon_color not in TOPIC_COLORS:
        raise bad_request("invalid icon color specified")
    topic.thread_id = chat.last_message_id + 1
    chat.topics[topic.thread_id] = topic
    created: Json = {"name": topic.name, "icon_color": topic.icon_color}
    world.journal.note("topics", chat.id, by)
    world.post(chat, by, thread_id=topic.thread_id, service={"forum_topic_created": created})
    return topic


def require_topic_name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 128:
        raise bad_request("TOPIC_TITLE_INVALID" if name.strip() else "topic name must be non-empty")
    return name.strip()


def require_topic(chat: Chat, thread_id: int) -> Topic:
    if thread_id not in chat.topics:
        raise bad_request("TOPIC_ID_INVALID")
    return chat.topics[thread_id]


def edit_topic(world: World, chat: Chat, by: int, topic: Topic, name: str | None, icon: str | None) -> None:
    new_name = topic.name if name is None else require_topic_name(name)
    new_icon = topic.icon_custom_emoji_id if icon is None else icon or None
    if (new_name, new_icon) == (topic.name, topic.icon_custom_emoji_id):
        raise bad_request("TOPIC_NOT_MODIFIED")
    edited: Json = {}
    if new_name != topic.name:
        edited["name"] = new_name
    if new_icon != topic.icon_custom_emoji_id:
        edited["icon_custom_emoji_id"] = new_icon or ""
    topic.name, topic.icon_custom_emoji_id = new_name, new_icon
    world.journal.note("topics", chat.id, by)
    world.post(chat, by, thread_id=topic.thread_id, service={"forum_topic_edited": edited})


def set_topic_closed(world: World, chat: Chat, by: int, topic: Topic, is_closed: bool) -> None:
    if topic.is_closed == is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = is_closed
    world.journal.note("topics", chat.id, by)
    key = "forum_topic_closed" if is_closed else "forum_topic_reopened"
    world.post(chat, by, thread_id=topic.thread_id, service={key: {}})


def delete_topic(world: World, chat: Chat, by: int, topic: Topic) -> None:
    """All its messages go with it, and no update tells the bot."""
    del chat.topics[topic.thread_id]
    world.journal.note("topics", chat.id, by)
    world.delete(chat, [message.id for message in chat.in_topic(topic.thread_id)], by)


def join(world: World, chat: Chat, user_id: int, by: int) -> None:
    world.set_member(chat, Member(user_id), by)
    joined = {"new_chat_members": [world.user_json(user_id)]}
    world.post(chat, by, service=joined)


def leave(world: World, chat: Chat, user_id: int, by: int) -> None:
    # The service message comes first: a removed bot still hears that it was removed.
    world.post(chat, by, service={"left_chat_member": world.user_json(user_id)})
    world.set_member(chat, Member(user_id, "left" if user_id == by else "kicked"), by)


def promote(world: World, chat: Chat, user_id: int, by: int, rights: dict[str, bool] | None = None) -> None:
    """With no rights named all of them; with `{}` back to an ordinary member."""
    if rights == {}:
        world.set_member(chat, Member(user_id), by)
        return
    chosen = dict.fromkeys(ADMIN_RIGHTS, True) if rights is None else rights
    world.set_member(chat, Member(user_id, "administrator", {"can_manage_chat": True, **chosen}), by)


def become_supergroup(world: World, chat: Chat, by: int, *, with_topics: bool = False) -> Chat:
    """A new chat with a new id; the old one refuses every call and names the new id."""
    number = abs(chat.id) % 1_000_000_000
    new = Chat(
        -1_000_000_000_000 - number, "supergroup", chat.title, is_forum=with_topics, last_message_id=GENERAL
    )
    new.members = {user_id: replace(member) for user_id, member in chat.members.items()}
    world.chats[new.id] = new
    world.post(chat, by, service={"migrate_to_chat_id": new.id})
    chat.migrated_to = new.id
    world.post(new, by, service={"migrate_from_chat_id": chat.id})
    world.journal.note("chat", new.id, by)
    return new


def set_forum(world: World, chat: Chat, by: int, is_forum: bool) -> None:
    chat.is_forum = is_forum
    world.journal.note("chat", chat.id, by)


def require_writable_thread(chat: Chat, thread_id: int | None, sender_is_admin: bool) -> int | None:
    """The thread a message really goes to; General has no number on the wire."""
    if not thread_id:
        return None
    # Telegram's own quirk: General is addressed by leaving the thread out, never by its number.
    if thread_id == GENERAL or thread_id not in chat.topics or not chat.is_forum:
        raise bad_request("message thread not found")
    if chat.topics[thread_id].is_closed and not sender_is_admin:
        raise bad_request("TOPIC_CLOSED")
    return thread_id
