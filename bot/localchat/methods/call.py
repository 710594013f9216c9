"""One call of one method: who it is for, and the checks that most methods share."""

from __future__ import annotations

from dataclasses import dataclass

from ..chats import Chat, Member
from ..formatting import parse, trimmed, utf16_length
from ..found_entities import with_found
from ..group_life import require_writable_thread
from ..messages import Message
from ..people import Json
from ..refusals import bad_request, forbidden, migrated
from .params import Params

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


@dataclass(frozen=True)
class Words:
    text: str
    entities: list[Json]


class Call(Params):
    @property
    def bot_id(self) -> int:
        return self.world.bot.id

    # Where

    def chat(self, name: str = "chat_id") -> Chat:
        """A chat the bot knows: not one of a person who never wrote to it, not one it was never in."""
        raw = self.text(name).strip()
        if not raw:
            raise bad_request(f"{name} is empty")
        chat = None
        if raw.startswith("@"):
            named = (chat for chat in self.world.chats.values() if chat.username == raw[1:])
            chat = next(named, None)
        elif raw.lstrip("-").isdigit():
            chat = self.world.chats.get(int(raw))
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            raise migrated(chat.migrated_to)
        if chat.is_private and not chat.has_started and not self._has_met(chat.id):
            raise bad_request("chat not found")
        if not chat.is_private and self.bot_id not in chat.members:
            raise bad_request("chat not found")
        return chat

    def _has_met(self, person_id: int) -> bool:
        return any(
            not chat.is_private and person_id in chat.members and self.bot_id in chat.members
            for chat in self.world.chats.values()
        )

    def present_chat(self) -> Chat:
        """A chat in which the bot may act: not blocked, not thrown out."""
        chat = self.chat()
        standing = chat.member(self.bot_id)
        if chat.is_private:
            if not standing.is_present:
                raise forbidden("bot was blocked by the user")
            if not chat.has_started:
                raise forbidden("bot can't initiate conversation with a user")
        elif standing.status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        elif not standing.is_present:
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        return chat

    def standing(self, chat: Chat) -> Member:
        return chat.member(self.bot_id)

    def require_right(self, chat: Chat, right: str, refusal: str) -> None:
        if not chat.is_private and not self.standing(chat).may(right):
            raise bad_request(refusal)

    def thread(self, chat: Chat) -> int | None:
        thread_id = self.integer("message_thread_id")
        return require_writable_thread(chat, thread_id, self.standing(chat).may("can_manage_topics"))

    def message(self, chat: Chat, purpose: str) -> Message:
        message = chat.messages.get(self.integer("message_id"))
        if message is None:
            raise bad_request(f"message to {purpose} not found")
        return message

    # What

    def words(self, name: str = "text", *, entities: str = "entities") -> Words:
        """Parsed and trimmed. Explicit entities are used only without a parse mode, as at Telegram."""
        given = self.list(entities)
        mode = self.text("parse_mode")
        text, found = trimmed(self.text(name), given) if given and not mode else parse(self.text(name), mode)
        return Words(text, with_found(text, found))

    def message_words(self, *, is_edit: bool = False) -> Words:
        if not self.has("text"):
            raise bad_request("message text is empty")
        words = self.words()
        if not words.text:
            raise bad_request("text must be non-empty")
        if utf16_length(words.text) > TEXT_LIMIT:
            raise bad_request("MESSAGE_TOO_LONG" if is_edit else "message is too long")
        return words

    def caption_words(self) -> Words:
        words = self.words("caption", entities="caption_entities")
        if utf16_length(words.text) > CAPTION_LIMIT:
            raise bad_request("message caption is too long")
        return words

    def reply_to(self, chat: Chat) -> tuple[int | None, str | None]:
        """The message answered, and the words quoted from it."""
        wanted = self.object("reply_parameters") or {}
        message_id = int(wanted.get("message_id") or self.integer("reply_to_message_id"))
        if not message_id:
            return None, None
        replied = chat.messages.get(message_id)
        elsewhere = wanted.get("chat_id")
        if elsewhere is not None and str(elsewhere) != str(chat.id):
            raise bad_request("replies to other chats are not part of the local chat")
        if replied is None:
            if wanted.get("allow_sending_without_reply") or self.flag("allow_sending_without_reply"):
                return None, None
            raise bad_request("message to be replied not found")
        quote = wanted.get("quote")
        if quote and parse(quote, wanted.get("quote_parse_mode"))[0] not in replied.words:
            raise bad_request("QUOTE_TEXT_INVALID")
        return message_id, quote
