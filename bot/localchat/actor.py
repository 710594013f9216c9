"""A person at their phone: everything they can do to the world. Reads as a sentence in tests.

`world.person("alice").says("hello")`, `.taps("Continue")`, `.blocks_bot()`. What their client would not
offer raises `NotPossible`.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

from . import shapes
from .chats import Chat
from .files import FileKind
from .formatting import trimmed
from .found_entities import pieces, with_found
from .group_acts import GroupActs
from .messages import Message
from .people import Json
from .queries import CallbackQuery, InlineQuery
from .refusals import NotPossible, Refusal
from .seat import Where

MESSAGE_LIMIT = 4096


class Actor(GroupActs):
    # Writing

    def says(
        self,
        text: str,
        where: Where = None,
        *,
        thread: int | None = None,
        reply_to: Message | int | None = None,
        entities: list[Json] | None = None,
    ) -> Message:
        """A command the bot declared ephemeral stays between this person and the bot."""
        chat = self.writable(where, thread)
        clean, given = trimmed(text, entities or [])
        if not clean or len(clean) > MESSAGE_LIMIT:
            raise NotPossible("a message has 1 to 4096 characters")
        found = with_found(clean, given)
        return self.world.post(
            chat,
            self.id,
            text=clean,
            entities=found,
            thread_id=thread,
            reply_to_id=reply_to.id if isinstance(reply_to, Message) else reply_to,
            is_ephemeral=not chat.is_private and self._is_ephemeral_command(chat, clean, found),
        )

    def sends_file(
        self,
        name: str,
        content: bytes,
        where: Where = None,
        *,
        caption: str = "",
        kind: FileKind = "document",
        thread: int | None = None,
        reply_to: Message | int | None = None,
    ) -> Message:
        chat = self.writable(where, thread)
        try:
            file = self.world.files.store(kind, name, content)
        except Refusal as refusal:
            raise NotPossible(refusal.description) from refusal
        return self.world.post(
            chat,
            self.id,
            file=file,
            caption=caption or None,
            entities=with_found(caption, []),
            thread_id=thread,
            reply_to_id=reply_to.id if isinstance(reply_to, Message) else reply_to,
        )

    def forwards(self, message: Message, where: Where = None, *, thread: int | None = None) -> Message:
        origin = {
            "type": "user",
            "sender_user": self.world.user_json(message.sender_id),
            "date": shapes.unix(message.date),
        }
        return self.world.post(
            self.writable(where, thread),
            self.id,
            text=message.text,
            caption=message.caption,
            entities=message.entities,
            file=message.file,
            thread_id=thread,
            forward_origin=origin,
        )

    def edits(self, message: Message, text: str) -> None:
        self.require_own(message)
        entities = with_found(text, [])
        if message.text is None:
            self.world.edit(message, self.id, caption=text, entities=entities)
        else:
            self.world.edit(message, self.id, text=text, entities=entities)

    def deletes(self, message: Message) -> None:
        chat = self.chat(message.chat_id)
        if not chat.is_private and not chat.member(self.id).may("can_delete_messages"):
            self.require_own(message)
        self.world.delete(chat, [message.id], self.id)

    def clears_history(self) -> None:
        """In the private chat, for both sides; a person has no 48-hour limit."""
        self.world.delete(self.private_chat, list(self.private_chat.messages), self.id)

    def reacts(self, message: Message, *emoji: str) -> None:
        """With no emoji the reaction is taken back."""
        self.chat(message.chat_id)
        self.world.react(message, self.id, [{"type": "emoji", "emoji": one} for one in emoji])

    def pins(self, message: Message) -> None:
        self.require_right(self.chat(message.chat_id), "can_pin_messages")
        self.world.pin(message, self.id)

    def unpins(self, message: Message) -> None:
        self.require_right(self.chat(message.chat_id), "can_pin_messages")
        self.world.unpin(self.chat(message.chat_id), message.id, self.id)

    # Buttons and links

    def taps(
        self, label: str, where: Where = None, *, message: Message | None = None
    ) -> CallbackQuery | None:
        """The newest visible button with that label; a reply-keyboard button sends its text.

        None if the button asks nothing of the bot (a link, copied text, a disabled button).
        """
        for seen in [message] if message else reversed(self.sees(where)):
            for button in seen.buttons:
                if button["text"] == label:
                    return self.presses(seen, button)
        chat = self.chat(where)
        for row in (chat.reply_markup or {}).get("keyboard", []):
            if any((key if isinstance(key, str) else key["text"]) == label for key in row):
                self.says(label, chat)
                return None
        raise NotPossible(f"{self.person.name} sees no button [{label}]")

    def presses(self, message: Message, button: Json) -> CallbackQuery | None:
        if "callback_data" in button:
            return self.sends_callback(message, button["callback_data"])
        if "url" in button and self._is_bot_link(button["url"]):
            self.opens_link(button["url"])
        return None

    def sends_callback(self, message: Message, data: str) -> CallbackQuery:
        """Any data, also what no button carries: a forged client can do that, so bots must expect it."""
        chat = self.chat(message.chat_id)
        world = self.world
        query = CallbackQuery(world.updates.new_id(), self.id, message, world.now())
        world.queries.callbacks[query.id] = query
        payload: Json = {
            "id": query.id,
            "from": self.person.as_user(),
            "chat_instance": str(chat.id * 7919),
            "data": data,
        }
        if message.inline_message_id:
            payload["inline_message_id"] = message.inline_message_id
        elif message.id in chat.messages or message.ephemeral_id in chat.ephemeral:
            payload["message"] = shapes.message_json(world, message)
        else:
            where = shapes.chat_json(world, chat)
            payload["message"] = {"chat": where, "message_id": message.id, "date": 0}
        world.updates.put("callback_query", payload)
        return query

    def presses_start(self, payload: str = "") -> Message:
        """Also lifts a block: Telegram shows Start as "Restart" then."""
        if not self.private_chat.member(self.world.bot.id).is_present:
            self.unblocks_bot()
        return self.says(f"/start {payload}".strip())

    def opens_link(self, url: str) -> Message | None:
        """t.me/<bot>?start=payload; any other address opens outside and changes nothing here."""
        if not self._is_bot_link(url):
            return None
        payload = parse_qs(urlparse(url).query).get("start", [""])[0]
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload):
            raise NotPossible("a start payload has up to 64 of A-Z a-z 0-9 _ -")
        return self.presses_start(payload)

    def _is_bot_link(self, url: str) -> bool:
        parts = urlparse(url)
        name = parts.path.strip("/") if parts.netloc in ("t.me", "telegram.me") else ""
        if parts.scheme == "tg" and parts.netloc == "resolve":
            name = parse_qs(parts.query).get("domain", [""])[0]
        return name.lower() == self.world.bot.username.lower()

    # Inline mode

    def asks_inline(self, query: str, where: Where = None) -> InlineQuery:
        chat = self.chat(where)
        asked = InlineQuery(self.world.updates.new_id(), self.id, chat.id, query, self.world.now())
        self.world.queries.inline[asked.id] = asked
        kind = "sender" if chat.is_private else chat.type
        payload = {
            "id": asked.id,
            "from": self.person.as_user(),
            "query": query,
            "offset": "",
            "chat_type": kind,
        }
        self.world.updates.put("inline_query", payload)
        return asked

    def chooses(self, query: InlineQuery, result_id: str, *, thread: int | None = None) -> Message:
        result = next((found for found in query.results if found["id"] == result_id), None)
        if result is None:
            raise NotPossible("no such result")
        content = result["content"]
        message = self.world.post(
            self.writable(query.chat_id, thread),
            self.id,
            text=content["text"],
            entities=content["entities"],
            keyboard=result.get("keyboard"),
            via_bot=True,
            thread_id=thread,
            inline_message_id=f"inline{self.world.updates.new_id()}",
        )
        chosen: Json = {"result_id": result_id, "from": self.person.as_user(), "query": query.query}
        if message.keyboard:
            chosen["inline_message_id"] = message.inline_message_id
        self.world.updates.put("chosen_inline_result", chosen)
        return message

    def _is_ephemeral_command(self, chat: Chat, text: str, entities: list[Json]) -> bool:
        commands = pieces(text, entities, "bot_command")
        if not commands or not text.startswith(commands[0]) or not chat.member(self.world.bot.id).is_present:
            return False
        name = commands[0][1:].partition("@")[0].lower()
        menu = self.world.profile.menu(chat, self.id, self.person.language_code)
        return any(entry["command"] == name and entry.get("is_ephemeral") for entry in menu)
