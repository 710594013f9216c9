"""A small world: alice, bob and mallory; a support desk with topics; one bot on either wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode

from bot.localchat import Actor, Chat, GroupPlan, LocalChat, Person, StandingClock, World, start_local_chat
from bot.localchat.session import WorldSession

TOKEN = "42:secret"
PEOPLE = (
    Person(101, "Alice", username="alice", language_code="de"),
    Person(102, "Bob", username="bob"),
    Person(103, "Mallory", username="mallory", language_code="ar"),
)
GROUPS = (
    GroupPlan("Desk", members=("alice",), creator="bob", is_forum=True, bot_is_admin=True),
    GroupPlan("Community", members=("alice", "mallory"), creator="bob", has_bot=True, is_supergroup=False),
)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def world(clock: StandingClock) -> World:
    return World(clock=clock, token=TOKEN, people=PEOPLE, groups=GROUPS)


@pytest.fixture
def alice(world: World) -> Actor:
    """She has started the bot, and the bot has heard that."""
    alice = world.person("alice")
    alice.presses_start()
    world.updates.take()
    return alice


@pytest.fixture
def desk(world: World) -> Chat:
    return world.group("Desk")


@pytest.fixture
def bot(world: World) -> Bot:
    return Bot(TOKEN, session=WorldSession(world), default=DefaultBotProperties(parse_mode=ParseMode.HTML))


@pytest_asyncio.fixture
async def chat(clock: StandingClock) -> AsyncIterator[LocalChat]:
    """The server on a free port, with its own world."""
    chat = await start_local_chat(token=TOKEN, clock=clock, people=PEOPLE, groups=GROUPS)
    yield chat
    await chat.stop()


@pytest_asyncio.fixture
async def http_bot(chat: LocalChat) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(chat.api_url))
    bot = Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode=ParseMode.HTML))
    yield bot
    await session.close()
