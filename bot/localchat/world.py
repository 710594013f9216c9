"""An in-memory Telegram: people, one bot, their chats, and what the bot has yet to hear.

Promises: the bot hears what Telegram would tell it and nothing else (privacy mode, allowed updates, blocked
chats); every visible change is in the journal; time is the clock's. The bot acts through `methods`, people
through `actor.Actor` (`world.person("alice").says("/start")`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import shapes
from .chats import ADMIN_RIGHTS, GENERAL, Chat, GroupPlan, Member
from .clock import Clock
from .files import Files
from .found_entities import pieces
from .journal import Journal
from .messages import Message
from .people import BotIdentity, Json, Person
from .profile import Profile
from .queries import Queries
from .trouble import GENEROUS, Fault, Faults, FloodControl, FloodRule
from .updates import UpdateQueue

if TYPE_CHECKING:
    from .actor import Actor

DEFAULT_TOKEN = "42:in-process-only"  # noqa: S105
"""For worlds without a server. `start_local_chat` wants its own, unguessable one."""


class World:
    def __init__(
        self,
        *,
        clock: Clock,
        token: str = DEFAULT_TOKEN,
        bot: BotIdentity | None = None,
        people: Iterable[Person] = (),
        groups: Iterable[GroupPlan] = (),
        flood: FloodRule | None = GENEROUS,
    ) -> None:
        self.clock = clock
        self.token = token
        self.bot = bot or BotIdentity(int(token.partition(":")[0]))
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.updates = UpdateQueue()
        self.journal = Journal()
        self.queries = Queries()
        self.profile = Profile()
        self.faults = Faults()
        self.flood = FloodControl(flood)
        for person in people:
            self.add_person(person)
        for plan in groups:
            self.add_group(plan)

    # Who and where

    def now(self) -> datetime:
        return self.clock.now()

    def add_person(self, person: Person) -> Actor:
        self.people[person.id] = person
        chat = Chat(person.id, "private", has_started=False)
        chat.members = {person.id: Member(person.id), self.bot.id: Member(self.bot.id)}
        self.chats[chat.id] = chat
        return self.person(person.id)

    def person(self, who: str | int) -> Actor:
        """By id, username or first name, whatever the case."""
        from .actor import Actor

        for person in self.people.values():
            names = {person.username.lower(), person.first_name.lower(), person.name.lower()} - {""}
            if who == person.id or (isinstance(who, str) and who.lower().lstrip("@") in names):
                return Actor(self, person)
        raise LookupError(f"nobody here is called {who!r}")

    def add_group(self, plan: GroupPlan) -> Chat:
        number = sum(not chat.is_private for chat in self.chats.values()) + 1
        is_super = plan.is_supergroup or plan.is_forum
        chat_id = plan.id or (-1_000_000_000_000 - number if is_super else -5_000_000 - number)
        chat = Chat(chat_id, "supergroup" if is_super else "group", plan.title, is_forum=plan.is_forum)
        for name in (*plan.members, *plan.admins, *((plan.creator,) if plan.creator else ())):
            chat.members[self.person(name).id] = Member(self.person(name).id)
        for name in plan.admins:
            chat.members[self.person(name).id] = Member(
                self.person(name).id, "administrator", dict.fromkeys(ADMIN_RIGHTS, True)
            )
        if plan.creator:
            chat.members[self.person(plan.creator).id] = Member(self.person(plan.creator).id, "creator")
        if plan.has_bot or plan.bot_is_admin:
            rights = dict.fromkeys(ADMIN_RIGHTS, True) if plan.bot_is_admin else {}
            chat.members[self.bot.id] = Member(
                self.bot.id, "administrator" if plan.bot_is_admin else "member", rights
            )
        # Message 1 of a supergroup is its creation, so no topic can get the number of General.
        chat.last_message_id = GENERAL if is_super else 0
        self.chats[chat.id] = chat
        return chat

    def group(self, title: str) -> Chat:
        """The group of that name; after a migration the supergroup it became."""
        for chat in self.chats.values():
            if chat.title.lower() == title.lower() and chat.migrated_to is None:
                return chat
        raise LookupError(f"no group is called {title!r}")

    def user_json(self, user_id: int) -> Json:
        return self.bot.as_user() if user_id == self.bot.id else self.people[user_id].as_user()

    # What happens in a chat

    def post(self, chat: Chat, sender_id: int, *, is_ephemeral: bool = False, **content: Any) -> Message:
        """A new message, permanent or ephemeral. The bot is told if it may hear it."""
        message = Message(0, chat.id, sender_id, self.now(), **content)
        if is_ephemeral:
            chat.last_ephemeral_id += 1
            message.ephemeral_id = chat.last_ephemeral_id
            chat.ephemeral[message.ephemeral_id] = message
        else:
            chat.last_message_id += 1
            message.id = chat.last_message_id
            chat.messages[message.id] = message
        self.note("message", message, sender_id)
        if self.bot_hears(chat, message):
            self.updates.put("message", shapes.message_json(self, message))
        return message

    def note(self, kind: Any, message: Message, by: int) -> None:
        self.journal.note(
            kind,
            message.chat_id,
            by,
            only_for=None if message.ephemeral_id is None else message.reader_id or message.sender_id,
            data={"message_id": message.id, "ephemeral_id": message.ephemeral_id},
        )

    def bot_hears(self, chat: Chat, message: Message) -> bool:
        """Privacy mode: in a group only commands, mentions, replies to the bot, and service messages."""
        standing = chat.member(self.bot.id)
        if not standing.is_present:
            return False
        if message.sender_id == self.bot.id:
            # Of its own messages a bot hears only the service ones.
            return message.service is not None
        if chat.is_private or standing.is_admin or not self.bot.privacy_mode:
            return True
        if message.service or message.via_bot or message.ephemeral_id is not None:
            return True
        replied = chat.messages.get(message.reply_to_id or 0)
        if replied is not None and replied.sender_id == self.bot.id:
            return True
        mine = "@" + self.bot.username.lower()
        if any(word.lower() == mine for word in pieces(message.words, message.entities, "mention")):
            return True
        commands = pieces(message.words, message.entities, "bot_command")
        return any("@" not in word or word.lower().endswith(mine) for word in commands)

    def edit(self, message: Message, by: int, *, is_silent: bool = False, **content: Any) -> None:
        """`is_silent`: only buttons changed, so nobody sees the word "edited"."""
        for name, value in content.items():
            setattr(message, name, value)
        if not is_silent:
            message.edited_at = self.now()
        self.note("edited", message, by)
        if by != self.bot.id and self.bot_hears(self.chats[message.chat_id], message):
            self.updates.put("edited_message", shapes.message_json(self, message))

    def delete(self, chat: Chat, message_ids: Iterable[int], by: int) -> None:
        """For everybody. Telegram tells a bot nothing about it."""
        gone = [message_id for message_id in message_ids if chat.messages.pop(message_id, None)]
        chat.pinned = [message_id for message_id in chat.pinned if message_id not in gone]
        if gone:
            self.journal.note("deleted", chat.id, by, data={"message_ids": gone, "ephemeral_ids": []})

    def delete_ephemeral(self, chat: Chat, ephemeral_id: int, by: int) -> None:
        message = chat.ephemeral.pop(ephemeral_id)
        reader = message.reader_id or message.sender_id
        data = {"message_ids": [], "ephemeral_ids": [ephemeral_id]}
        self.journal.note("deleted", chat.id, by, only_for=reader, data=data)

    def react(self, message: Message, by: int, reaction: list[Json]) -> None:
        old = message.reactions.pop(by, [])
        if reaction:
            message.reactions[by] = reaction
        self.note("reaction", message, by)
        chat = self.chats[message.chat_id]
        bot = chat.member(self.bot.id)
        if by != self.bot.id and (bot.is_admin or (chat.is_private and bot.is_present)):
            payload = {
                "chat": shapes.chat_json(self, chat),
                "message_id": message.id,
                "user": self.user_json(by),
                "date": shapes.unix(self.now()),
                "old_reaction": old,
                "new_reaction": reaction,
            }
            self.updates.put("message_reaction", payload)

    def pin(self, message: Message, by: int) -> None:
        chat = self.chats[message.chat_id]
        chat.pinned = [*(pinned for pinned in chat.pinned if pinned != message.id), message.id]
        self.journal.note("pins", chat.id, by)
        pinned = shapes.message_json(self, message, with_reply=False)
        self.post(chat, by, thread_id=message.thread_id, service={"pinned_message": pinned})

    def unpin(self, chat: Chat, message_id: int, by: int) -> None:
        chat.pinned = [pinned for pinned in chat.pinned if pinned != message_id]
        self.journal.note("pins", chat.id, by)

    def set_member(self, chat: Chat, new: Member, by: int) -> None:
        """Joins, leaves, promotions, blocks: `my_chat_member` for the bot, `chat_member` for people."""
        old = chat.member(new.user_id)
        chat.members[new.user_id] = new
        self.journal.note("chat", chat.id, by)
        change = shapes.member_update_json(self, chat, by, old, new)
        if new.user_id == self.bot.id:
            self.updates.put("my_chat_member", change)
        elif chat.member(self.bot.id).is_admin:
            self.updates.put("chat_member", change)

    # What goes wrong

    def fail_next(
        self,
        method: str,
        chat_id: int | None = None,
        error_code: int = 500,
        *,
        description: str = "",
        retry_after: int | None = None,
        times: int = 1,
        after_the_deed: bool = False,
    ) -> None:
        """The next calls of `method` ("*": any) fail, before anything is done or only then.

        `error_code=0` is a broken line: the caller gets no answer and cannot know which it was.
        """
        self.faults.plan(Fault(method, chat_id, error_code, description, retry_after, times, after_the_deed))
