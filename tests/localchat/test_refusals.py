"""The server refuses what Telegram refuses, in its words, as the exceptions aiogram makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendPoll
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReactionTypeEmoji,
)

from bot.localchat import STRICT, Actor, Chat, StandingClock, World
from bot.localchat.session import WorldSession

pytestmark = pytest.mark.asyncio

BAD_HTML = {
    "<b>open": 'Can\'t find end tag corresponding to start tag "b"',
    "ä<foo>x</foo>": 'Unsupported start tag "foo" at byte offset 2',
    "</b>": "Unexpected end tag at byte offset 0",
    "<b>x</i>": 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
    "<a href='x'": "Unclosed start tag at byte offset 0",
    "<b>x</b": "Unclosed end tag at byte offset 4",
    "1 < 2": 'Unsupported start tag "" at byte offset 2',
    "<span>x</span>": 'Tag "span" must have class "tg-spoiler" at byte offset 0',
}


def keyboard(**action: object) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.model_validate({"inline_keyboard": [[{"text": "Go", **action}]]})


@pytest.mark.parametrize("html", BAD_HTML)
async def test_bad_html_is_refused_with_the_place(bot: Bot, alice: Actor, html: str) -> None:
    with pytest.raises(TelegramBadRequest) as refusal:
        await bot.send_message(alice.id, html)
    assert refusal.value.message == f"Bad Request: can't parse entities: {BAD_HTML[html]}"


async def test_a_text_may_have_4096_units_after_parsing(bot: Bot, alice: Actor) -> None:
    await bot.send_message(alice.id, f"<b>{'x' * 4096}</b>")
    with pytest.raises(TelegramBadRequest, match="message is too long"):
        await bot.send_message(alice.id, "x" * 4097)
    # An emoji outside the basic plane counts twice.
    with pytest.raises(TelegramBadRequest, match="message is too long"):
        await bot.send_message(alice.id, "😀" * 2049)


async def test_an_empty_text_is_refused(bot: Bot, alice: Actor) -> None:
    with pytest.raises(TelegramBadRequest, match="text must be non-empty"):
        await bot.send_message(alice.id, " \n ")
    with pytest.raises(TelegramBadRequest, match="message text is empty"):
        await bot.send_message(alice.id, "")


async def test_a_caption_may_have_1024_units(bot: Bot, alice: Actor) -> None:
    file = BufferedInputFile(b"x", "a.txt")
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await bot.send_document(alice.id, file, caption="x" * 1025)


async def test_callback_data_has_1_to_64_bytes(bot: Bot, alice: Actor) -> None:
    await bot.send_message(alice.id, "ok", reply_markup=keyboard(callback_data="ä" * 32))
    with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
        await bot.send_message(alice.id, "no", reply_markup=keyboard(callback_data="ä" * 33))


async def test_a_button_does_exactly_one_thing(bot: Bot, alice: Actor) -> None:
    with pytest.raises(TelegramBadRequest, match="Text buttons are unallowed"):
        await bot.send_message(alice.id, "no", reply_markup=keyboard())
    both = InlineKeyboardButton(text="Go", callback_data="x", copy_text=CopyTextButton(text="y"))
    with pytest.raises(TelegramBadRequest, match="exactly one action"):
        await bot.send_message(alice.id, "no", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[both]]))


async def test_a_button_style_is_one_of_three(bot: Bot, alice: Actor) -> None:
    await bot.send_message(alice.id, "ok", reply_markup=keyboard(callback_data="x", style="danger"))
    with pytest.raises(TelegramBadRequest, match="invalid button style"):
        await bot.send_message(alice.id, "no", reply_markup=keyboard(callback_data="x", style="red"))


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, alice: Actor) -> None:
    sent = await bot.send_message(alice.id, "<b>hi</b>")
    await bot.edit_message_text("hi", chat_id=alice.id, message_id=sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("hi", chat_id=alice.id, message_id=sent.message_id)


async def test_what_is_not_there_can_be_neither_edited_nor_deleted(bot: Bot, alice: Actor) -> None:
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=alice.id, message_id=999)
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(alice.id, 999)
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await bot.send_message(alice.id, "x", reply_to_message_id=999)


async def test_the_bot_cannot_edit_what_a_person_wrote(bot: Bot, alice: Actor) -> None:
    message = alice.says("mine")
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("x", chat_id=alice.id, message_id=message.id)


async def test_messages_can_be_deleted_for_48_hours(bot: Bot, alice: Actor, clock: StandingClock) -> None:
    old, older = alice.says("password one"), alice.says("password two")
    clock.move(timedelta(hours=47, minutes=59))
    assert await bot.delete_message(alice.id, old.id)
    clock.move(timedelta(minutes=1))
    with pytest.raises(TelegramBadRequest, match="message can't be deleted for everyone"):
        await bot.delete_message(alice.id, older.id)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted for everyone"):
        await bot.delete_messages(alice.id, [older.id, 999])


async def test_in_a_group_only_an_admin_deletes_what_others_wrote(bot: Bot, world: World) -> None:
    community, bob = world.group("Community"), world.person("bob")
    message = world.person("mallory").says("spam", community)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await bot.delete_message(community.id, message.id)
    bob.promotes_bot(community)
    assert await bot.delete_message(community.id, message.id)


async def test_a_tap_is_answered_once_and_soon(bot: Bot, alice: Actor, clock: StandingClock) -> None:
    await bot.send_message(alice.id, "x", reply_markup=keyboard(callback_data="x"))
    query = alice.taps("Go")
    late = alice.taps("Go")
    assert query
    assert late
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(query.id, text="x" * 201)
    assert await bot.answer_callback_query(query.id, text="x" * 200)
    with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
        await bot.answer_callback_query(query.id)
    clock.move(timedelta(minutes=2))
    with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
        await bot.answer_callback_query(late.id)


async def test_a_person_who_never_wrote_cannot_be_written_to(bot: Bot, world: World) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(555, "hello")
    # Met in a group, but not started.
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await bot.send_message(world.person("mallory").id, "hello")


async def test_a_blocked_bot_is_told_so(bot: Bot, world: World, alice: Actor) -> None:
    alice.blocks_bot()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(alice.id, "hello")
    (update,) = await bot.get_updates()
    assert update.my_chat_member
    assert update.my_chat_member.new_chat_member.status == "kicked"
    alice.presses_start()
    await bot.send_message(alice.id, "welcome back")


async def test_a_wrong_token_is_unauthorized_or_unknown(world: World) -> None:
    with pytest.raises(TelegramUnauthorizedError):
        await Bot("42:wrong", session=WorldSession(world)).get_me()


async def test_an_unknown_method_is_not_found(bot: Bot, alice: Actor) -> None:
    with pytest.raises(TelegramNotFound, match="method not found"):
        await bot(SendPoll(chat_id=alice.id, question="?", options=["a", "b"]))


async def test_a_file_above_50_mb_is_too_large(bot: Bot, alice: Actor) -> None:
    with pytest.raises(TelegramEntityTooLarge):
        await bot.send_document(alice.id, BufferedInputFile(bytes(50 * 1024 * 1024 + 1), "big.zip"))


async def test_a_file_above_20_mb_cannot_be_fetched(bot: Bot, alice: Actor) -> None:
    sent = await bot.send_document(alice.id, BufferedInputFile(bytes(20 * 1024 * 1024 + 1), "big.zip"))
    assert sent.document
    with pytest.raises(TelegramBadRequest, match="file is too big"):
        await bot.get_file(sent.document.file_id)


async def test_a_photo_must_be_a_picture(bot: Bot, alice: Actor) -> None:
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(alice.id, BufferedInputFile(b"no picture", "a.png"))


async def test_a_bot_sets_one_known_reaction(bot: Bot, alice: Actor) -> None:
    message = alice.says("hi")
    assert await bot.set_message_reaction(alice.id, message.id, [ReactionTypeEmoji(emoji="👍")])
    with pytest.raises(TelegramBadRequest, match="REACTION_INVALID"):
        await bot.set_message_reaction(alice.id, message.id, [ReactionTypeEmoji(emoji="✅")])


async def test_commands_have_limits(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command="Delete-Me", description="x")])
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_DESCRIPTION_INVALID"):
        await bot.set_my_commands([BotCommand(command="delete", description="x" * 257)])
    with pytest.raises(TelegramBadRequest, match="BOT_COMMANDS_TOO_MUCH"):
        await bot.set_my_commands([BotCommand(command=f"c{n}", description="x") for n in range(101)])
    with pytest.raises(TelegramBadRequest, match="invalid language code"):
        await bot.set_my_commands([BotCommand(command="a", description="x")], language_code="pt-br")


async def test_too_many_messages_are_told_to_wait(
    bot: Bot, world: World, desk: Chat, clock: StandingClock
) -> None:
    world.flood.rule = STRICT
    for number in range(20):
        await bot.send_message(desk.id, f"message {number}")
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(desk.id, "one too many")
    clock.move(timedelta(seconds=refusal.value.retry_after))
    await bot.send_message(desk.id, "in time")


async def test_faults_strike_as_often_as_planned(bot: Bot, world: World, alice: Actor) -> None:
    world.fail_next("sendMessage", alice.id, 429, retry_after=7)
    world.fail_next("sendMessage", error_code=502, times=2)
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(alice.id, "1")
    assert refusal.value.retry_after == 7
    for _ in range(2):
        with pytest.raises(TelegramServerError):
            await bot.send_message(alice.id, "2")
    await bot.send_message(alice.id, "3")


async def test_an_answer_can_be_lost_after_the_deed(bot: Bot, world: World, alice: Actor) -> None:
    """The one failure after which nobody can know whether to send again."""
    world.fail_next("sendMessage", error_code=0, after_the_deed=True)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(alice.id, "sent all the same")
    assert alice.last_from_bot().text == "sent all the same"
