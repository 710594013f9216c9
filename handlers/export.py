"""/export → (a password for the file, typed twice) → confirm → case → (progress) → the file"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.core import cases, exports, passwords
from bot.core.cases import Right
from bot.core.errors import ConfirmationExpiredError
from bot.telegram.answers import policy_of
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, HasText, Private, To
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, go
from bot.telegram.promises import due
from bot.telegram.say import Say
from bot.telegram.texts import Line, _, _n, _p, join


class Locking(StatesGroup):
    password = State()
    again = State()
    confirm = State()


def create_router() -> Router:
    router = Router(name="export")
    router.message.register(show_export, Private(), Command("export"))
    router.callback_query.register(show_export_by_button, Private(), To("export"))
    router.callback_query.register(ask_for_export, Private(), Confirming("export"))
    router.callback_query.register(ask_for_password, Private(), To("export_locked"))
    router.message.register(take_password, Private(), StateFilter(Locking.password), HasText())
    router.message.register(compare_password, Private(), StateFilter(Locking.again), HasText())
    router.message.register(point_at_buttons, Private(), StateFilter(Locking.confirm), HasText())
    router.message.register(ask_again, Private(), StateFilter(Locking))
    router.callback_query.register(send_again, Private(), Confirming("export_again"))
    return router


async def show_export(message: Message, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def show_export_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def ask_for_password(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext) -> None:
    await desk.open_account()
    await state.set_state(Locking.password)
    text = _n(
        "Choose a password of at least {n} character for the file. I delete your message as soon as I have read it, and keep the password only until the file is ready. Without it nobody can open the file, and I cannot tell it to you again.",
        "Choose a password of at least {n} characters for the file. I delete your message as soon as I have read it, and keep the password only until the file is ready. Without it nobody can open the file, and I cannot tell it to you again.",
        passwords.LEAST_LENGTH,
    )
    await say(text, [[_cancel()]])


async def take_password(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await desk.open_account()
    typed = message.text or ""
    await say.remove_typed()
    await desk(lambda tx: passwords.require_usable(typed))
    await state.set_state(Locking.again)
    await state.set_data({"password": typed})
    await say(_("Please type the password once more: after a slip nobody could open the file."), [[_cancel()]])


async def compare_password(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    """A question or a slip that was taken for the password shows here, before it locks anything."""
    await desk.open_account()
    await say.remove_typed()
    if (await state.get_data()).get("password") != message.text:
        await state.set_state(Locking.password)
        await state.set_data({})
        await say(_("These two are not the same. Please choose a password again, or cancel."), [[_cancel()]])
        return
    await state.set_state(Locking.confirm)
    yes = await confirm_button(desk, _p("button", "Request export"), "export", "locked", style="primary")
    await say(_("The file will be locked with this password. To open it you need a program that knows AES-encrypted ZIP files, such as 7-Zip or Keka."), [[yes, _cancel()]])


async def point_at_buttons(message: Message, desk: Desk, say: Say) -> None:
    await desk.open_account()
    await say.remove_typed()  # perhaps another password
    yes = await confirm_button(desk, _p("button", "Request export"), "export", "locked", style="primary")
    await say(_("I have your password already and have not changed it. Please tap a button to go on."), [[yes, _cancel()]])


async def ask_again(message: Message, say: Say) -> None:
    await say.remove_typed()  # a picture's caption may hold the password
    await say(_("Please answer with text, or cancel."), [[_cancel()]])


async def ask_for_export(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, token: str) -> None:
    account = await desk.open_account()
    locked = await redeem(desk, "export", token) == "locked"
    password = (await state.get_data()).get("password") if locked else None
    if locked and password is None:
        raise ConfirmationExpiredError  # stopped in between: never a file that is open though it was to be locked
    await state.clear()
    case, new = await desk(exports.ask, account, password)
    if not new:
        await say(_running(desk, case), [[_status_button()]])
        return
    text = _(
        "Case {ref} is open. Your export comes into this chat by {date}, usually within minutes.",
        ref=case.id,
        date=due(policy_of(desk), "export", case.target_due, case.opened_at, desk.zone),
    )
    await say(text, [[_status_button()]])


async def send_again(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    package = await redeem(desk, "export_again", token)
    await desk(exports.get_ready, account.id, package)
    await say(_("On its way."), [[go(_p("button", "Menu"), "menu")]])
    linked = desk.services["settings"].download_address is not None
    await desk(lambda tx: exports.send_again(tx, account.id, package, linked=linked))


async def _show(desk: Desk, say: Say) -> None:
    account = await desk.open_account()
    running = await desk(cases.open_of, account.id, Right.EXPORT)
    if running:
        await say(_running(desk, running), [[_status_button()]])
        return
    hours = policy_of(desk).span("export").amount
    lines = [
        _("I put together everything that is held about you: your conversations, your consents, your requests and your account data."),
        _n(
            "You get it here as a ZIP file with JSON inside, within {n} hour.",
            "You get it here as a ZIP file with JSON inside, within {n} hours.",
            hours,
        ),
        _("Anyone who can open this chat can open the file. Please save it in a safe place."),
    ]
    keyboard: list[list[Button]] = [
        [
            await confirm_button(desk, _p("button", "Request export"), "export", style="primary"),
            dismiss_button(_p("button", "Not now"), "export"),
        ],
        [go(_p("button", "Lock it with a password"), "export_locked")],
    ]
    ready = await desk(exports.latest, account.id)
    if ready:
        lines.append(
            _("Your last export is of {date}. I can send it again.", date=moment(ready.created_at, desk.zone))
        )
        keyboard.insert(0, [await confirm_button(desk, _p("button", "Send it again"), "export_again", ready.id)])
    await say(join(lines), keyboard)


def _running(desk: Desk, case: cases.Case) -> Line:
    return _(
        "Your export is already under way: case {ref}, due by {date}.",
        ref=case.id,
        date=due(policy_of(desk), "export", case.target_due, case.opened_at, desk.zone),
    )


def _cancel() -> Button:
    return go(_p("button", "Cancel"), "cancel")


def _status_button() -> Button:
    return go(_p("button", "My requests"), "status")
