"""Updates: shaped for aiogram, kept until confirmed, and no more than Telegram would tell."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.localchat import Actor, Chat, World

pytestmark = pytest.mark.asyncio


async def test_an_update_comes_again_until_it_is_confirmed(bot: Bot, alice: Actor) -> None:
    alice.says("one")
    alice.says("two")
    first = await bot.get_updates()
    assert [update.update_id for update in await bot.get_updates()] == [update.update_id for update in first]
    (second,) = await bot.get_updates(offset=first[1].update_id)
    assert second.message
    assert second.message.text == "two"
    assert await bot.get_updates(offset=second.update_id + 1) == []


async def test_a_long_poll_wakes_when_somebody_writes(bot: Bot, alice: Actor) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.01)
    alice.says("hello")
    (update,) = await asyncio.wait_for(poll, 1)
    assert update.message
    assert update.message.text == "hello"


async def test_a_second_poll_ends_the_first(bot: Bot, alice: Actor) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(bot.get_updates(timeout=30))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates"):
        await first
    alice.says("hello")
    assert len(await second) == 1


async def test_no_polling_while_a_webhook_is_set(bot: Bot) -> None:
    await bot.set_webhook("https://example.org/hook")
    with pytest.raises(TelegramConflictError, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == []


async def test_a_deep_link_arrives_as_start_with_its_payload(bot: Bot, alice: Actor) -> None:
    alice.opens_link("https://t.me/privacy_bot?start=link_4f-A")
    (update,) = await bot.get_updates()
    assert update.message
    assert update.message.text
    assert update.message.from_user
    command = await CommandStart(deep_link=True).parse_command(update.message.text, bot)
    assert isinstance(command, CommandObject)
    assert command.args == "link_4f-A"
    assert update.message.from_user.language_code == "de"


async def test_commands_and_mentions_are_marked_in_utf16(bot: Bot, alice: Actor) -> None:
    alice.says("😀 ask @privacy_bot or /help at a@b.org and https://example.org/x.")
    (update,) = await bot.get_updates()
    message = update.message
    assert message
    assert message.text
    assert message.entities
    found = {entity.type: entity.extract_from(message.text) for entity in message.entities}
    assert found == {
        "mention": "@privacy_bot",
        "bot_command": "/help",
        "email": "a@b.org",
        "url": "https://example.org/x",
    }


async def test_a_tap_carries_its_message_and_a_forged_one_any_data(bot: Bot, alice: Actor) -> None:
    button = InlineKeyboardButton(text="Go", callback_data="go:1")
    sent = await bot.send_message(
        alice.id, "Shall we?", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
    )
    alice.taps("Go")
    alice.sends_callback(alice.last_from_bot(), "go:2")
    honest, forged = await bot.get_updates()
    assert honest.callback_query
    assert honest.callback_query.data == "go:1"
    assert honest.callback_query.message
    assert honest.callback_query.message.message_id == sent.message_id
    assert forged.callback_query
    assert forged.callback_query.data == "go:2"


async def test_a_tap_on_a_deleted_message_has_an_inaccessible_one(bot: Bot, alice: Actor) -> None:
    await bot.send_message(alice.id, "x")
    message = alice.last_from_bot()
    await bot.delete_message(alice.id, message.id)
    alice.sends_callback(message, "late")
    (update,) = await bot.get_updates()
    assert update.callback_query
    assert type(update.callback_query.message).__name__ == "InaccessibleMessage"


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(bot: Bot, world: World) -> None:
    """Privacy mode, as it is by default."""
    community, mallory = world.group("Community"), world.person("mallory")
    mallory.says("nice weather", community)
    mallory.says("/help", community)
    mallory.says("/help@other_bot", community)
    mallory.says("what does @privacy_bot keep?", community)
    sent = await bot.send_message(community.id, "Ask me.")
    mallory.says("I do", community, reply_to=sent.message_id)
    heard = [update.message.text for update in await bot.get_updates() if update.message]
    assert heard == ["/help", "what does @privacy_bot keep?", "I do"]


async def test_an_admin_bot_hears_everything(bot: Bot, world: World, desk: Chat) -> None:
    world.person("bob").says("internal remark", desk)
    (update,) = await bot.get_updates()
    assert update.message
    assert update.message.text == "internal remark"


async def test_reactions_must_be_asked_for(bot: Bot, world: World, alice: Actor) -> None:
    message = alice.says("hi")
    alice.reacts(message, "👍")
    assert not [update for update in await bot.get_updates(offset=-1) if update.message_reaction]
    await bot.get_updates(allowed_updates=["message", "message_reaction"])
    alice.reacts(message, "🔥")
    update = (await bot.get_updates())[-1]
    assert update.message_reaction
    assert [one.model_dump()["emoji"] for one in update.message_reaction.new_reaction] == ["🔥"]
    assert [one.model_dump()["emoji"] for one in update.message_reaction.old_reaction] == ["👍"]


async def test_allowed_updates_stay_until_changed(bot: Bot, alice: Actor) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    alice.says("not asked for")
    assert await bot.get_updates() == []


async def test_an_edit_by_a_person_is_heard(bot: Bot, alice: Actor) -> None:
    message = alice.says("I want my dta")
    alice.edits(message, "I want my data")
    edited = (await bot.get_updates())[-1].edited_message
    assert edited
    assert edited.text == "I want my data"
    assert edited.edit_date


async def test_being_added_promoted_and_removed_is_told(bot: Bot, world: World) -> None:
    community, bob = world.group("Community"), world.person("bob")
    bob.removes_bot(community)
    bob.adds_bot(community)
    bob.promotes_bot(community)
    statuses = [
        update.my_chat_member.new_chat_member.status
        for update in await bot.get_updates()
        if update.my_chat_member
    ]
    assert statuses == ["kicked", "member", "administrator"]


async def test_the_same_update_can_be_delivered_twice(bot: Bot, world: World, alice: Actor) -> None:
    alice.says("once")
    (update,) = world.updates.take()
    world.updates.repeat(update)
    world.updates.repeat(update)
    assert len({update.update_id for update in await bot.get_updates()}) == 1
