"""Where a person sits: which chats they have, what they see in them, what they may touch."""

from __future__ import annotations

from .chats import Chat
from .messages import Message
from .people import Person
from .refusals import NotPossible
from .world import World

Where = Chat | int | None
"""A chat or its id; None is the private chat with the bot."""


class Seat:
    def __init__(self, world: World, person: Person) -> None:
        self.world = world
        self.person = person

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def private_chat(self) -> Chat:
        return self.world.chats[self.person.id]

    def chat(self, where: Where) -> Chat:
        chat = self.private_chat if where is None else where
        if isinstance(chat, int):
            if chat not in self.world.chats:
                raise NotPossible("no such chat")
            chat = self.world.chats[chat]
        if chat.migrated_to is not None:
            chat = self.world.chats[chat.migrated_to]
        if not chat.member(self.id).is_present:
            raise NotPossible(f"{self.person.name} is not in this chat")
        return chat

    def chats(self) -> list[Chat]:
        return [
            chat
            for chat in self.world.chats.values()
            if chat.member(self.id).is_present and chat.migrated_to is None
        ]

    def sees(self, where: Where = None) -> list[Message]:
        """The messages of a chat as this person has them, oldest first."""
        return [message for message in self.chat(where).in_order() if message.is_seen_by(self.id)]

    def last_from_bot(self, where: Where = None) -> Message:
        for message in reversed(self.sees(where)):
            if message.sender_id == self.world.bot.id and not message.service:
                return message
        raise NotPossible("the bot has said nothing here")

    def writable(self, where: Where, thread: int | None) -> Chat:
        chat = self.chat(where)
        if thread is not None and thread not in chat.topics:
            raise NotPossible("this topic is gone")
        if thread is not None and chat.topics[thread].is_closed and not chat.member(self.id).is_admin:
            raise NotPossible("this topic is closed")
        if chat.is_private:
            if not chat.member(self.world.bot.id).is_present:
                raise NotPossible("unblock the bot first")
            chat.has_started = True
        return chat

    def require_own(self, message: Message) -> None:
        if message.sender_id != self.id:
            raise NotPossible("this message is not theirs")

    def require_right(self, chat: Chat, right: str) -> None:
        if not chat.is_private and not chat.member(self.id).may(right):
            raise NotPossible(f"{self.person.name} lacks {right} here")
