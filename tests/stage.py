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

from aiogram.methods import GetUpdates

from bot.app import App, Core, create_app, open_core
from bot.core import accounts, conversations
from bot.core.clock import FixedClock
from bot.core.ids import Randomness
from bot.core.ports import Tx
from bot.core.understanding import Understanding
from bot.localchat.chats import GroupPlan
from bot.localchat.journal import Event
from bot.localchat.people import Person
from bot.localchat.session import WorldSession
from bot.localchat.world import World
from bot.settings import Settings

TOKEN = "123456:TEST-token_for_the_stage"
START = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
PEOPLE = (
    Person(1001, "Alice", "Meyer", "alice", "en"),
    Person(1002, "Bob", "Okafor", "bob", "en"),
    Person(1003, "Mallory", "Grey", "mallory", "en"),
    Person(1004, "Layla", "Haddad", "layla", "ar"),
    Person(1005, "Jonas", "Weber", "jonas", "de"),
)
GROUPS = (GroupPlan("Community", members=("alice", "bob", "mallory"), creator="jonas", has_bot=True),)
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")


@dataclass(frozen=True)
class Output:
    """Something the bot did that a person can see."""

    chat: int
    text: str
    buttons: tuple[str, ...]
    kind: str

    def __str__(self) -> str:
        shown = " ".join(f"[{button}]" for button in self.buttons)
        mark = {"answer": "(toast) ", "deleted": "(deletes the message)", "file": "(file) "}.get(self.kind, "")
        return f"{mark}{self.text}  {shown}".strip()


class Stage:
    """A bot, a world and a clock."""

    understanding: Understanding

    def __init__(self, core: Core, app: App, world: World, clock: FixedClock, *, pseudo: bool = False) -> None:
        self.core, self.app, self.world, self.clock, self.pseudo = core, app, world, clock, pseudo
        self._seen = 0
        self._outputs: deque[Output] = deque()
        self._actor = "alice"
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
        who, _, said = line.partition(":")
        said = said.strip()
        if line.startswith("("):
            self._nothing_left()
            await self._time(line)
        elif who == "bot":
            self._expect(said)
        else:
            self._nothing_left()
            await self._acts(who, said)

    async def _time(self, line: str) -> None:
        found = re.match(r"\((\d+) (minute|hour|day)s? later\)", line)
        assert found, "write (3 days later)"
        self.clock.move(timedelta(seconds=int(found[1]) * _UNITS[found[2]]))
        await self.settle()

    async def _acts(self, who: str, said: str) -> None:
        name, _, place = who.partition(" in ")
        actor = self.world.person(name)
        where = self.world.group(place) if place else None
        self._actor = name
        if said.startswith("[") and said.endswith("]"):
            label = said[1:-1]
            shown = [button["text"] for message in actor.sees(where) for button in message.buttons]
            fitting = next((text for text in reversed(shown) if _unbracketed(text) == label), label)
            actor.taps(fitting, where)
        else:
            self._typed.append(said)
            actor.says(said, where)
        await self.settle()

    async def settle(self) -> None:
        """Deliver updates and do all that is due."""
        offset = None
        while True:
            batch = await self.app.bot(GetUpdates(offset=offset, timeout=0))
            if not batch:
                break
            raw = [update.model_dump(mode="json", by_alias=True, exclude_none=True) for update in batch]
            await self.app.inbox.receive(raw)
            offset = batch[-1].update_id + 1
        await self.app.settle()
        self._watch()

    def _watch(self) -> None:
        for event in self.world.journal.since(self._seen):
            self._seen = event.number
            output = self._output(event)
            if output is not None:
                self._outputs.append(output)

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
            message = chat.messages.get(event.data["message_id"])
            if message is None:
                return None
            buttons = tuple(button["text"] for button in message.buttons)
            return Output(event.chat_id, message.words, buttons, "file" if message.file else event.kind)
        return None

    def _expect(self, said: str) -> None:
        if said == "(silent)":
            self._nothing_left()
            return
        assert self._outputs, "the bot said nothing"
        output = self._outputs.popleft()
        if self.pseudo:
            self._only_catalogue_words(output)
        actual = _unbracketed(str(output))
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in said.split("..."))
        assert re.fullmatch(pattern, " ".join(actual.split()), re.DOTALL), f"the bot said: {actual}"

    def _nothing_left(self) -> None:
        left = [_unbracketed(str(output)) for output in self._outputs]
        assert not left, "nobody expected: " + " | ".join(left)

    def _only_catalogue_words(self, output: Output) -> None:
        for text in (output.text, *output.buttons):
            bare = text
            while (shorter := _BRACKETED.sub("", bare)) != bare:
                bare = shorter
            bare = re.sub(r"\b[A-Z]{3}-[0-9A-Z]{6}\b|/[a-z]+", "", bare)
            for typed in (*self._typed, *_SAMPLE_WORDS):
                bare = bare.replace(typed, "")
            bare = re.sub(r"Sore knee|Landlord|Diary|Mine|Talk [A-G]|Bold|UTC|ZIP", "", bare)
            assert not re.search(r"[A-Za-z]{3,}", bare), f"not from a catalogue: {bare!r} in {text!r}"

    # ------------------------------------------------------------------ scenery

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


_SAMPLE_WORDS = ("Kimi", "a private question", "a private answer")


def _unbracketed(text: str) -> str:
    return text.replace("⟦", "").replace("⟧", "")
