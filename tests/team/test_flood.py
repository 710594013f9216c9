"""A flood of 500 new cases in a minute: none is lost, no limit is broken, and nobody who is talking is kept waiting."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App, create_app, open_core
from bot.core import accounts, cases, delivery, staff
from bot.core.cases import Right
from bot.core.clock import FixedClock
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.core.support import groups, linking, rooms
from bot.core.understanding import Understanding
from bot.localchat.chats import Chat, GroupPlan
from bot.localchat.people import Person
from bot.localchat.session import WorldSession
from bot.localchat.trouble import STRICT
from bot.localchat.world import World
from bot.settings import Settings
from bot.telegram.pacing import GROUP_MESSAGES, GROUP_SECONDS, Pacer
from bot.telegram.sender import Sender
from tests.stage import START, TOKEN

MANY = 500
TALKED_TO = 10
"""Every tenth hears something in private meanwhile, twice."""
PLACES = ("eu", "california", "us", "china", "other")


class Flood:
    """The whole program under Telegram's strict limits, in simulated time: whoever waits moves the clock."""

    def __init__(self, app: App, world: World, clock: FixedClock) -> None:
        self.app, self.world, self.clock = app, world, clock
        self.pacer = Pacer()
        self.sender = Sender(
            app.core.database, app.bot, pacer=self.pacer, monotonic=lambda: (clock.now() - START).total_seconds(), sleep=self._wait
        )
        self.refused = 0

    async def _wait(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))

    async def minute(self) -> None:
        """What the program does once a minute."""
        await self.app.worker.drain()

    async def step(self, seconds: float = 1.0) -> None:
        """A second goes by; what is due is sent."""
        self.clock.move(timedelta(seconds=seconds))
        await self.app.core.database.write(rooms.keep, Purpose.DELIVERY)
        await self.sender.drain()

    async def until_next(self) -> None:
        """To the next instant at which a new room may be made."""
        now = (self.clock.now() - START).total_seconds()
        await self.step(max(0.2, self.pacer.wait_for(self.world.group("Desk").id, group=True, now=now, rank=2)))

    def messages(self, chat: Chat, text: str) -> list[object]:
        return [message for message in chat.messages.values() if text in message.words]

    async def waiting_rooms(self) -> int:
        return await self.app.core.database.read(lambda tx: tx.rooms.count(card=None))


@pytest.fixture
async def flood(tmp_path: Path, understanding: Understanding) -> AsyncIterator[Flood]:
    clock = FixedClock(START)
    people = [Person(5000 + number, f"Person{number}", username=f"person{number}") for number in range(MANY)]
    people.append(Person(1, "Anna", username="anna"))
    world = World(
        clock=clock,
        token=TOKEN,
        people=people,
        groups=[GroupPlan("Desk", members=("anna",), is_forum=True, has_bot=True, bot_is_admin=True)],
        flood=STRICT,
    )
    core = await open_core(Settings(data_dir=tmp_path), clock)
    app = create_app(core, token=TOKEN, understanding=understanding, session=WorldSession(world))
    await app.bot.me()

    def link(tx: Tx) -> None:
        staff.ensure_owner(tx, 1)
        linking.link(tx, world.group("Desk").id, topics=True, locale="en", actor="test")

    await core.database.write(link)
    for person in people:
        world.chats[person.id].has_started = True
    yield Flood(app, world, clock)
    await app.stop()


async def test_a_flood_neither_loses_a_case_nor_breaks_a_limit_nor_keeps_anybody_waiting(flood: Flood) -> None:
    """500 people in one minute; meanwhile the team and a person go on talking, and are heard within two seconds."""
    world, database = flood.world, flood.app.core.database
    desk = world.group("Desk")
    lot = random.Random(7)
    spent = world.flood.spend
    refusals: list[int] = []

    def spend(chat: Chat, now: object) -> None:
        try:
            spent(chat, now)  # type: ignore[arg-type]
        except Exception:
            refusals.append(chat.id)
            raise

    world.flood.spend = spend  # type: ignore[method-assign]

    def ask(number: int, tx: Tx) -> str:
        account, _new = accounts.open_for_telegram(tx, 5000 + number)
        tx.accounts.update({"id": account.id}, jurisdiction=PLACES[number % len(PLACES)])
        account = tx.accounts.get(id=account.id)
        case = cases.open_case(tx, account, Right.QUESTION, text="mine")
        for notice in ("case_waiting", "case_done") if number % TALKED_TO == 0 else ():
            delivery.notify(tx, account.id, notice, ref=case.id)
        return case.id

    refs: list[str] = []
    slowest: dict[str, float] = {"team": 0.0, "person": 0.0}
    waiting: dict[str, tuple[float, Chat]] = {}

    def now() -> float:
        return (flood.clock.now() - START).total_seconds()

    async def talk(number: int) -> None:
        """Somebody of the team and a person say something; what they get back is timed."""

        def put(tx: Tx) -> None:
            group = groups.find(tx)
            assert group is not None
            said = {"chat_id": group.chat, "text": f"team {number}", "parse_mode": "HTML"}
            delivery.put(tx, lane=group.lane, kind="sendMessage", payload=said)
            lane = delivery.lane_of(tx, 1)
            delivery.put(tx, lane=lane, kind="sendMessage", payload={"chat_id": 1, "text": f"person {number}", "parse_mode": "HTML"})

        await database.write(put)
        waiting[f"team {number}"] = now(), desk
        waiting[f"person {number}"] = now(), world.chats[1]

    def listen() -> None:
        for text, (since, chat) in list(waiting.items()):
            if flood.messages(chat, text):
                who = text.split()[0]
                slowest[who] = max(slowest[who], now() - since)
                del waiting[text]

    for second in range(60):
        batch = range(second * MANY // 60, (second + 1) * MANY // 60)
        refs += await database.write(lambda tx, batch=batch: [ask(number, tx) for number in batch])
        if second % 20 == 5:
            await talk(second)
        await flood.step()
        listen()
    assert len(refs) == MANY
    await flood.minute()
    await flood.step()
    assert flood.messages(desk, "new cases wait to be shown here.")
    turns = 0
    while await flood.waiting_rooms():
        turns += 1
        assert turns < 6000, "it never ends"
        await flood.until_next()
        if turns % 100 == 0:
            await talk(1000 + lot.randrange(1_000_000))
            await flood.step()
            listen()
    await flood.minute()
    for _ in range(5):
        await flood.until_next()
        listen()

    assert not refusals, "Telegram had to refuse something"
    shown = {message.words.split()[0] for message in desk.messages.values() if "Question to a person" in message.words and message.id in desk.pinned}
    assert shown == set(refs)
    assert len(desk.topics) == MANY
    assert not waiting
    assert slowest["team"] <= 2
    assert slowest["person"] <= 2
    made = [topic.name.split()[0] for topic in desk.topics.values()]
    due = {case.id: case.target_due for case in await database.read(lambda tx: tx.cases.select(opened=False))}
    later = made[MANY // 3 :]  # those that came in while the first were made cannot have been before them
    assert [due[ref] for ref in later] == sorted(due[ref] for ref in later)
    for number in range(0, MANY, TALKED_TO):
        said = [message.words for message in world.chats[5000 + number].messages.values()]
        assert [words.split(":")[0].split()[0] for words in said] == ["A", "Case"], "each in its order, once"
    assert flood.messages(desk, "All new cases are shown here now.")
    digests = flood.messages(desk, "new cases wait to be shown") + flood.messages(desk, "All new cases are shown")
    assert len(digests) == 1, "one message, changed"


async def test_a_tap_is_answered_while_the_group_has_to_wait(flood: Flood) -> None:
    """A busy desk uses up its twenty messages a minute; no button turns until the next minute for that."""
    world, database = flood.world, flood.app.core.database
    desk, anna = world.group("Desk"), world.person("anna")

    def put(tx: Tx, kind: str, **said: object) -> None:
        group = groups.find(tx)
        assert group is not None
        delivery.put(tx, lane=group.lane, kind=kind, payload=said)

    said = {"chat_id": desk.id, "parse_mode": "HTML", "reply_markup": {"inline_keyboard": [[{"text": "Claim", "callback_data": "x"}]]}}
    for number in range(GROUP_MESSAGES + 1):
        await database.write(lambda tx, number=number: put(tx, "sendMessage", text=f"said {number}", **said))
    await flood.step()
    assert not flood.messages(desk, f"said {GROUP_MESSAGES}"), "the limit is reached"
    query = anna.presses(list(desk.messages.values())[-1], list(desk.messages.values())[-1].buttons[0])
    assert query is not None
    await database.write(lambda tx: put(tx, "answerCallbackQuery", callback_query_id=query.id, text="It is yours."))
    await flood.step()
    assert [event.data["text"] for event in world.journal.events if event.kind == "answer"] == ["It is yours."]
    assert not flood.messages(desk, f"said {GROUP_MESSAGES}")
    await flood.step(GROUP_SECONDS)
    assert flood.messages(desk, f"said {GROUP_MESSAGES}")
