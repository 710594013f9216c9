"""All languages complete, exact and fit for a phone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from bot import catalogs
from bot.localchat import StandingClock, World
from bot.localchat.session import WorldSession
from bot.telegram.commands import command_of
from bot.telegram.locales import SHIPPED
from bot.telegram.menus import (
    admin_commands,
    group_commands,
    private_commands,
    publish_menus,
    team_commands,
)
from bot.telegram.texts import speaking

_NO_CASE = "There is no case {ref}. Please look at the letters once more: a reference is as long as ASK-7K2M4Q."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not translated"),
        ("Diesen Fall gibt es nicht.", "fields"),
        ("Den Fall <b>{ref}</b> gibt es nicht.", "tags"),
        (_NO_CASE, "still English"),
        ("Den Fall {ref} gibt es nicht.", "fuzzy"),
    ],
)
def test_what_is_wrong_in_a_catalogue_is_found(
    text: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make test` has a step that checks the shipped ones; this is a look at its eyes."""
    catalog = catalogs.read("de", "messages")
    sentence = catalog.get(_NO_CASE)
    assert sentence is not None
    sentence.string = text
    sentence.flags |= {"fuzzy"} if problem == "fuzzy" else set()
    monkeypatch.setattr(catalogs, "LOCALES", tmp_path)
    catalogs.po_file("de", "messages").parent.mkdir(parents=True)
    with catalogs.po_file("de", "messages").open("wb") as stream:
        write_po(stream, catalog)
    [found] = catalogs.problems("de", "messages")
    assert problem in found


@pytest.mark.parametrize("locale", catalogs.SHIPPED)
def test_button_labels_fit_on_a_phone(locale: str) -> None:
    """Telegram shows about forty letters in a row's full width; wide scripts half of it."""
    # The longest is the sentence of the checkbox, which has a row of its own.
    most = 26 if locale in ("zh_Hans", "zh_Hant", "ja", "ko") else 56
    with catalogs.po_file(locale, "messages").open("rb") as stream:
        labels = [m for m in read_po(stream, locale=locale) if m.context == "button"]
    assert labels
    for message in labels:
        assert len(str(message.string)) <= most, message.string


def test_no_translation_leaves_a_sentence_that_nobody_says() -> None:
    """The files hold exactly what the code and the policy say now."""
    for domain in ("messages", "policy"):
        wanted = {(m.id if isinstance(m.id, str) else m.id[0], m.context) for m in catalogs.source_of(domain) if m.id}
        for locale in catalogs.SHIPPED:
            found = {(m.id if isinstance(m.id, str) else m.id[0], m.context) for m in catalogs.read(locale, domain) if m.id}
            assert found == wanted, (locale, domain, found ^ wanted)


def test_command_menus_are_published_for_every_language_and_scope() -> None:
    """What Telegram shows behind the slash, at most 256 letters each."""
    for locale in SHIPPED:
        with speaking(locale):
            for name, text in (*private_commands(), *group_commands(), *admin_commands(), *team_commands()):
                assert name.islower()
                assert 1 <= len(text.plain) <= 256
    from aiogram import Bot

    world = World(clock=StandingClock(), flood=None)
    asyncio.run(publish_menus(Bot(world.token, session=WorldSession(world))))


def test_every_command_of_a_menu_is_a_command() -> None:
    """One that is not known would be taken for a letter while somebody writes one."""
    in_groups = {name for name, _text in (*group_commands(), *admin_commands(), *team_commands())}
    assert all(command_of(f"/{name}", private=False) == name for name in in_groups)
    assert all(command_of(f"/{name}") == name for name, _text in private_commands())
