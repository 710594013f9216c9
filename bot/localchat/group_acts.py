"""What a person does to groups and to the bot's place in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from . import group_life
from .chats import Chat, Member, Topic
from .refusals import NotPossible, Refusal
from .seat import Seat

T = TypeVar("T")


class GroupActs(Seat):
    def blocks_bot(self) -> None:
        self.world.set_member(self.private_chat, Member(self.world.bot.id, "kicked"), self.id)

    def unblocks_bot(self) -> None:
        self.world.set_member(self.private_chat, Member(self.world.bot.id), self.id)

    def adds_bot(self, chat: Chat) -> None:
        group_life.join(self.world, self.chat(chat), self.world.bot.id, self.id)

    def removes_bot(self, chat: Chat) -> None:
        group_life.leave(self.world, self.chat(chat), self.world.bot.id, self.id)

    def promotes_bot(self, chat: Chat, rights: dict[str, bool] | None = None) -> None:
        """With no rights named all of them; `{}` takes them away."""
        group_life.promote(self.world, self.chat(chat), self.world.bot.id, self.id, rights)

    def adds(self, who: Seat, chat: Chat) -> None:
        group_life.join(self.world, self.chat(chat), who.id, self.id)

    def removes(self, who: Seat, chat: Chat) -> None:
        self.require_right(chat, "can_restrict_members")
        group_life.leave(self.world, self.chat(chat), who.id, self.id)

    def promotes(self, who: Seat, chat: Chat, rights: dict[str, bool] | None = None) -> None:
        """With no rights named all of them; `{}` takes them away."""
        self.require_right(chat, "can_promote_members")
        group_life.promote(self.world, self.chat(chat), who.id, self.id, rights)

    def joins(self, chat: Chat) -> None:
        group_life.join(self.world, chat, self.id, self.id)

    def leaves(self, chat: Chat) -> None:
        group_life.leave(self.world, self.chat(chat), self.id, self.id)

    def creates_topic(self, chat: Chat, name: str) -> Topic:
        self.require_right(chat, "can_manage_topics")
        if not chat.is_forum:
            raise NotPossible("this group has no topics")
        return _as_offered(lambda: group_life.create_topic(self.world, chat, self.id, name))

    def renames_topic(self, chat: Chat, topic: Topic, name: str) -> None:
        self.require_right(chat, "can_manage_topics")
        _as_offered(lambda: group_life.edit_topic(self.world, chat, self.id, topic, name, None))

    def closes_topic(self, chat: Chat, topic: Topic) -> None:
        self.require_right(chat, "can_manage_topics")
        _as_offered(lambda: group_life.set_topic_closed(self.world, chat, self.id, topic, True))

    def reopens_topic(self, chat: Chat, topic: Topic) -> None:
        self.require_right(chat, "can_manage_topics")
        _as_offered(lambda: group_life.set_topic_closed(self.world, chat, self.id, topic, False))

    def deletes_topic(self, chat: Chat, topic: Topic) -> None:
        self.require_right(chat, "can_manage_topics")
        group_life.delete_topic(self.world, chat, self.id, topic)

    def upgrades_group(self, chat: Chat, *, with_topics: bool = False) -> Chat:
        """A basic group becomes a supergroup with a new id; a supergroup only gets its topics."""
        if chat.type == "group":
            return group_life.become_supergroup(self.world, chat, self.id, with_topics=with_topics)
        group_life.set_forum(self.world, chat, self.id, with_topics)
        return chat


def _as_offered(deed: Callable[[], T]) -> T:
    try:
        return deed()
    except Refusal as refusal:
        raise NotPossible(refusal.description) from refusal
