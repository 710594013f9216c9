"""Groups: topics, ephemeral messages, pins, rights, and becoming a supergroup."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import (
    BotCommand,
    ChatMemberAdministrator,
    EphemeralMessageParameters,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)

from bot.localchat import Actor, Chat, NotPossible, StandingClock, World

pytestmark = pytest.mark.asyncio


async def test_a_message_in_a_topic_knows_its_topic(bot: Bot, world: World, desk: Chat) -> None:
    topic = await bot.create_forum_topic(desk.id, "DEL-1 · erasure")
    sent = await bot.send_message(desk.id, "The case.", message_thread_id=topic.message_thread_id)
    assert sent.is_topic_message
    assert sent.message_thread_id == topic.message_thread_id
    world.person("bob").says("on it", desk, thread=topic.message_thread_id)
    heard = (await bot.get_updates())[-1].message
    assert heard
    assert heard.is_topic_message
    # The pitfall: without being a reply it still "replies" to the message that opened the topic.
    assert heard.reply_to_message
    assert heard.reply_to_message.forum_topic_created


async def test_a_deleted_topic_is_not_found(bot: Bot, desk: Chat) -> None:
    topic = await bot.create_forum_topic(desk.id, "DEL-1")
    await bot.send_message(desk.id, "x", message_thread_id=topic.message_thread_id)
    await bot.delete_forum_topic(desk.id, topic.message_thread_id)
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await bot.send_message(desk.id, "x", message_thread_id=topic.message_thread_id)
    with pytest.raises(TelegramBadRequest, match="TOPIC_ID_INVALID"):
        await bot.edit_forum_topic(desk.id, topic.message_thread_id, name="y")
    assert not desk.messages


async def test_a_closed_topic_takes_messages_only_from_who_manages_topics(
    bot: Bot, world: World, alice: Actor, desk: Chat
) -> None:
    topic = await bot.create_forum_topic(desk.id, "DEL-1")
    await bot.close_forum_topic(desk.id, topic.message_thread_id)
    with pytest.raises(TelegramBadRequest, match="TOPIC_NOT_MODIFIED"):
        await bot.close_forum_topic(desk.id, topic.message_thread_id)
    with pytest.raises(NotPossible):
        alice.says("too late", desk, thread=topic.message_thread_id)
    world.person("bob").promotes_bot(desk, {"can_manage_topics": False})
    with pytest.raises(TelegramBadRequest, match="TOPIC_CLOSED"):
        await bot.send_message(desk.id, "x", message_thread_id=topic.message_thread_id)


async def test_topics_need_a_forum_a_right_and_a_name(bot: Bot, world: World, desk: Chat) -> None:
    with pytest.raises(TelegramBadRequest, match="the chat is not a forum"):
        await bot.create_forum_topic(world.group("Community").id, "x")
    with pytest.raises(TelegramBadRequest, match="TOPIC_TITLE_INVALID"):
        await bot.create_forum_topic(desk.id, "x" * 129)
    world.person("bob").promotes_bot(desk, {})
    with pytest.raises(TelegramBadRequest, match="not enough rights to create a topic"):
        await bot.create_forum_topic(desk.id, "x")


async def test_a_group_that_becomes_a_supergroup_names_its_new_id(bot: Bot, world: World) -> None:
    old = world.group("Community")
    new = world.person("bob").upgrades_group(old, with_topics=True)
    with pytest.raises(TelegramMigrateToChat) as refusal:
        await bot.send_message(old.id, "hello")
    assert refusal.value.migrate_to_chat_id == new.id
    told = [update.message for update in await bot.get_updates() if update.message]
    assert [message.migrate_to_chat_id for message in told] == [new.id, None]
    assert [message.migrate_from_chat_id for message in told] == [None, old.id]
    await bot.send_message(new.id, "hello")


async def test_a_removed_bot_may_not_write(bot: Bot, world: World) -> None:
    community = world.group("Community")
    world.person("bob").removes_bot(community)
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the group chat"):
        await bot.send_message(community.id, "still here?")


async def test_rights_are_told_as_they_are(bot: Bot, world: World, desk: Chat) -> None:
    world.person("bob").promotes_bot(desk, {"can_pin_messages": True})
    me = await bot.get_chat_member(desk.id, bot.id)
    assert isinstance(me, ChatMemberAdministrator)
    assert me.can_pin_messages
    assert not me.can_manage_topics
    assert {member.user.id for member in await bot.get_chat_administrators(desk.id)} == {bot.id, 102}
    assert (await bot.get_chat_member(desk.id, 103)).status == "left"


async def test_a_pin_leaves_a_service_message_the_bot_hears_too(bot: Bot, desk: Chat) -> None:
    sent = await bot.send_message(desk.id, "card")
    await bot.pin_chat_message(desk.id, sent.message_id)
    heard = (await bot.get_updates())[-1].message
    assert heard
    assert heard.pinned_message
    assert heard.from_user
    assert heard.from_user.is_bot
    full = await bot.get_chat(desk.id)
    assert full.pinned_message
    assert full.pinned_message.message_id == sent.message_id
    await bot.unpin_chat_message(desk.id, message_id=sent.message_id)
    assert (await bot.get_chat(desk.id)).pinned_message is None


async def test_an_ephemeral_command_and_its_answer_are_seen_by_one_person(bot: Bot, world: World) -> None:
    community, alice = world.group("Community"), world.person("alice")
    await bot.set_my_commands([BotCommand(command="privacy", description="What I keep", is_ephemeral=True)])
    alice.says("/privacy", community)
    heard = (await bot.get_updates())[-1].message
    assert heard
    assert heard.message_id == 0
    assert heard.ephemeral_message_id
    answer = await heard.reply("Only what I must.")
    assert answer.ephemeral_message_id
    assert answer.receiver_user
    assert answer.receiver_user.id == alice.id
    assert [message.text for message in alice.sees(community)] == ["/privacy", "Only what I must."]
    assert world.person("mallory").sees(community) == []
    await bot.delete_ephemeral_message(
        chat_id=community.id, receiver_user_id=alice.id, ephemeral_message_id=answer.ephemeral_message_id
    )
    assert [message.text for message in alice.sees(community)] == ["/privacy"]


async def test_an_ephemeral_answer_must_come_within_15_seconds(
    bot: Bot, world: World, clock: StandingClock
) -> None:
    community, alice = world.group("Community"), world.person("alice")
    button = InlineKeyboardButton(text="Why?", callback_data="why")
    await bot.send_message(
        community.id, "I keep little.", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
    )
    query = alice.taps("Why?", community)
    assert query
    to_alice = EphemeralMessageParameters(receiver_user_id=alice.id, callback_query_id=query.id)
    await bot.send_message(community.id, "Because.", ephemeral_message_parameters=to_alice)
    clock.move(timedelta(seconds=16))
    with pytest.raises(TelegramBadRequest, match="EPHEMERAL_MESSAGE_EXPIRED"):
        await bot.send_message(community.id, "Because.", ephemeral_message_parameters=to_alice)
    unasked = EphemeralMessageParameters(receiver_user_id=alice.id)
    with pytest.raises(TelegramBadRequest, match="not enough rights"):
        await bot.send_message(community.id, "Psst.", ephemeral_message_parameters=unasked)
