"""Slow work of a step: what Telegram is asked, and what happens when it breaks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.methods import GetChat

from bot.core.understanding import Understanding
from bot.localchat import GroupPlan, StandingClock, World
from bot.localchat.session import WorldSession
from bot.telegram.wire import Wire, WireError
from tests.stage import Stage


class _Breaks:
    """An understanding whose encoder is broken."""

    def understand(self, text: str, hint: str) -> None:
        raise MemoryError(text)


def _wire() -> tuple[Wire, World, int]:
    world = World(clock=StandingClock(), groups=[GroupPlan("Desk", has_bot=True)])
    wire = Wire(Bot(world.token, session=WorldSession(world)))
    wire.use(asyncio.get_running_loop())
    return wire, world, world.group("Desk").id


async def test_a_little_patience_is_had_at_once() -> None:
    """Telegram asks for a second: the answer comes after it."""
    wire, world, chat = _wire()
    world.fail_next("getChat", chat, 429, retry_after=1)
    found = await asyncio.to_thread(wire.call, GetChat(chat_id=chat))
    assert found.title == "Desk"


async def test_whoever_must_wait_long_hears_no(tmp_path: Path) -> None:
    """A step is not held up for minutes; what Telegram said is for looking at only."""
    wire, world, chat = _wire()
    world.fail_next("getChat", chat, 429, retry_after=120)
    with pytest.raises(WireError) as refused:
        await asyncio.to_thread(wire.call, GetChat(chat_id=chat))
    assert "retry after 120" in refused.value.words.lower()
    assert "120" not in str(refused.value)


async def test_slow_work_that_breaks_holds_up_nobody(tmp_path: Path) -> None:
    """It is tried again like anything that fails, then the person hears of it; what they do next is handled."""
    stage = await Stage.build(tmp_path, cast(Understanding, cast(Any, _Breaks())))
    await stage.plays("""
        alice: /start
        bot:   Hello! ...
        alice: how long do you keep my chats?
        bot:   Something went wrong on our side. Nothing was changed. Please try again in a moment.
        alice: /menu
        bot:   What would you like to do? ...
    """)
    await stage.close()
