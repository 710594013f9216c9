"""What is sent, edited, shown: formatting survives, files go both ways, inline answers arrive."""

from __future__ import annotations

import contextlib
import io
import struct

import pytest
from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaDocument,
    InputTextMessageContent,
)
from aiogram.utils.text_decorations import html_decoration
from hypothesis import given
from hypothesis import strategies as st

from bot.localchat import Actor, NotPossible, World
from bot.localchat.formatting import parse
from bot.localchat.refusals import Refusal

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", 40, 30)
STYLED = (
    '<b>a <i>b</i></b> <u>c</u> <s>d</s> <code>e</code> <a href="https://example.org/?a=1&amp;b=2">f</a> '
    '<tg-spoiler>g</tg-spoiler> <tg-time unix="1774256400" format="wDT">h</tg-time> 😀 '
    "<blockquote>i</blockquote> <blockquote expandable>j</blockquote> <pre>k</pre> &lt;l&gt; &amp;amp;"
)


@pytest.mark.asyncio
async def test_html_comes_back_as_it_was_sent(bot: Bot, alice: Actor) -> None:
    sent = await bot.send_message(alice.id, STYLED)
    assert sent.html_text.replace("&amp;b=2", "&b=2") == STYLED.replace("&amp;b=2", "&b=2")


@given(st.text())
def test_escaped_text_is_never_refused_and_never_changed(text: str) -> None:
    """Whatever a person types, quoted by aiogram, arrives as they typed it (without outer white space)."""
    plain, _ = parse(f"<b>{html_decoration.quote(text)}</b>", "HTML")
    assert plain == text.strip()


@given(st.text(alphabet="<>/&;= \"'abip😀", max_size=40))
def test_any_html_is_either_parsed_or_refused(html: str) -> None:
    """Nothing else can come out: any other error would fail here."""
    with contextlib.suppress(Refusal):
        parse(html, "HTML")


@pytest.mark.asyncio
async def test_a_picture_can_be_replaced_by_a_file_at_any_time(bot: Bot, alice: Actor, world: World) -> None:
    """The old one is gone from the message; Telegram sets no time for a bot's own."""
    sent = await bot.send_photo(alice.id, BufferedInputFile(PNG, "cat.png"), caption="Mau")
    new = InputMediaDocument(media=BufferedInputFile(b"nothing", "erased.txt"), caption="gone")
    changed = await bot.edit_message_media(new, chat_id=alice.id, message_id=sent.message_id)
    assert changed.document is not None
    assert (changed.photo, changed.caption) == (None, "gone")
    assert alice.last_from_bot().file.content == b"nothing"


@pytest.mark.asyncio
async def test_a_document_goes_out_and_can_be_fetched_again(bot: Bot, alice: Actor) -> None:
    sent = await bot.send_document(
        alice.id, BufferedInputFile(b'{"a": 1}', "export.json"), caption="<b>Yours</b>"
    )
    assert sent.document
    assert sent.document.file_name == "export.json"
    assert sent.caption == "Yours"
    fetched = await bot.download(sent.document)
    assert fetched
    assert fetched.read() == b'{"a": 1}'
    again = await bot.send_document(alice.id, sent.document.file_id)
    assert again.document
    assert again.document.file_id == sent.document.file_id


@pytest.mark.asyncio
async def test_a_file_from_a_person_can_be_read_by_the_bot(bot: Bot, alice: Actor) -> None:
    alice.sends_file("proof.png", PNG, caption="me", kind="photo")
    (update,) = await bot.get_updates()
    assert update.message
    assert update.message.photo
    assert (update.message.photo[-1].width, update.message.photo[-1].height) == (40, 30)
    into = io.BytesIO()
    await bot.download(update.message.photo[-1], into)
    assert into.getvalue() == PNG


@pytest.mark.asyncio
async def test_an_edit_replaces_text_and_drops_the_keyboard(bot: Bot, alice: Actor) -> None:
    button = InlineKeyboardButton(text="Go", callback_data="x")
    sent = await bot.send_message(
        alice.id, "before", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
    )
    await sent.edit_text("after")
    seen = alice.last_from_bot()
    assert (seen.text, seen.keyboard) == ("after", None)
    with pytest.raises(NotPossible, match="sees no button"):
        alice.taps("Go")


@pytest.mark.asyncio
async def test_a_copy_has_no_trace_of_its_author_and_a_forward_has(
    bot: Bot, world: World, alice: Actor
) -> None:
    desk = world.group("Desk")
    message = alice.says("my words")
    await bot.copy_message(desk.id, alice.id, message.id)
    forwarded = await bot.forward_message(desk.id, alice.id, message.id)
    copied = alice.sees(desk)[-2]
    assert copied.text == "my words"
    assert copied.forward_origin is None
    assert forwarded.forward_origin


@pytest.mark.asyncio
async def test_an_inline_answer_is_chosen_and_sent(bot: Bot, world: World, alice: Actor) -> None:
    query = alice.asks_inline("how long", world.group("Community"))
    (update,) = await bot.get_updates()
    assert update.inline_query
    assert update.inline_query.query == "how long"
    words = InputTextMessageContent(message_text="<b>30 days</b>")
    article = InlineQueryResultArticle(id="1", title="How long", input_message_content=words)
    await bot.answer_inline_query(update.inline_query.id, [article])
    sent = alice.chooses(query, "1")
    assert sent.text == "30 days"
    assert sent.via_bot


@pytest.mark.asyncio
async def test_the_menu_has_the_words_of_the_person_and_of_the_place(bot: Bot, world: World) -> None:
    def commands(word: str) -> list[BotCommand]:
        return [BotCommand(command="help", description=word)]

    await bot.set_my_commands(commands("anywhere"))
    await bot.set_my_commands(commands("private"), scope=BotCommandScopeAllPrivateChats())
    await bot.set_my_commands(commands("privat"), scope=BotCommandScopeAllPrivateChats(), language_code="de")
    await bot.set_my_commands(commands("group"), scope=BotCommandScopeAllGroupChats())
    alice, bob, menu = world.person("alice"), world.person("bob"), world.profile.menu
    assert menu(alice.private_chat, alice.id, "de")[0]["description"] == "privat"
    assert menu(bob.private_chat, bob.id, "en")[0]["description"] == "private"
    assert menu(world.group("Community"), alice.id, "de")[0]["description"] == "group"


@pytest.mark.asyncio
async def test_names_and_descriptions_fall_back_to_the_default_language(bot: Bot) -> None:
    await bot.set_my_description("I keep promises.")
    await bot.set_my_description("Ich halte Wort.", language_code="de")
    assert (await bot.get_my_description(language_code="de")).description == "Ich halte Wort."
    assert (await bot.get_my_description(language_code="fr")).description == "I keep promises."
