"""/delete → consequences → password (or phrase) → checkbox → closed → 7 days to take it back → final

Path and wording follow the guide: password, a checkbox that acknowledges, inaccessible at once, a grace period, then for good.
"""

from __future__ import annotations

import unicodedata

from aiogram import Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.core import deletion, passwords
from bot.core.accounts import Account
from bot.telegram.answers import policy_of
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Asks, Confirming, HasText, Private, To, reads_like_question
from bot.telegram.keyboards import Button, go
from bot.telegram.promises import due
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _n, _p, join


class Deleting(StatesGroup):
    password = State()
    phrase = State()


def create_router() -> Router:
    router = Router(name="delete")
    router.message.register(show_consequences, Private(), Command("delete"))
    router.callback_query.register(show_consequences_by_button, Private(), To("delete"))
    router.callback_query.register(ask_who, Private(), Confirming("delete_begin"))
    router.message.register(check_password, Private(), StateFilter(Deleting.password), HasText())
    router.message.register(check_phrase, Private(), StateFilter(Deleting.phrase), HasText(), ~Asks())
    router.message.register(remove_and_ask_again, Private(), StateFilter(Deleting.password))
    router.message.register(ask_again, Private(), StateFilter(Deleting.phrase), ~Asks())
    router.callback_query.register(check_box, Private(), Confirming("delete_box"))
    router.callback_query.register(delete_account, Private(), Confirming("delete_now"))
    router.callback_query.register(ask_to_take_back, Private(), To("take_back"))
    router.callback_query.register(take_back, Private(), Confirming("take_back"))
    return router


async def show_consequences(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await _show_consequences(desk, say, state)


async def show_consequences_by_button(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext) -> None:
    await _show_consequences(desk, say, state)


async def ask_who(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "delete_begin", token)
    cancel = [[go(_p("button", "Cancel"), "cancel")]]
    if account.password_hash:
        await desk(passwords.require_unlocked, account)
        await state.set_state(Deleting.password)
        await say(_("Enter your password. I delete the message as soon as I have read it."), cancel)
    else:
        await state.set_state(Deleting.phrase)
        await say(_("To show that you mean it, type these words: <code>{phrase}</code>", phrase=_phrase()), cancel)


async def check_password(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    account = await desk.open_account()
    typed = message.text or ""
    stored = account.password_hash or ""
    await say.remove_typed()
    if await desk(passwords.is_last_try, account):
        await state.clear()  # after the lock a question must be a question again
    await desk(passwords.require_unlocked, account)
    right = desk.slow("password", lambda: passwords.matches(stored, typed))
    if not right and reads_like_question(typed):
        await say(_("What you write here is taken for the password. To ask something first, tap Cancel."))
    await desk(passwords.judge, account.id, right=right)
    await state.clear()
    await _show_checkbox(desk, say)


async def check_phrase(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await desk.open_account()
    if _plain(message.text or "") != _plain(_phrase().plain):
        cancel = [[go(_p("button", "Cancel"), "cancel")]]
        await say(
            _("Those are not the words. Please type exactly: <code>{phrase}</code>", phrase=_phrase()), cancel
        )
        return
    await state.clear()
    await _show_checkbox(desk, say)


async def remove_and_ask_again(message: Message, say: Say) -> None:
    await say.remove_typed()  # a picture's caption may hold the password
    await ask_again(message, say)


async def ask_again(message: Message, say: Say) -> None:
    await say(_("Please answer with text, or cancel."), [[go(_p("button", "Cancel"), "cancel")]])


async def check_box(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "delete_box", token)
    label = _p("button", "I understand that all my data will be removed")
    checked = Button(f"☑ {label.plain}", data=go("", "checked").data)
    final = await confirm_button(desk, _p("button", "Delete my account"), "delete_now", account.id, style="danger")
    await say(_checkbox_text(), [[checked], [final], [_keep()]])


async def delete_account(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "delete_now", token)
    case = await desk(deletion.begin, account)
    assert case.grace_until is not None and case.purge_by is not None
    lines = [
        _("Case {ref} is open. Your account is closed now.", ref=case.id),
        _(
            "You can take this back until {until}. After that everything is deleted for good; copies in backups are gone by {purged}.",
            until=due(policy_of(desk), "grace", case.grace_until, case.opened_at, desk.zone),
            purged=due(policy_of(desk), "purge", case.purge_by, case.opened_at, desk.zone),
        ),
        _("I remind you before it becomes final."),
    ]
    await say(join(lines), [[go(_p("button", "Take it back"), "take_back", style="success")]])


async def ask_to_take_back(query: CallbackQuery, desk: Desk, say: Say) -> None:
    if desk.found is None:
        await say(_("There is no account for this chat any more. A deletion that is over cannot be taken back."), [[go(_p("button", "Start"), "start")]])
        return
    case = await desk(deletion.running, desk.subject)
    if case is None:
        await say(_("No deletion is under way. Your account is open."), [[go(_p("button", "Menu"), "menu")]])
        return
    yes = await confirm_button(desk, _p("button", "Restore my account"), "take_back", style="success")
    await say(
        _("Stop the deletion (case {ref}) and restore your account?", ref=case.id),
        [[yes], [dismiss_button(_p("button", "No, leave it"), "take_back")]],
    )


async def take_back(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    await redeem(desk, "take_back", token)
    case = await desk(deletion.take_back, desk.subject)
    await say(
        _("Your account is open again, with everything in it. Case {ref} is closed.", ref=case.id),
        [[go(_p("button", "Menu"), "menu")]],
    )


async def _show_consequences(desk: Desk, say: Say, state: FSMContext) -> None:
    await state.clear()
    account: Account = await desk.open_account()
    policy = policy_of(desk)
    lines: list[Line | Html] = [
        _("Deleting your account removes all your conversations, the saved ones too, your settings, your consents and the account itself."),
        _("Your account becomes inaccessible immediately."),
        _n(
            "For {n} day you can take it back. After that there is no recovery and no exception.",
            "For {n} days you can take it back. After that there is no recovery and no exception.",
            policy.span("grace").amount,
        ),
        _n(
            "Copies in backups are gone after at most {n} day.",
            "Copies in backups are gone after at most {n} days.",
            policy.span("purge").amount,
        ),
        _("If you want a copy of your data, export it first: once the account is closed, that is no longer possible."),
    ]
    begin = await confirm_button(desk, _p("button", "Continue"), "delete_begin", account.id)
    keyboard = [
        [go(_p("button", "Export first"), "export"), begin],
        [_keep()],
    ]
    await say(join(lines), keyboard)


async def _show_checkbox(desk: Desk, say: Say) -> None:
    label = _p("button", "I understand that all my data will be removed")
    box = await confirm_button(desk, f"☐ {label.plain}", "delete_box")
    await say(_checkbox_text(), [[box], [_keep()]])


def _checkbox_text() -> Line:
    return _("One last step: check the box, then delete.")


def _keep() -> Button:
    return dismiss_button(_p("button", "Keep my account"), "delete")


def _phrase() -> Line:
    # Translators: the words that a person without a password types to confirm; plain, no punctuation, easy to type.
    return _("delete my account")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
