"""A chat: its members and their rights, its topics, its messages, what is pinned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .messages import Message
from .people import Json

Status = Literal["creator", "administrator", "member", "left", "kicked"]
ChatType = Literal["private", "group", "supergroup"]

GENERAL = 1
"""The thread of a forum that always exists. Messages in it carry no thread id."""

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
    "can_pin_messages",
    "can_manage_topics",
)
TOPIC_COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


@dataclass
class Member:
    user_id: int
    status: Status = "member"
    rights: dict[str, bool] = field(default_factory=dict)

    @property
    def is_present(self) -> bool:
        return self.status in ("creator", "administrator", "member")

    @property
    def is_admin(self) -> bool:
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))


@dataclass
class Topic:
    thread_id: int
    name: str
    icon_color: int = TOPIC_COLORS[0]
    icon_custom_emoji_id: str | None = None
    is_closed: bool = False

    def as_forum_topic(self) -> Json:
        topic: Json = {"message_thread_id": self.thread_id, "name": self.name, "icon_color": self.icon_color}
        if self.icon_custom_emoji_id:
            topic["icon_custom_emoji_id"] = self.icon_custom_emoji_id
        return topic


@dataclass
class Chat:
    """A private chat has the id of its person and exists for the bot once that person has written."""

    id: int
    type: ChatType
    title: str = ""
    username: str = ""
    is_forum: bool = False
    has_started: bool = True
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    ephemeral: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    reply_markup: Json | None = None
    migrated_to: int | None = None
    last_message_id: int = 0
    last_ephemeral_id: int = 0

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def member(self, user_id: int) -> Member:
        """Everybody has a standing in a chat; for most people it is `left`."""
        return self.members.get(user_id) or Member(user_id, "left")

    def in_order(self) -> list[Message]:
        """Permanent and ephemeral messages as they were sent."""
        every = [*self.messages.values(), *self.ephemeral.values()]
        return sorted(every, key=lambda message: (message.date, message.id or 0))

    def in_topic(self, thread_id: int) -> list[Message]:
        return [message for message in self.messages.values() if (message.thread_id or GENERAL) == thread_id]


@dataclass
class GroupPlan:
    """A group to set up. People are named by `username` or first name, as in `World.person`."""

    title: str
    members: tuple[str, ...] = ()
    creator: str = ""
    admins: tuple[str, ...] = ()
    is_forum: bool = False
    is_supergroup: bool = True
    has_bot: bool = False
    bot_is_admin: bool = False
    id: int | None = None
