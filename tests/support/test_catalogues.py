"""All languages complete, exact and fit for a phone."""

from __future__ import annotations

import asyncio

import pytest
from babel.messages.pofile import read_po

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


@pytest.mark.parametrize("locale", catalogs.SHIPPED)
@pytest.mark.parametrize("domain", ["messages", "policy"])
def test_a_catalogue_has_no_problem(locale: str, domain: str) -> None:
    """Complete, not fuzzy, same fields and tags, all plural forms, own script."""
    assert list(catalogs.problems(locale, domain)) == []


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
