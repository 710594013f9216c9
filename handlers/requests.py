"""something else is wrong | object | talk to a person | escalate → write it → preview → send → case
answer a question of the team → write it → preview → send → the case goes on

Written requests: what a person types is shown to them before it goes anywhere, sealed in the case, and read only by the people
who work on it.
"""

from __future__ import annotations

from typing import Any

from aiogram import Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.core import cases
from bot.core.cases import Right, Status
from bot.core.errors import ConfirmationExpiredError
from bot.core.ids import new_id
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
    preview = State()


_RIGHTS = {
    "rectify_other": Right.RECTIFICATION,
    "object": Right.OBJECTION,
    "human": Right.QUESTION,
    "escalate": Right.COMPLAINT,
}


def create_router() -> Router:
    router = Router(name="requests")
    router.message.register(ask_by_command, Private(), Command("human"))
    router.callback_query.register(ask, Private(), To(*_RIGHTS))
    router.message.register(preview, Private(), StateFilter(Writing.text, Writing.preview), HasText())
    router.message.register(ask_again, Private(), StateFilter(Writing.text, Writing.preview))
    router.callback_query.register(send, Private(), Confirming("request"))
    router.callback_query.register(ask_for_answer, Private(), To("answer"))
    router.callback_query.register(send_answer, Private(), Confirming("answer"))
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
    nonce = await desk(_new_nonce)  # the button sends this text, not one that is typed later
    await state.set_state(Writing.preview)
    await state.update_data(text=text, nonce=nonce)
    lines: list[Line | Html] = [
        _("This goes to the privacy team, and to nobody else:"),
        verbatim(text),
        _("You will be called by a reference, not by your name."),
    ]
    kind = data.get("to", "human")
    action = "answer" if kind == "answer" else "request"
    yes = await confirm_button(desk, _p("button", "Send"), action, f"{kind}:{nonce}", style="primary")
    await say(join(lines), [[yes, dismiss_button(_p("button", "Do not send"), "request")]])


async def ask_again(message: Message, say: Say) -> None:
    await say(_("Please answer with text, or cancel."), [[go(_p("button", "Cancel"), "cancel")]])


async def send(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, token: str) -> None:
    account = await desk.open_account()
    kind, data = await _take(desk, state, "request", token)

    def open_case(tx: Tx) -> cases.Case:
        right = _RIGHTS.get(kind, Right.QUESTION)
        return cases.open_case(tx, account, right, text=data["text"], about=data.get("about", ""))

    case = await desk(open_case)
    lines = [
        _("Thank you. Case {ref} is open; this is its acknowledgement.", ref=case.id),
        _("You get an answer here by {date}.", date=moment(case.target_due, desk.zone)),
    ]
    await say(join(lines), [[go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]])


async def ask_for_answer(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, of: str) -> None:
    account = await desk.open_account()
    case = await desk(cases.get_for, account.id, of)
    if case.status != Status.WAITING:
        await say(_("Case {ref} is not waiting for an answer.", ref=case.id), [[go(_p("button", "My requests"), "status")]])
        return
    await state.set_state(Writing.text)
    await state.set_data({"to": "answer", "about": case.id})
    lines: list[Line | Html] = [_("Case {ref} asks you:", ref=case.id), verbatim((case.details or {}).get("question", "…"))]
    lines.append(_("Write your answer in one message. You see it again before it is sent."))
    await say(join(lines), [[go(_p("button", "Cancel"), "cancel")]])


async def send_answer(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext, token: str) -> None:
    account = await desk.open_account()
    _kind, data = await _take(desk, state, "answer", token)
    ref = data["about"]

    def give(tx: Tx) -> cases.Case:
        return cases.answer(tx, cases.get_for(tx, account.id, ref), data["text"])

    case = await desk(give)
    text = _("Thank you, your answer is with case {ref}. It is due by {date}.", ref=ref, date=moment(case.target_due, desk.zone))
    await say(text, [[go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]])


async def _take(desk: Desk, state: FSMContext, action: str, token: str) -> tuple[str, dict[str, Any]]:
    """What the tapped button was shown for. ConfirmationExpiredError when it was stopped or written anew since."""
    kind, _colon, nonce = (await redeem(desk, action, token)).partition(":")
    data = await state.get_data()
    if not data.get("text") or data.get("nonce") != nonce:
        raise ConfirmationExpiredError
    await state.clear()
    return kind, data


def _new_nonce(tx: Tx) -> str:
    return new_id(tx.random)


async def _ask(desk: Desk, say: Say, state: FSMContext, to: str, of: str) -> None:
    await desk.open_account()
    await state.set_state(Writing.text)
    await state.set_data({"to": to, "about": of})
    await say(_question(to), [[go(_p("button", "Cancel"), "cancel")]])


def _question(to: str) -> Line:
    match to:
        case "rectify_other":
            return _("What is wrong, and what is right? Write it in one message. You see it again before it is sent.")
        case "object":
            return _("Which automated decision do you object to, and why, if you want to say so? A person will look at it. Write it in one message.")
        case "escalate":
            return _("What should the data protection officer know? Write it in one message. You see it again before it is sent.")
        case _:
            return _("Write your question in one message. A person of the privacy team answers here. You see it again before it is sent.")
