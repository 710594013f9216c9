"""password → (the old one) → a new one. Messages that carry a password are deleted at once and never stored."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.core import passwords
from bot.core.ports import Tx
from bot.telegram.desk import Desk
from bot.telegram.filters import HasText, Private, To
from bot.telegram.keyboards import Button, go
from bot.telegram.say import Say
from bot.telegram.texts import _, _n, _p


class Changing(StatesGroup):
    old = State()
    new = State()


def create_router() -> Router:
    router = Router(name="password")
    router.callback_query.register(ask, Private(), To("password"))
    router.message.register(check_old, Private(), StateFilter(Changing.old), HasText())
    router.message.register(set_new, Private(), StateFilter(Changing.new), HasText())
    router.message.register(ask_again, Private(), StateFilter(Changing.old, Changing.new))
    return router


async def ask(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext) -> None:
    account = await desk.open_account()
    if account.password_hash:
        await desk(passwords.require_unlocked, account)
        await state.set_state(Changing.old)
        await say(_("Enter your present password. I delete the message as soon as I have read it."), _cancel())
    else:
        await _ask_new(say, state)


async def check_old(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    account = await desk.open_account()
    typed, stored = message.text or "", account.password_hash or ""
    await say.remove_typed()
    if await desk(passwords.is_last_try, account):
        await state.clear()
    await desk(passwords.require_unlocked, account)
    right = desk.slow("password", lambda: passwords.matches(stored, typed))
    await desk(passwords.judge, account.id, right=right)
    await _ask_new(say, state)


async def set_new(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    account = await desk.open_account()
    typed = message.text or ""
    await say.remove_typed()

    def check(tx: Tx) -> None:
        passwords.require_usable(typed)

    await desk(check)
    hashed = desk.slow("hash", lambda: passwords.hash_password(typed))
    await desk(passwords.set_hash, account.id, hashed)
    await state.clear()
    await say(
        _("Your password is set. From now on I ask for it before an account is deleted."),
        [[go(_p("button", "Settings"), "settings"), go(_p("button", "Menu"), "menu")]],
    )


async def ask_again(message: Message, say: Say) -> None:
    await say.remove_typed()  # a picture's caption may hold the password
    await say(_("Please answer with text, or cancel."), _cancel())


async def _ask_new(say: Say, state: FSMContext) -> None:
    await state.set_state(Changing.new)
    await say(
        _n(
            "Enter a new password of at least {n} character. I delete the message as soon as I have read it.",
            "Enter a new password of at least {n} characters. I delete the message as soon as I have read it.",
            passwords.LEAST_LENGTH,
        ),
        _cancel(),
    )


def _cancel() -> list[list[Button]]:
    return [[go(_p("button", "Cancel"), "cancel")]]
