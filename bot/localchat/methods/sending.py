"""New messages: text, files, copies, forwards, and the ephemeral ones only one person sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .. import shapes
from ..chats import Chat
from ..files import FileKind
from ..messages import Message
from ..people import Json
from ..refusals import bad_request
from .call import Call
from .keyboards import read_inline_keyboard, read_reply_markup
from .registry import method

EPHEMERAL_WITHIN = timedelta(seconds=15)
ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


@method("sendMessage")
def send_message(call: Call) -> Json:
    chat = call.present_chat()
    words = call.message_words()
    return shapes.message_json(call.world, _post(call, chat, text=words.text, entities=words.entities))


@method("sendDocument")
def send_document(call: Call) -> Json:
    return _send_file(call, "document")


@method("sendPhoto")
def send_photo(call: Call) -> Json:
    return _send_file(call, "photo")


def _send_file(call: Call, kind: FileKind) -> Json:
    chat = call.present_chat()
    words = call.caption_words()
    file = call.file(kind)
    sent = _post(call, chat, file=file, caption=words.text or None, entities=words.entities)
    return shapes.message_json(call.world, sent)


@method("copyMessage")
def copy_message(call: Call) -> Json:
    chat = call.present_chat()
    source = _source(call, "copy")
    entities = source.entities
    caption = source.caption
    if call.has("caption") and source.file:
        words = call.caption_words()
        caption, entities = words.text or None, words.entities
    sent = _post(call, chat, text=source.text, caption=caption, entities=entities, file=source.file)
    return {"message_id": sent.id}


@method("forwardMessage")
def forward_message(call: Call) -> Json:
    chat = call.present_chat()
    source = _source(call, "forward")
    origin = source.forward_origin or {
        "type": "user",
        "sender_user": call.world.user_json(source.sender_id),
        "date": shapes.unix(source.date),
    }
    sent = _post(
        call,
        chat,
        text=source.text,
        caption=source.caption,
        entities=source.entities,
        file=source.file,
        forward_origin=origin,
    )
    return shapes.message_json(call.world, sent)


def _source(call: Call, purpose: str) -> Message:
    message = call.message(call.chat("from_chat_id"), purpose)
    if message.service or message.protected:
        raise bad_request(f"message can't be {'copied' if purpose == 'copy' else 'forwarded'}")
    return message


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    chat = call.present_chat()
    if call.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    data = {"action": call.text("action"), "thread_id": call.thread(chat)}
    call.world.journal.note("action", chat.id, call.bot_id, data=data)
    return True


def _post(call: Call, chat: Chat, **content: Any) -> Message:
    """The steps every new message takes: place, keyboard, pace, then the deed."""
    world = call.world
    thread_id = call.thread(chat)
    reply_to_id, quote = call.reply_to(chat)
    markup = call.object("reply_markup")
    keyboard = read_inline_keyboard(markup)
    reply_markup = read_reply_markup(markup)
    reader_id = _ephemeral_reader(call, chat)
    world.flood.spend(chat, world.now())
    if reply_markup is not None and reader_id is None:
        chat.reply_markup = None if reply_markup.get("remove_keyboard") else reply_markup
    return world.post(
        chat,
        call.bot_id,
        keyboard=keyboard,
        reply_markup=reply_markup,
        thread_id=thread_id,
        reply_to_id=reply_to_id,
        quote=quote,
        protected=call.flag("protect_content"),
        reader_id=reader_id,
        is_ephemeral=reader_id is not None,
        **content,
    )


def _ephemeral_reader(call: Call, chat: Chat) -> int | None:
    """The one reader, if the message is ephemeral and Telegram would still deliver it.

    Within 15 seconds of what the person did (a tap, an ephemeral command), at any time for an admin bot.
    """
    wanted = call.object("ephemeral_message_parameters") or {}
    reply = call.object("reply_parameters") or {}
    reader_id = int(wanted.get("receiver_user_id") or call.integer("receiver_user_id"))
    answered_id = reply.get("ephemeral_message_id")
    if not reader_id:
        if answered_id:
            raise bad_request("a reply to an ephemeral message must be an ephemeral message")
        return None
    if chat.is_private:
        raise bad_request("ephemeral messages can be sent only in groups and supergroups")
    if not chat.member(reader_id).is_present:
        raise bad_request("USER_NOT_PARTICIPANT")
    if call.standing(chat).is_admin:
        return reader_id
    query_id = wanted.get("callback_query_id") or call.text("callback_query_id")
    query = call.world.queries.callbacks.get(str(query_id))
    answered = chat.ephemeral.get(int(answered_id or 0))
    if query is not None and query.person_id == reader_id:
        acted_at = query.at
    elif answered is not None and answered.sender_id == reader_id:
        acted_at = answered.date
    else:
        raise bad_request("not enough rights to send ephemeral messages")
    if call.world.now() - acted_at > EPHEMERAL_WITHIN:
        raise bad_request("EPHEMERAL_MESSAGE_EXPIRED")
    return reader_id
