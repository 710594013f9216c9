"""What the bot lacks in a group, from what Telegram tells; and what `check` says about it."""

from __future__ import annotations

import pytest
from aiogram import Bot

from bot.cli import check
from bot.core.clock import FixedClock
from bot.core.support.groups import TEAM, TeamGroup
from bot.localchat import GroupPlan, Person, StandingClock, World
from bot.localchat.session import WorldSession
from bot.telegram import standing
from bot.telegram.standing import Lack
from tests.stage import START

ALL = {"can_manage_topics": True, "can_pin_messages": True, "can_delete_messages": True}
CASES = [
    (False, False, None, (Lack.SUPERGROUP, Lack.ADMIN), False),
    (False, False, {"can_delete_messages": True}, (Lack.SUPERGROUP, Lack.PIN), False),
    (True, False, None, (Lack.TOPICS, Lack.ADMIN), False),
    (True, False, {"can_pin_messages": True, "can_delete_messages": True}, (Lack.TOPICS,), False),
    (True, True, None, (Lack.ADMIN,), False),
    (True, True, ALL | {"can_manage_topics": False}, (Lack.MANAGE_TOPICS,), False),
    (True, True, ALL | {"can_pin_messages": False}, (Lack.PIN,), True),
    (True, True, ALL | {"can_delete_messages": False}, (Lack.DELETE,), True),
    (True, True, ALL, (), True),
]


def _group(is_super: bool, is_forum: bool, rights: dict[str, bool] | None) -> tuple[Bot, World, int]:
    plan = GroupPlan("Desk", creator="olga", has_bot=True, is_supergroup=is_super, is_forum=is_forum)
    world = World(clock=StandingClock(), people=[Person(1, "Olga", username="olga")], groups=[plan])
    if rights is not None:
        world.person("olga").promotes_bot(world.group("Desk"), rights)
    return Bot(world.token, session=WorldSession(world)), world, world.group("Desk").id


@pytest.mark.parametrize(("is_super", "is_forum", "rights", "missing", "topics"), CASES)
async def test_what_is_missing_is_what_telegram_does_not_give(
    is_super: bool, is_forum: bool, rights: dict[str, bool] | None, missing: tuple[Lack, ...], topics: bool
) -> None:
    """In the order in which it is put right; a right that a group cannot give yet is not asked for."""
    bot, _world, chat = _group(is_super, is_forum, rights)
    found = await standing.ask(bot, chat)
    assert found.missing == missing
    assert found.topics == topics


@pytest.mark.parametrize(
    ("is_forum", "rights", "good", "says"),
    [
        (True, ALL, True, "ok   team's group: all rights, a topic for each case"),
        (False, ALL, True, "ok   team's group: missing: topics"),
        (True, {"can_pin_messages": True}, False, "FAIL team's group: missing: manage_topics, delete"),
    ],
)
async def test_check_tells_how_the_linked_group_stands(
    is_forum: bool, rights: dict[str, bool], good: bool, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without topics the desk works, more plainly; without a right it does not do all that it promises."""
    bot, world, chat = _group(True, is_forum, rights)
    group = TeamGroup(TEAM, "service", "lane", True, "en", FixedClock(START).now(), chat_id=str(chat))
    assert await check._group(bot, group) == good
    assert says in capsys.readouterr().out
    world.person("olga").removes_bot(world.group("Desk"))
    assert not await check._group(bot, group)
    assert "cannot be reached (TelegramForbiddenError)" in capsys.readouterr().out
