"""The transcript player: real dispatcher, core, SQLite and ciphers; only the wire and the clock are fake.

README.md in this folder has the grammar. A line that nobody expected, or an expected one that does not come, fails the test.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import App, Core, create_app, open_core
from bot.core import accounts, conversations, staff
from bot.core.clock import FixedClock
from bot.core.ids import Randomness
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.core.support import linking
from bot.core.understanding import Understanding
from bot.localchat.actor import Actor
from bot.localchat.chats import Chat, GroupPlan, Topic
from bot.localchat.journal import Event
from bot.localchat.messages import Message
from bot.localchat.people import Person
from bot.localchat.session import WorldSession
from bot.localchat.world import World
from bot.settings import Settings
from bot.telegram.formats import country_name, language_name
from bot.telegram.intake import RawUpdates
from bot.telegram.locales import SHIPPED
from tests.stage_directions import directed

TOKEN = "123456:TEST-token_for_the_stage"
START = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
PEOPLE = (
    Person(1001, "Alice", "Meyer", "alice", "en"),
    Person(1002, "Bob", "Okafor", "bob", "en"),
    Person(1003, "Mallory", "Grey", "mallory", "en"),
    Person(1004, "Layla", "Haddad", "layla", "ar"),
    Person(1005, "Jonas", "Weber", "jonas", "de"),
    Person(2001, "Anna", "Keller", "anna", "en"),
    Person(2002, "Viktor", "Sorokin", "viktor", "en"),
    Person(2003, "Dana", "Roth", "dana", "en"),
    Person(2004, "Nils", "Berg", "nils", "en"),
    Person(2005, "Olga", "Lind", "olga", "en"),
)
GROUPS = (
    GroupPlan("Community", members=("alice", "bob", "mallory"), creator="jonas", has_bot=True),
    GroupPlan(
        "Desk", members=("anna", "nils", "dana", "viktor", "mallory"), creator="olga", is_forum=True, has_bot=True, bot_is_admin=True
    ),
    GroupPlan("Plain", members=("anna", "dana", "viktor"), creator="olga", has_bot=True, bot_is_admin=True),
    GroupPlan("Annex", members=("anna", "mallory"), creator="olga", is_supergroup=False),
)
TEAM = {"olga": "owner", "viktor": "lead", "dana": "dpo", "anna": "agent", "nils": "agent"}
FILES = {
    "jpg": b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x10" + bytes(200) + b"\xff\xd9",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10" + bytes(200),
    "pdf": b"%PDF-1.4\n%%EOF\n",
    "txt": b"plain words\n",
    "exe": b"MZ" + bytes(200),
}
"""What `alice sends cat.jpg: caption` uploads, by ending."""
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")


@dataclass(frozen=True)
class Output:
    """Something the bot did that a person can see."""

    chat: int
    text: str
    buttons: tuple[str, ...]
    kind: str
    thread: int | None = None
    message: int = 0

    def __str__(self) -> str:
        shown = " ".join(f"[{button}]" for button in self.buttons)
        marks = {"answer": "(toast) ", "deleted": "(deletes the message)", "file": "(file) ", "hidden": "(hidden) "}
        mark = marks.get(self.kind, "")
        return f"{mark}{self.text}  {shown}".strip()


class Stage:
    """A bot, a world and a clock."""

    understanding: Understanding

    def __init__(self, core: Core, app: App, world: World, clock: FixedClock, *, pseudo: bool = False) -> None:
        self.core, self.app, self.world, self.clock, self.pseudo = core, app, world, clock, pseudo
        self._seen = 0
        self._outputs: deque[Output] = deque()
        self._actor = "alice"
        self._where: tuple[int, int | None] = (world.person("alice").id, None)
        self._typed: list[str] = []

    @classmethod
    async def build(
        cls,
        folder: Path,
        understanding: Understanding,
        *,
        pseudo: bool = False,
        random: Randomness | None = None,
        settings: Settings | None = None,
    ) -> Stage:
        """Open the curtain in a folder of its own."""
        clock = FixedClock(START)
        world = World(clock=clock, token=TOKEN, people=PEOPLE, groups=GROUPS)  # type: ignore[arg-type]
        core = await open_core(settings or Settings(data_dir=folder), clock, random)
        app = create_app(core, token=TOKEN, understanding=understanding, session=WorldSession(world), pseudo=pseudo)
        stage = cls(core, app, world, clock, pseudo=pseudo)
        stage.understanding = understanding
        await app.bot.me()
        return stage

    async def again(self, settings: Settings) -> Stage:
        """The curtain falls and rises on the same world: the desk is started again with these settings. This stage is over."""
        await self.close()
        core = await open_core(settings, self.clock)
        app = create_app(core, token=TOKEN, understanding=self.understanding, session=WorldSession(self.world), pseudo=self.pseudo)
        stage = Stage(core, app, self.world, self.clock, pseudo=self.pseudo)
        stage.understanding, stage._seen, stage._typed = self.understanding, self._seen, self._typed
        await app.bot.me()
        self.app, self.core = app, core
        return stage

    async def close(self) -> None:
        """Close everything."""
        await self.app.stop()

    async def plays(self, transcript: str) -> None:
        """Play a transcript."""
        lines = [line.strip() for line in transcript.strip().splitlines() if line.strip()]
        for number, line in enumerate(lines, 1):
            try:
                await self._play(line)
            except AssertionError as error:
                raise AssertionError(f"line {number}: {line}\n{error}") from None
        self._nothing_left()

    async def _play(self, line: str) -> None:
        found = re.match(r"((?:[^:\"]|\"[^\"]*\")*):(.*)", line, re.S)  # a quoted colon belongs to the address
        who, said = (found[1].strip(), found[2].strip()) if found else (line, "")
        if line.startswith("("):
            self._nothing_left()
            if directed(self.world, line):
                await self.settle()
            else:
                await self._time(line)
        elif re.fullmatch(r"bot( (in|to) .+)?", who):
            self._expect(said, who.removeprefix("bot").strip())
        else:
            self._nothing_left()
            await self._acts(who, said)

    async def _time(self, line: str) -> None:
        found = re.match(r"\((\d+) (minute|hour|day)s? later\)", line)
        assert found, "write (3 days later)"
        self.clock.move(timedelta(seconds=int(found[1]) * _UNITS[found[2]]))
        await self.settle()

    async def _acts(self, who: str, said: str) -> None:
        """`anna`, `anna in Desk#ASK`, and how: `answers "…"`, `edits "…"`, `reacts to "…"`, `sends NAME`."""
        found = re.fullmatch(r'(\w+)(?: in ([\w#-]+))?(?: (answers|edits|reacts to|sends) (?:"(.*)"|(\S+)))?', who)
        assert found, f"who is {who!r}?"
        name, place, deed, quoted, file = found.groups()
        actor = self.world.person(name)
        where, thread = self._place(place, actor) if place else (None, None)
        self._actor, self._where = name, (where.id if where else actor.id, thread)
        if deed == "sends":
            self._typed.append(said)
            picture = file.endswith((".jpg", ".png"))
            content = FILES[file.rpartition(".")[2]]
            actor.sends_file(file, content, where, caption=said, kind="photo" if picture else "document", thread=thread)
        elif deed == "edits":
            self._typed.append(said)
            actor.edits(self._quoted(actor, where, thread, quoted, own=True), said)
        elif deed == "reacts to":
            actor.reacts(self._quoted(actor, where, thread, quoted), *said.split())
        elif said.startswith("[") and said.endswith("]"):
            self._taps(actor, where, thread, said[1:-1])
        else:
            self._typed += [said, re.sub(r"^/\w+ ", "", said)]
            answered = self._quoted(actor, where, thread, quoted) if deed == "answers" else None
            actor.says(said, where, thread=thread, reply_to=answered)
        await self.settle()

    def _taps(self, actor: Actor, where: Chat | None, thread: int | None, label: str) -> None:
        seen = [message for message in actor.sees(where) if thread is None or message.thread_id == thread]
        for message in reversed(seen):
            for button in message.buttons:
                if re.fullmatch(".*".join(map(re.escape, label.split("..."))), _unbracketed(button["text"])):
                    actor.presses(message, button)
                    return
        actor.taps(label, where)  # says that there is no such button

    def _quoted(self, actor: Actor, where: Chat | None, thread: int | None, words: str, *, own: bool = False) -> Message:
        for message in reversed(actor.sees(where)):
            if own and message.sender_id != actor.id:
                continue
            if (thread is None or message.thread_id == thread) and words in _unbracketed(message.words):
                return message
        raise AssertionError(f"nobody said {words!r} there")

    def _place(self, place: str, actor: Actor | None = None) -> tuple[Chat, int | None]:
        """`Desk` is the group (its General topic), `Desk#ASK` the newest topic there whose title begins so."""
        title, _, topic = place.partition("#")
        chat = self.world.group(title)
        while chat.migrated_to:
            chat = self.world.chats[chat.migrated_to]
        if not topic:
            return chat, None
        fitting = [number for number, each in chat.topics.items() if _unbracketed(each.name).startswith(topic)]
        assert fitting, f"no topic {topic!r}; there are {[_unbracketed(each.name) for each in chat.topics.values()]}"
        return chat, max(fitting)

    def acts_as(self, who: str, chat: int) -> None:
        """Somebody just did something there that no transcript can say: a plain `bot:` means that chat from now on."""
        self._actor, self._where = who, (chat, None)

    async def settle(self) -> None:
        """Deliver updates and do all that is due."""
        offset = None
        while True:
            batch = await self.app.bot(RawUpdates(offset=offset, timeout=0))
            if not batch:
                break
            await self.app.inbox.receive(batch)
            offset = batch[-1]["update_id"] + 1
        await self.app.settle()
        self._watch()

    def _watch(self) -> None:
        for event in self.world.journal.since(self._seen):
            self._seen = event.number
            output = self._output(event)
            if output is not None and not self._is_card(output):
                self._outputs.append(output)

    def topic(self, place: str) -> Topic:
        """The topic that `Desk#ASK` means."""
        chat, thread = self._place(place)
        assert thread is not None
        return chat.topics[thread]

    def _is_card(self, output: Output) -> bool:
        """A pinned card changes all the time; `bot in Desk#ASK: (card) …` looks at it."""
        chat = self.world.chats.get(output.chat)
        return chat is not None and output.message in chat.pinned

    def _output(self, event: Event) -> Output | None:
        if event.by != self.world.bot.id:
            return None
        chat = self.world.chats.get(event.chat_id)
        if event.kind == "answer":
            text = event.data.get("text") or ""
            return Output(event.chat_id, text, (), "answer") if text else None
        if event.kind == "deleted":
            return Output(event.chat_id, "", (), "deleted")
        if event.kind in ("message", "edited") and chat is not None:
            hidden = event.data["ephemeral_id"]
            message = chat.ephemeral.get(hidden) if hidden is not None else chat.messages.get(event.data["message_id"])
            if message is None or message.service:
                return None
            buttons = tuple(button["text"] for button in message.buttons)
            kind = "file" if message.file else event.kind if hidden is None else "hidden"
            return Output(event.chat_id, message.words, buttons, kind, message.thread_id, message.id or 0)
        return None

    def _expect(self, said: str, place: str = "") -> None:
        if said == "(silent)":
            self._nothing_left()
            return
        chat, thread, anywhere = self._where_of(place)
        if said.startswith("(card)"):
            output, said = self._card(chat, thread), said.removeprefix("(card)").strip()
        else:
            here = [each for each in self._outputs if each.chat == chat and (anywhere or each.kind == "answer" or each.thread == thread)]
            assert here or (not place and self._outputs), f"the bot said nothing there; elsewhere: {self._others()}"
            output = here[0] if here else self._outputs[0]
            self._outputs.remove(output)
        if self.pseudo:
            self._only_catalogue_words(output)
        actual = _unbracketed(str(output))
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in said.split("..."))
        assert re.fullmatch(pattern, " ".join(actual.split()), re.DOTALL), f"the bot said: {actual}"

    def _where_of(self, place: str) -> tuple[int, int | None, bool]:
        """Chat, topic, and whether any topic of it will do: `bot in Desk#ASK`, `bot to anna`, or where somebody last acted."""
        kind, _, name = place.partition(" ")
        if kind == "to":
            return self.world.person(name).id, None, True
        if kind == "in":
            chat, thread = self._place(name)
            return chat.id, thread, False
        return self._where[0], None, True

    def _card(self, chat_id: int, thread: int | None) -> Output:
        chat = self.world.chats[chat_id]
        found = [chat.messages[number] for number in chat.pinned if number in chat.messages and chat.messages[number].thread_id == thread]
        assert found, "no card is pinned there"
        message = found[-1]
        return Output(chat_id, message.words, tuple(button["text"] for button in message.buttons), "message", thread, message.id or 0)

    def _others(self) -> str:
        return " | ".join(_unbracketed(str(output)) for output in self._outputs)

    def _nothing_left(self) -> None:
        assert not self._outputs, f"nobody expected: {self._others()}"

    def _only_catalogue_words(self, output: Output) -> None:
        for text in (output.text, *output.buttons):
            bare = text
            while (shorter := _BRACKETED.sub("", bare)) != bare:
                bare = shorter
            bare = re.sub(r"\b[A-Z]{3}-[0-9A-Z]{6}\b|/[a-z_]+|\bp-[a-z2-7]{12}\b|GDPR|CCPA|PIPL", "", bare)
            for typed in (*self._typed, *_SAMPLE_WORDS, *_NAMES):
                bare = bare.replace(typed, "")
            bare = re.sub(r"Sore knee|Landlord|Diary|Mine|Talk [A-G]|Bold|UTC|ZIP", "", bare)
            assert not re.search(r"[A-Za-z]{3,}", bare), f"not from a catalogue: {bare!r} in {text!r}"

    # ------------------------------------------------------------------ scenery

    def forget_outputs(self) -> None:
        """What was said so far is of no interest."""
        self._outputs.clear()

    async def given_team(self, group: str | Chat = "Desk", *, topics: bool | None = None, locale: str = "en") -> None:
        """The group is linked, and everybody of TEAM has their role."""
        chat = self.world.group(group) if isinstance(group, str) else group

        def link(tx: Tx) -> None:
            staff.ensure_owner(tx, self.world.person("olga").id)
            owner = staff.find(tx, self.world.person("olga").id)
            for name, role in TEAM.items():
                staff.grant(tx, owner, self.world.person(name).id, staff.Role(role))
            with_topics = chat.is_forum if topics is None else topics
            missing = () if chat.is_forum else ("topics",)
            linking.link(tx, chat.id, topics=with_topics, locale=locale, actor="test", missing=missing)

        await self.core.database.write(link)

    async def given_conversations(self, who: str, titles: Iterable[str], *, password: str = "") -> None:
        """`who` has an account with these conversations (and a password)."""
        from bot.core import passwords

        person = self.world.person(who)

        def furnish(tx: Tx) -> None:
            account, _new = accounts.open_for_telegram(tx, person.id)
            for position, title in enumerate(titles):
                at = self.clock.now() - timedelta(minutes=10 * (position + 1))
                turn = [
                    conversations.Message("user", f"{title}: a private question", at),
                    conversations.Message("assistant", f"{title}: a private answer", at),
                ]
                conversations.add(tx, account.id, title, turn)
            if password:
                passwords.set_hash(tx, account.id, passwords.hash_password(password))

        await self.core.database.write(furnish)


_AUTHORITIES = load_policy().refusals.authorities
_NAMES = (*map(language_name, SHIPPED), *map(country_name, _AUTHORITIES), *(each.name for each in _AUTHORITIES.values()))
"""Of languages, countries and authorities: CLDR's and their own, in no catalogue."""
_SAMPLE_WORDS = ("Kimi", "a private question", "a private answer")


def _unbracketed(text: str) -> str:
    return text.replace("⟦", "").replace("⟧", "")
