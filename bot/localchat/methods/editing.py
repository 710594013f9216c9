"""Changing and removing what was sent, with Telegram's 48-hour rule for removal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .. import shapes
from ..chats import Chat
from ..messages import Message
from ..people import Json
from ..refusals import bad_request
from .call import Call
from .keyboards import read_inline_keyboard
from .params import Form
from .registry import method

_ALLOWED = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈
😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
REACTIONS = frozenset(_ALLOWED.split())
DELETE_WITHIN = timedelta(hours=48)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def _editable(call: Call) -> Message:
    inline_id = call.text("inline_message_id")
    if inline_id:
        for chat in call.world.chats.values():
            for message in chat.messages.values():
                if message.inline_message_id == inline_id:
                    return message
        raise bad_request("MESSAGE_ID_INVALID")
    message = call.message(call.present_chat(), "edit")
    if message.sender_id != call.bot_id or message.service or message.forward_origin:
        raise bad_request("message can't be edited")
    return message


def _apply(call: Call, message: Message, **content: Any) -> Json | bool:
    """A keyboard left out is a keyboard removed."""
    keyboard = read_inline_keyboard(call.object("reply_markup"))
    same = all(getattr(message, name) == value for name, value in content.items())
    if same and keyboard == message.keyboard:
        raise bad_request(NOT_MODIFIED)
    call.world.edit(message, call.bot_id, keyboard=keyboard, is_silent=same, **content)
    return True if call.has("inline_message_id") else shapes.message_json(call.world, message)


def _apply_text(call: Call, message: Message) -> Json | bool:
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    words = call.message_words(is_edit=True)
    return _apply(call, message, text=words.text, entities=words.entities)


@method("editMessageText")
def edit_message_text(call: Call) -> Json | bool:
    return _apply_text(call, _editable(call))


@method("editMessageCaption")
def edit_message_caption(call: Call) -> Json | bool:
    message = _editable(call)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    words = call.caption_words()
    return _apply(call, message, caption=words.text or None, entities=words.entities)


@method("editMessageMedia")
def edit_message_media(call: Call) -> Json | bool:
    """Another file with its caption in the place of what was there, be it a text or a file."""
    message = _editable(call)
    media = call.object("media") or {}
    kind = media.get("type")
    if kind not in ("document", "photo"):
        raise bad_request("media of this type is not part of the local chat" if kind else "there is no media in the request")
    given = {name: str(media.get(name, "")) for name in ("caption", "parse_mode")}
    new = Call(call.world, Form(given | {kind: str(media.get("media", ""))}, call.form.files))
    words = new.caption_words()
    return _apply(call, message, file=new.file(kind), text=None, caption=words.text or None, entities=words.entities)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(call: Call) -> Json | bool:
    return _apply(call, _editable(call))


@method("deleteMessage")
def delete_message(call: Call) -> bool:
    chat = call.present_chat()
    message = call.message(chat, "delete")
    _require_deletable(call, chat, message)
    call.world.delete(chat, [message.id], call.bot_id)
    return True


@method("deleteMessages")
def delete_messages(call: Call) -> bool:
    """What is not there is passed over; one that may not be deleted stops all."""
    chat = call.present_chat()
    wanted = [int(one) for one in call.list("message_ids") or []]
    if not 1 <= len(wanted) <= 100:
        raise bad_request(
            "too many messages to delete" if wanted else "message identifiers are not specified"
        )
    found = [chat.messages[one] for one in wanted if one in chat.messages]
    for message in found:
        _require_deletable(call, chat, message)
    call.world.delete(chat, [message.id for message in found], call.bot_id)
    return True


def _require_deletable(call: Call, chat: Chat, message: Message) -> None:
    is_own = message.sender_id == call.bot_id
    if not (is_own or chat.is_private or call.standing(chat).may("can_delete_messages")):
        raise bad_request("message can't be deleted")
    if message.service and {"forum_topic_created", "migrate_from_chat_id"} & message.service.keys():
        raise bad_request("message can't be deleted")
    if call.world.now() - message.date >= DELETE_WITHIN:
        raise bad_request("message can't be deleted for everyone")


def _ephemeral(call: Call, purpose: str) -> Message:
    message = call.present_chat().ephemeral.get(call.integer("ephemeral_message_id"))
    if message is None or call.integer("receiver_user_id") not in (message.reader_id, message.sender_id):
        raise bad_request(f"message to {purpose} not found")
    return message


@method("editEphemeralMessageText")
def edit_ephemeral_message_text(call: Call) -> bool:
    return bool(_apply_text(call, _ephemeral(call, "edit")))


@method("editEphemeralMessageReplyMarkup")
def edit_ephemeral_message_reply_markup(call: Call) -> bool:
    return bool(_apply(call, _ephemeral(call, "edit")))


@method("deleteEphemeralMessage")
def delete_ephemeral_message(call: Call) -> bool:
    message = _ephemeral(call, "delete")
    chat = call.world.chats[message.chat_id]
    call.world.delete_ephemeral(chat, message.ephemeral_id or 0, call.bot_id)
    return True


@method("setMessageReaction")
def set_message_reaction(call: Call) -> bool:
    chat = call.present_chat()
    message = call.message(chat, "react")
    reaction = call.list("reaction") or []
    if len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(one.get("type") != "emoji" or one.get("emoji") not in REACTIONS for one in reaction):
        raise bad_request("REACTION_INVALID")
    call.world.react(message, call.bot_id, reaction)
    return True


@method("pinChatMessage")
def pin_chat_message(call: Call) -> bool:
    chat = call.present_chat()
    call.require_right(chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    message = call.message(chat, "pin")
    if message.service:
        raise bad_request("message can't be pinned")
    if message.id not in chat.pinned:
        call.world.pin(message, call.bot_id)
    return True


@method("unpinChatMessage")
def unpin_chat_message(call: Call) -> bool:
    chat = call.present_chat()
    call.require_right(chat, "can_pin_messages", "not enough rights to manage pinned messages in the chat")
    message_id = call.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    call.world.unpin(chat, message_id, call.bot_id)
    return True
