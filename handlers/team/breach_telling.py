"""a breach's card → what people will read, language by language → their texts in other languages → tell them (four eyes)"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core.breaches import Breach, agreeing, record, telling
from bot.core.breaches.fields import FOR_PEOPLE, Field
from bot.core.breaches.watching import telling_of
from bot.core.staff import Permission
from bot.telegram import breach_words
from bot.telegram.answers import policy_of
from bot.telegram.breach_words import field_name
from bot.telegram.desk import Desk
from bot.telegram.formats import language_name
from bot.telegram.keyboards import Button, rows
from bot.telegram.locales import SHIPPED
from bot.telegram.say import Say
from bot.telegram.team.here import InTeamGroup, Tapped, require, tap
from bot.telegram.team.prompts import prompt
from bot.telegram.texts import PSEUDO, Html, Line, _, _p, current_locale, join, speaking, verbatim

_PAGE = 8


def create_router() -> Router:
    router = Router(name="team.breach_telling")
    router.callback_query.register(preview, InTeamGroup(), Tapped("br_pre"))
    router.callback_query.register(choose_text, InTeamGroup(), Tapped("br_texts"))
    router.callback_query.register(choose_language, InTeamGroup(), Tapped("br_text"))
    router.callback_query.register(ask_text, InTeamGroup(), Tapped("br_word"))
    router.callback_query.register(propose, InTeamGroup(), Tapped("br_tell"))
    return router


async def preview(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    """Exactly what somebody reads of whom every kind of data is concerned."""
    await require(desk, Permission.BREACH)
    breach = await desk(record.get, ref)
    locale = of if of in SHIPPED else breach.written_in or desk.locale
    data = telling.notice_data(telling_of(breach), policy_of(desk), breach.categories.split(), locale)
    with speaking(PSEUDO if current_locale() == PSEUDO else locale):
        text = breach_words.notice(data, "UTC")
    lines: list[Line | Html] = [
        # Translators: to the privacy team, above what people will read. {language} is a language, by its own name.
        _("<i>What people read ({language}). Each reads only of the data that is theirs.</i>", language=language_name(locale)),
        text,
    ]
    buttons = [tap(f"• {language_name(each)}" if each == locale else language_name(each), "br_pre", ref, each) for each in SHIPPED]
    # A look from the card leaves the card as it is; from language to language the preview changes.
    await say(join(lines), rows(buttons, 3), new=not of)


async def choose_text(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await require(desk, Permission.BREACH)
    breach = await desk(record.get, ref)
    # Translators: to the privacy team: texts of theirs that people will read.
    lines: list[Line | Html] = [_("Which text do you want to give in another language?")]
    given = [field for field in FOR_PEOPLE if field.value in breach.texts]
    for field in given:
        languages = ", ".join(language_name(locale) for locale in breach.texts[field.value])
        # Translators: a line of a list: a text and the languages in which it was given.
        lines.append(_("{field}: {languages}", field=field_name(field), languages=languages))
    buttons = [tap(field_name(field), "br_text", ref, field.value) for field in given]
    await say(join(lines, "\n"), rows(buttons, 2), new=True)


async def choose_language(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    """Eight languages at a time."""
    await require(desk, Permission.BREACH)
    breach = await desk(record.get, ref)
    name, _dot, start = of.partition(".")
    field, first = Field(name), int(start or 0)
    given = breach.texts.get(field.value, {})
    page = SHIPPED[first : first + _PAGE]
    buttons = [tap(f"{language_name(each)}{' ✓' if each in given else ''}", "br_word", ref, f"{name}.{each}") for each in page]
    turning: list[Button] = []
    if first:
        turning.append(tap(_p("button", "◀ Back"), "br_text", ref, f"{name}.{first - _PAGE}"))
    if first + _PAGE < len(SHIPPED):
        turning.append(tap(_p("button", "More ▶"), "br_text", ref, f"{name}.{first + _PAGE}"))
    # Translators: to the privacy team. {field} is a text that people will read.
    await say(_("{field}: in which language?", field=field_name(field)), [*rows(buttons, 2), turning])


async def ask_text(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    await require(desk, Permission.BREACH)
    breach = await desk(record.get, ref)
    name, _dot, locale = of.partition(".")
    field = Field(name)
    lines: list[Line | Html] = [
        # Translators: to the privacy team. {field} is a text that people will read, {language} a language by its own name.
        _("{field} in {language}: please answer this message.", field=field_name(field), language=language_name(locale)),
        *_known(breach, field, locale),
    ]
    await say(join(lines), slot=prompt("breach", ref, field.value, locale))


async def propose(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    member = await require(desk, Permission.BREACH)
    await desk(agreeing.propose, member, ref)
    # Translators: a short answer to a tap of somebody of the privacy team.
    await say.toast(_("Proposed. Somebody else has to agree."))


def _known(breach: Breach, field: Field, locale: str) -> list[Html]:
    """The text as it is, to translate from or to change."""
    of = breach.texts.get(field.value, {})
    found = of.get(locale) or of.get(breach.written_in) or next(iter(of.values()), "")
    return [verbatim(found)] if found else []
