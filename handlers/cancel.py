"""/cancel, its word, or a button that turns something down → nothing happens, and that is said"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.telegram.filters import Dismissing, Private, To
from bot.telegram.keyboards import Button, go
from bot.telegram.say import Say
from bot.telegram.texts import _, _p


class SaysCancel(Filter):
    """What stands on the button, typed in the middle of a step: who writes “cancel” where a password is wanted means no password."""

    async def __call__(self, event: Message, raw_state: str | None = None) -> bool:
        if raw_state is None:
            return False
        typed = (event.text or "").strip(" .!").casefold()
        return typed in ("cancel", _p("button", "Cancel").plain.casefold())


def create_router() -> Router:
    router = Router(name="cancel")
    router.message.register(cancel, Private(), Command("cancel"))
    router.message.register(cancel, Private(), SaysCancel())
    router.callback_query.register(cancel_by_button, Private(), To("cancel"))
    router.callback_query.register(dismiss, Private(), Dismissing())
    return router


async def cancel(message: Message, say: Say, state: FSMContext) -> None:
    under_way = await state.get_state()
    await state.clear()
    if under_way:
        await say(_("Stopped. Nothing was changed."), _buttons())
    else:
        await say(_("There is nothing to stop. Nothing was changed."), _buttons())


async def cancel_by_button(query: CallbackQuery, say: Say, state: FSMContext) -> None:
    await state.clear()
    await say(_("Stopped. Nothing was changed."), _buttons())


async def dismiss(query: CallbackQuery, say: Say, state: FSMContext, action: str) -> None:
    await state.clear()
    if action == "delete":
        await say(_("Your account stays as it is."), _buttons())
    else:
        await say(_("All right, nothing was changed."), _buttons())


def _buttons() -> list[list[Button]]:
    return [[go(_p("button", "Menu"), "menu")]]
