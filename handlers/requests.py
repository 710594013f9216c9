"""correct my data | object | talk to a person | escalate → write it → preview → send → case

Written requests: what a person types is shown to them before it goes anywhere, sealed in the case, and read only by the people
who work on it.
"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.core import cases
from bot.core.cases import Right
from bot.core.ports import Tx
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, HasText, Private, To
from bot.telegram.formats import moment
from bot.telegram.keyboards import go
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join, verbatim

MOST_LETTERS = 2000


class Writing(StatesGroup):
    text = State()


_RIGHTS = {
    "rectify": Right.RECTIFICATION,
    "object": Right.OBJECTION,
    "human": Right.QUESTION,
    "escalate": Right.COMPLAINT,
}


def create_router() -> Router:
    router = Router(name="requests")
    router.message.register(ask_by_command, Private(), Command("human"))
    router.callback_query.register(ask, Private(), To(*_RIGHTS))
    router.message.register(preview, Private(), Writing.text, HasText())
    router.message.register(ask_again, Private(), Writing.text)
    router.callback_query.register(send, Private(), Confirming("request"))
    return router


async def ask_by_command(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await _ask(desk, say, state, "human", "")


async def ask(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, to: str, of: str) -> None:
    await _ask(desk, say, state, to, of)


async def preview(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await desk.open_account()
    text = (message.text or "").strip()
    if len(text) > MOST_LETTERS:
        cancel = [[go(_p("button", "Cancel"), "cancel")]]
        await say(_("That is very long. Please write at most {count} characters.", count=MOST_LETTERS), cancel)
        return
    data = await state.get_data()
    await state.set_state(None)
    await state.update_data(text=text)
    lines: list[Line | Html] = [
        _("This goes to the privacy team, and to nobody else:"),
        verbatim(text),
        _("You will be called by a reference, not by your name."),
    ]
    yes = await confirm_button(desk, _p("button", "Send"), "request", data.get("to", "human"), style="primary")
    await say(join(lines), [[yes, dismiss_button(_p("button", "Do not send"), "request")]])


async def ask_again(message: Message, say: Say) -> None:
    await say(_("Please answer with text, or cancel."), [[go(_p("button", "Cancel"), "cancel")]])


async def send(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, token: str) -> None:
    account = await desk.open_account()
    kind = await redeem(desk, "request", token)
    data = await state.get_data()
    await state.clear()

    def open_case(tx: Tx) -> cases.Case:
        right = _RIGHTS.get(kind, Right.QUESTION)
        return cases.open_case(tx, account, right, text=data.get("text", ""), about=data.get("about", ""))

    case = await desk(open_case)
    lines = [
        _("Thank you. Case {ref} is open; this is its acknowledgement.", ref=case.id),
        _("You get an answer here by {date}.", date=moment(case.target_due, desk.zone)),
    ]
    await say(join(lines), [[go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]])


async def _ask(desk: Desk, say: Say, state: FSMContext, to: str, of: str) -> None:
    await desk.open_account()
    await state.set_state(Writing.text)
    await state.set_data({"to": to, "about": of})
    await say(_question(to), [[go(_p("button", "Cancel"), "cancel")]])


def _question(to: str) -> Line:
    match to:
        case "rectify":
            return _("What is wrong, and what is right? Write it in one message. You see it again before it is sent.")
        case "object":
            return _("Which automated decision do you object to, and why, if you want to say so? A person will look at it. Write it in one message.")
        case "escalate":
            return _("What should the data protection officer know? Write it in one message. You see it again before it is sent.")
        case _:
            return _("Write your question in one message. A person of the privacy team answers here. You see it again before it is sent.")
