"""What one person's screen shows, as JSON for the page. Never more than that person may see."""

from __future__ import annotations

from . import shapes
from .chats import GENERAL, Chat
from .journal import Event
from .messages import Message
from .people import Json, Person
from .seat import Seat

SHOWN_PER_CHAT = 400


def state_view(seat: Seat) -> Json:
    world = seat.world
    profile = world.profile
    language = seat.person.language_code[:2]
    return {
        "now": shapes.unix(world.now()),
        "last_event": world.journal.last_number,
        "me": person_view(seat.person),
        "people": [person_view(person) for person in world.people.values()],
        "bot": {
            "id": world.bot.id,
            "name": profile.names.get(language) or profile.names.get("") or world.bot.first_name,
            "username": world.bot.username,
            "description": profile.descriptions.get(language) or profile.descriptions.get("", ""),
            "inline_placeholder": world.bot.inline_placeholder,
        },
        "chats": [chat_view(seat, chat) for chat in seat.chats()],
    }


def person_view(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "language_code": person.language_code,
        "note": person.note,
    }


def chat_view(seat: Seat, chat: Chat) -> Json:
    world = seat.world
    me = chat.member(seat.id)
    bot = chat.member(world.bot.id)
    seen = seat.sees(chat)[-SHOWN_PER_CHAT:]
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "is_forum": chat.is_forum,
        "has_started": chat.has_started,
        "bot_status": bot.status,
        "bot_is_admin": bot.is_admin,
        "i_am_admin": me.is_admin,
        "members": [
            {"id": member.user_id, "name": _name(seat, member.user_id), "status": member.status}
            for member in chat.members.values()
            if member.is_present
        ],
        "topics": [
            {"id": GENERAL, "name": "General", "icon_color": 0, "is_closed": False},
            *(
                {
                    "id": topic.thread_id,
                    "name": topic.name,
                    "icon_color": topic.icon_color,
                    "is_closed": topic.is_closed,
                }
                for topic in chat.topics.values()
            ),
        ]
        if chat.is_forum
        else [],
        "pinned": [key for key in chat.pinned if key in chat.messages],
        "commands": world.profile.menu(chat, seat.id, seat.person.language_code) if bot.is_present else [],
        "reply_markup": chat.reply_markup,
        "messages": [message_view(seat, message) for message in seen],
    }


def message_view(seat: Seat, message: Message) -> Json:
    chat = seat.world.chats[message.chat_id]
    replied = chat.messages.get(message.reply_to_id or 0)
    counts: dict[str, Json] = {}
    for user_id, reaction in message.reactions.items():
        for one in reaction:
            entry = counts.setdefault(one["emoji"], {"emoji": one["emoji"], "count": 0, "mine": False})
            entry["count"] += 1
            entry["mine"] = entry["mine"] or user_id == seat.id
    file = message.file
    return {
        "key": message_key(message.id, message.ephemeral_id),
        "id": message.id,
        "is_ephemeral": message.ephemeral_id is not None,
        "chat_id": message.chat_id,
        "sender_id": message.sender_id,
        "sender": _name(seat, message.sender_id),
        "is_mine": message.sender_id == seat.id,
        "is_bot": message.sender_id == seat.world.bot.id,
        "date": shapes.unix(message.date),
        "text": message.words,
        "has_text": message.text is not None,
        "entities": message.entities,
        "keyboard": message.keyboard or [],
        "thread_id": message.thread_id or GENERAL,
        "reply": None
        if replied is None or replied.service
        else {
            "key": message_key(replied.id, None),
            "sender": _name(seat, replied.sender_id),
            "text": message.quote or replied.words or (replied.file.name if replied.file else ""),
        },
        "forwarded_from": _origin_name(message),
        "via": seat.world.bot.username if message.via_bot else "",
        "is_protected": message.protected,
        "is_edited": message.edited_at is not None,
        "service": _service_view(seat, message),
        "reactions": list(counts.values()),
        "file": None
        if file is None
        else {
            "kind": file.kind,
            "name": file.name,
            "size": len(file.content),
            "path": file.path,
            "width": file.width,
            "height": file.height,
        },
    }


def message_key(message_id: int, ephemeral_id: int | None) -> str:
    return f"m{message_id}" if ephemeral_id is None else f"e{ephemeral_id}"


def event_view(seat: Seat, event: Event) -> Json | None:
    """None if this person may not know of it.

    One person in front of the page plays them all, so news for another one is hinted at, without its content.
    """
    if event.kind == "message" and event.chat_id in seat.world.people and event.chat_id != seat.id:
        return {"number": event.number, "kind": "elsewhere", "person_id": event.chat_id, "by": event.by}
    if event.only_for not in (None, seat.id):
        return None
    if event.kind in ("clock", "people"):
        return {"number": event.number, "kind": event.kind, "now": shapes.unix(seat.world.now())}
    chat = seat.world.chats.get(event.chat_id)
    was_there = chat is not None and seat.id in chat.members
    if chat is None or not was_there or (event.kind != "chat" and not chat.member(seat.id).is_present):
        return None
    view: Json = {"number": event.number, "kind": event.kind, "chat_id": event.chat_id, "by": event.by}
    if event.kind in ("message", "edited", "reaction"):
        ephemeral_id = event.data["ephemeral_id"]
        message = (
            chat.messages.get(event.data["message_id"])
            if ephemeral_id is None
            else chat.ephemeral.get(ephemeral_id)
        )
        if message is None:
            # Gone again before this screen was told; its deletion follows in the journal.
            return None
        view["message"] = message_view(seat, message)
    elif event.kind == "deleted":
        view["keys"] = [message_key(one, None) for one in event.data["message_ids"]]
        view["keys"] += [message_key(0, one) for one in event.data["ephemeral_ids"]]
    elif event.kind == "inline":
        query = seat.world.queries.inline[event.data["inline_query_id"]]
        view["query_id"] = query.id
        view["button"] = query.button
        view["results"] = [
            {"id": one["id"], "title": one["title"], "description": one["description"]}
            for one in query.results
        ]
    else:
        view |= event.data
    return view


def _name(seat: Seat, user_id: int) -> str:
    world = seat.world
    if user_id == world.bot.id:
        language = seat.person.language_code[:2]
        return world.profile.names.get(language) or world.profile.names.get("") or world.bot.first_name
    return world.people[user_id].name


def _origin_name(message: Message) -> str:
    sender = (message.forward_origin or {}).get("sender_user", {})
    return f"{sender.get('first_name', '')} {sender.get('last_name', '')}".strip()


def _service_view(seat: Seat, message: Message) -> Json | None:
    if not message.service:
        return None
    kind, value = next(iter(message.service.items()))
    view: Json = {"kind": kind, "by": _name(seat, message.sender_id)}
    if kind == "new_chat_members":
        view["who"] = ", ".join(user["first_name"] for user in value)
    elif kind == "left_chat_member":
        view["who"] = value["first_name"]
    elif kind in ("forum_topic_created", "forum_topic_edited"):
        view["what"] = value.get("name", "")
    elif kind == "pinned_message":
        view["what"] = (value.get("text") or value.get("caption") or "")[:60]
    return view
