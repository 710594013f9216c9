"""correct my data → what is wrong → what is right → the proposal → confirm → corrected (GDPR Art. 16)

Name, place and language are corrected by the confirmation itself; anything else is written to people, whose proposal comes back
here to be confirmed.
"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.core import rectification
from bot.core.rectification import Field, Proposal
from bot.telegram.answers import policy_of
from bot.telegram.confirm import confirm_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Asks, Confirming, HasText, Private, To
from bot.telegram.formats import language_name
from bot.telegram.keyboards import Button, go, rows
from bot.telegram.locales import SHIPPED
from bot.telegram.say import Say
from bot.telegram.texts import (
    PSEUDO,
    Html,
    Line,
    _,
    _p,
    current_locale,
    join,
    policy_text,
    speaking,
    verbatim,
)

_MOST_LETTERS = 100


class Correcting(StatesGroup):
    name = State()


def create_router() -> Router:
    router = Router(name="rectify")
    router.message.register(ask_what_by_command, Private(), Command("rectify"))
    router.callback_query.register(ask_what, Private(), To("rectify"))
    router.callback_query.register(ask_name, Private(), To("fix_name"))
    router.message.register(propose_name, Private(), StateFilter(Correcting.name), HasText(), ~Asks())
    router.message.register(ask_again, Private(), StateFilter(Correcting.name), ~Asks())
    router.callback_query.register(ask_place, Private(), To("fix_place"))
    router.callback_query.register(propose_place, Private(), To("right_place"))
    router.callback_query.register(ask_language, Private(), To("fix_language"))
    router.callback_query.register(propose_language, Private(), To("right_language"))
    router.callback_query.register(show_proposal, Private(), To("correction"))
    router.callback_query.register(confirm, Private(), Confirming("correct"))
    router.callback_query.register(decline, Private(), Confirming("not_correct"))
    return router


async def ask_what_by_command(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await _ask_what(desk, say, state)


async def ask_what(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext) -> None:
    await _ask_what(desk, say, state)


async def ask_name(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext) -> None:
    await desk.open_account()
    await state.set_state(Correcting.name)
    await say(_("What is the right name? Write it in one message."), [[_cancel()]])


async def propose_name(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    name = " ".join((message.text or "").split())
    if not 0 < len(name) <= _MOST_LETTERS:
        text = _("That is very long. Please write at most {count} characters.", count=_MOST_LETTERS)
        await say(text, [[_cancel()]])
        return
    await state.clear()
    await _propose(desk, say, Field.NAME, name)


async def ask_again(message: Message, say: Say) -> None:
    await say(_("Please answer with text, or cancel."), [[_cancel()]])


async def ask_place(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await desk.open_account()
    policy = policy_of(desk)
    places = [
        go(policy_text(place.label, policy.values()), "right_place", place.id)
        for place in policy.jurisdictions.values()
    ]
    await say(_("Where do you live? It decides which law and which dates apply to you, and in which region your data is kept. I use it for nothing else."), [*rows(places), [_cancel()]])


async def propose_place(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    await _propose(desk, say, Field.PLACE, of)


async def ask_language(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await desk.open_account()
    languages = [go(language_name(locale), "right_language", locale) for locale in SHIPPED]
    await say(_("Which language is the right one?"), [*rows(languages, 2), [_cancel()]])


async def propose_language(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    await _propose(desk, say, Field.LANGUAGE, of if of in SHIPPED else desk.locale)


async def show_proposal(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    await _show(desk, say, await desk(rectification.proposal, account, of))


async def confirm(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    ref = await redeem(desk, "correct", token)
    done = await desk(rectification.confirm, account, ref)
    if done.field is Field.LANGUAGE:
        desk.locale = done.becomes
    with speaking(PSEUDO if current_locale() == PSEUDO else desk.locale):
        lines: list[Line | Html] = [
            _("Corrected: {field} is now {value}.", field=_field_name(done.field), value=_value(desk, done.field, done.becomes))
            if done.field is not Field.OTHER
            else _("Thank you. The correction is carried out as you confirmed it."),
            _("Case {ref} is done.", ref=ref),
        ]
        await say(join(lines), [_after()])


async def decline(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    ref = await redeem(desk, "not_correct", token)
    case = await desk(rectification.decline, account, ref)
    if case.is_closed:
        text = _("All right, nothing was changed. Case {ref} is closed.", ref=ref)
    else:
        text = _("All right, nothing was changed. The privacy team looks at case {ref} again.", ref=ref)
    await say(text, [_after()])


async def _ask_what(desk: Desk, say: Say, state: FSMContext) -> None:
    account = await desk.open_account()
    await state.clear()
    lines: list[Line | Html] = [_("<b>Correct your data</b>"), _("What is wrong? This is what your account says:")]
    for field, value in (
        (Field.NAME, account.name),
        (Field.PLACE, account.jurisdiction),
        (Field.LANGUAGE, account.locale or desk.locale),
    ):
        lines.append(_("{field}: {value}", field=_field_name(field), value=_value(desk, field, value)))
    keyboard = [
        [go(_p("button", "Name"), "fix_name"), go(_p("button", "Where I live"), "fix_place")],
        [go(_p("button", "Language"), "fix_language"), go(_p("button", "Something else"), "rectify_other")],
        [_cancel()],
    ]
    await say(join(lines, "\n"), keyboard)


async def _propose(desk: Desk, say: Say, field: Field, value: str) -> None:
    account = await desk.open_account()
    await _show(desk, say, await desk(rectification.propose, account, field, value))


async def _show(desk: Desk, say: Say, found: Proposal) -> None:
    lines: list[Line | Html] = [
        # Translators: {ref} is a case reference. Nothing is changed before the person confirms.
        _("<b>Proposed correction</b> (case {ref})", ref=found.case.id)
    ]
    if found.field is not Field.OTHER:
        lines.append(_("{field}: {value}", field=_field_name(found.field), value=_value(desk, found.field, found.was)))
    # Translators: {value} is what the data will say after the correction.
    lines.append(_("After the correction: {value}", value=_value(desk, found.field, found.becomes)))
    lines.append(_("Nothing is changed before you confirm it."))
    yes = await confirm_button(desk, _p("button", "Yes, correct it"), "correct", found.case.id, style="primary")
    no = await confirm_button(desk, _p("button", "No, that is not right"), "not_correct", found.case.id)
    await say(join(lines, "\n"), [[yes], [no]])


def _field_name(field: Field) -> Line:
    match field:
        case Field.NAME:
            # Translators: a field of an account; its value follows after a colon, or it is the subject of a sentence.
            return _("Name")
        case Field.PLACE:
            # Translators: a field of an account; its value follows after a colon, or it is the subject of a sentence.
            return _("Place of residence")
        case Field.LANGUAGE:
            # Translators: a field of an account; its value follows after a colon, or it is the subject of a sentence.
            return _("Language")
        case Field.OTHER:
            # Translators: stands where something else than name, place or language is corrected.
            return _("Something else")


def _value(desk: Desk, field: Field, value: str | None) -> Line | Html:
    if not value:
        # Translators: stands where a value is missing, for example where no name is stored.
        return _("Not stored")
    if field is Field.PLACE:
        policy = policy_of(desk)
        place = policy.jurisdictions.get(value)
        return policy_text(place.label, policy.values()) if place else verbatim(value)
    return verbatim(language_name(value) if field is Field.LANGUAGE else value)


def _cancel() -> Button:
    return go(_p("button", "Cancel"), "cancel")


def _after() -> list[Button]:
    return [go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]
