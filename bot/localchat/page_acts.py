"""What a person can do from the page (or a black-box test over HTTP): one table of acts.

POST /chat/act `{"as": <person id or name>, "do": "says", "chat": <id, default private>, ...}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .actor import Actor
from .chats import GENERAL, Chat, Topic
from .group_life import require_topic
from .messages import Message
from .people import Json
from .refusals import NotPossible, Refusal


class Act:
    """The arguments of one act, looked up in the world as they are needed."""

    def __init__(self, actor: Actor, values: Json) -> None:
        self.actor = actor
        self.values = values

    @property
    def chat(self) -> Chat:
        where = self.values.get("chat")
        return self.actor.chat(None if where is None else int(where))

    @property
    def thread(self) -> int | None:
        thread_id = int(self.values.get("thread") or 0)
        return None if thread_id in (0, GENERAL) else thread_id

    @property
    def topic(self) -> Topic:
        try:
            return require_topic(self.chat, int(self.values.get("thread") or 0))
        except Refusal as refusal:
            raise NotPossible(refusal.description) from refusal

    @property
    def message(self) -> Message:
        """By its key: `m12`, or `e3` for an ephemeral one."""
        key = str(self.values.get("message", ""))
        store = self.chat.ephemeral if key.startswith("e") else self.chat.messages
        found = store.get(int(key[1:])) if key[1:].isdigit() else None
        if found is None or not found.is_seen_by(self.actor.id):
            raise NotPossible("this message is gone")
        return found

    @property
    def reply_to(self) -> int | None:
        key = str(self.values.get("reply_to") or "")
        return int(key[1:]) if key.startswith("m") and key[1:].isdigit() else None

    def text(self, name: str = "text") -> str:
        return str(self.values.get(name, ""))


def says(act: Act) -> Json:
    message = act.actor.says(act.text(), act.chat, thread=act.thread, reply_to=act.reply_to)
    return {"message_id": message.id}


def taps(act: Act) -> Json:
    query = act.actor.taps(act.text("label"), act.chat)
    return {"callback_query_id": query.id if query else None}


def presses(act: Act) -> Json:
    message = act.message
    row, column = int(act.values.get("row", 0)), int(act.values.get("column", 0))
    try:
        button = (message.keyboard or [])[row][column]
    except IndexError:
        raise NotPossible("this button is gone") from None
    query = act.actor.presses(message, button)
    return {"callback_query_id": query.id if query else None}


def forges(act: Act) -> Json:
    """Callback data no button has, as a changed client could send."""
    return {"callback_query_id": act.actor.sends_callback(act.message, act.text("data")).id}


def asks_inline(act: Act) -> Json:
    return {"query_id": act.actor.asks_inline(act.text(), act.chat).id}


def chooses(act: Act) -> Json:
    query = act.actor.world.queries.inline.get(act.text("query_id"))
    if query is None or query.person_id != act.actor.id:
        raise NotPossible("no such query")
    return {"message_id": act.actor.chooses(query, act.text("result_id"), thread=act.thread).id}


def opens_link(act: Act) -> Json:
    opened = act.actor.opens_link(act.text("url"))
    return {"message_id": opened.id if opened else None}


def creates_topic(act: Act) -> Json:
    return {"thread_id": act.actor.creates_topic(act.chat, act.text("name")).thread_id}


def upgrades_group(act: Act) -> Json:
    wanted = bool(act.values.get("with_topics", True))
    return {"chat_id": act.actor.upgrades_group(act.chat, with_topics=wanted).id}


def sets_language(act: Act) -> None:
    act.actor.person.language_code = act.text("language_code")
    act.actor.world.journal.note("people", act.actor.id, act.actor.id)


def forwards(act: Act) -> Json:
    return {"message_id": act.actor.forwards(act.message, int(act.values["to"])).id}


ACTS: dict[str, Callable[[Act], Any]] = {
    "says": says,
    "taps": taps,
    "presses": presses,
    "forges": forges,
    "edits": lambda act: act.actor.edits(act.message, act.text()),
    "deletes": lambda act: act.actor.deletes(act.message),
    "clears_history": lambda act: act.actor.clears_history(),
    "reacts": lambda act: act.actor.reacts(act.message, *act.values.get("emoji", [])),
    "pins": lambda act: act.actor.pins(act.message),
    "unpins": lambda act: act.actor.unpins(act.message),
    "forwards": forwards,
    "presses_start": lambda act: act.actor.presses_start(act.text("payload")) and None,
    "opens_link": opens_link,
    "asks_inline": asks_inline,
    "chooses": chooses,
    "blocks_bot": lambda act: act.actor.blocks_bot(),
    "unblocks_bot": lambda act: act.actor.unblocks_bot(),
    "adds_bot": lambda act: act.actor.adds_bot(act.chat),
    "removes_bot": lambda act: act.actor.removes_bot(act.chat),
    "promotes_bot": lambda act: act.actor.promotes_bot(act.chat, act.values.get("rights")),
    "joins": lambda act: act.actor.joins(act.actor.world.chats[int(act.values["chat"])]),
    "leaves": lambda act: act.actor.leaves(act.chat),
    "creates_topic": creates_topic,
    "renames_topic": lambda act: act.actor.renames_topic(act.chat, act.topic, act.text("name")),
    "closes_topic": lambda act: act.actor.closes_topic(act.chat, act.topic),
    "reopens_topic": lambda act: act.actor.reopens_topic(act.chat, act.topic),
    "deletes_topic": lambda act: act.actor.deletes_topic(act.chat, act.topic),
    "upgrades_group": upgrades_group,
    "sets_language": sets_language,
}


def perform(actor: Actor, values: Json) -> Json:
    act = ACTS.get(str(values.get("do")))
    if act is None:
        raise NotPossible(f"nobody can do {values.get('do')!r}")
    result: Json | None = act(Act(actor, values))
    return result or {}
