"""/start → (deep link?) → welcome → menu"""

from __future__ import annotations

from collections.abc import Sequence

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.core import accounts, deletion
from bot.core.errors import AccountClosedError
from bot.core.ports import Tx
from bot.telegram.answers import answer_keyboard, policy_of, short_answer
from bot.telegram.desk import Desk
from bot.telegram.errors import words_for
from bot.telegram.filters import Private, To
from bot.telegram.keyboards import Button, go
from bot.telegram.outbox import unblock
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join

LEADS_TO = frozenset(
    {"menu", "privacy", "training", "export", "history", "clear", "delete", "status", "rights", "settings", "language",
     "forgetme", "human", "restrict"}
)  # fmt: skip
"""Flows that a link from a group may open with one more tap."""


def create_router() -> Router:
    router = Router(name="start")
    router.message.register(start, Private(), Command("start"))
    router.callback_query.register(start_by_button, Private(), To("start"))
    router.message.register(show_menu, Private(), Command("menu"))
    router.callback_query.register(show_menu_by_button, Private(), To("menu"))
    return router


async def start(message: Message, command: CommandObject, desk: Desk, say: Say, state: FSMContext) -> None:
    await state.clear()
    await desk(unblock, desk.lane)
    payload = command.args or ""
    if payload.startswith("link-"):
        await desk(accounts.link_telegram, desk.user_id, payload.removeprefix("link-"))
        await say(_("Your account is now linked to this chat."), _menu_buttons())
        return
    new = await _meet(desk)
    topic = policy_of(desk).topics.get(payload.removeprefix("topic-").replace("-", "_"))
    if payload.startswith("topic-") and topic:
        await say(await short_answer(desk, topic), await answer_keyboard(desk, topic, full=False, asked=False))
        return
    wanted = payload.removeprefix("to-")
    if payload.startswith("to-") and wanted in LEADS_TO:
        await _say_with_menu(desk, say, _welcome(desk, new=new), [[go(_p("button", "Continue"), wanted)]])
        return
    await _say_with_menu(desk, say, _welcome(desk, new=new))


async def start_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    new = await _meet(desk)
    await _say_with_menu(desk, say, _welcome(desk, new=new))


async def show_menu(message: Message, desk: Desk, say: Say, state: FSMContext) -> None:
    await state.clear()
    await _say_with_menu(desk, say, _menu_text())


async def show_menu_by_button(query: CallbackQuery, desk: Desk, say: Say, state: FSMContext) -> None:
    await state.clear()
    await _say_with_menu(desk, say, _menu_text())


async def _say_with_menu(desk: Desk, say: Say, text: Line | Html, first: Sequence[list[Button]] = ()) -> None:
    """While a deletion is under way that comes first: whoever opens the menu in a fright finds the way back at once."""
    closing = await desk(deletion.running, desk.subject) if desk.found else None
    if closing is None or not closing.grace_until:
        await say(text, [*first, *_menu_buttons()])
        return
    closed, back = words_for(AccountClosedError(closing.grace_until, closing.id), desk.zone)
    await say(join([closed, text]), [*back, *first, *_menu_buttons()])


async def _meet(desk: Desk) -> bool:
    """Whether the person is new here."""

    def meet(tx: Tx) -> tuple[accounts.Account, bool]:
        return accounts.open_for_telegram(tx, desk.user_id, locale=desk.locale)

    desk.found, new = await desk(meet)
    return new


def _welcome(desk: Desk, *, new: bool) -> Html:
    policy = policy_of(desk)
    lines: list[Line | Html] = [
        _("Hello! I am the privacy desk of {service}.", service=policy.service),
        _(
            "Ask me anything about your data in your own words, for example “do you train on my chats?”. I answer from the published policy. And what you decide, I do: stop training, export, clear, delete."
        ),
    ]
    if new:
        lines.append(_("What I store about you, and for how long: /privacy"))
    return join(lines)


def _menu_text() -> Line:
    return _("What would you like to do? You can also just ask.")


def _menu_buttons() -> list[list[Button]]:
    return [
        [go(_p("button", "❓ Topics"), "faq"), go(_p("button", "🛡 My rights"), "rights")],
        [go(_p("button", "🧠 AI training"), "training"), go(_p("button", "📦 Export"), "export")],
        [go(_p("button", "💬 Conversations"), "history"), go(_p("button", "📋 My requests"), "status")],
        [go(_p("button", "⚙️ Settings"), "settings"), go(_p("button", "🗑 Delete account"), "delete")],
    ]
