"""/forgetme → confirm → what this bot holds about you is erased

An account that came from the service is unlinked and stays there; one that the bot made at /start is erased whole. An account
that holds conversations goes through /delete, with its days to take it back.
"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core import forgetting
from bot.telegram.answers import policy_of
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.keyboards import go
from bot.telegram.notices import clear_the_chat, forgotten
from bot.telegram.say import Say
from bot.telegram.texts import _, _n, _p, join


def create_router() -> Router:
    router = Router(name="forget")
    router.message.register(ask, Private(), Command("forgetme"))
    router.callback_query.register(ask_by_button, Private(), To("forgetme"))
    router.callback_query.register(forget, Private(), Confirming("forget"))
    return router


async def ask(message: Message, desk: Desk, say: Say) -> None:
    await _ask(desk, say)


async def ask_by_button(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _ask(desk, say)


async def forget(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "forget", token)
    way = await desk(forgetting.forget, account, desk.user_id)
    desk.found = None
    if way is forgetting.Way.ERASE:
        await say(_("I have begun to erase what this bot holds about you. I write once more when all of it is gone and that was checked: usually within moments."))
        return
    await say(join([forgotten(), clear_the_chat()]))


async def _ask(desk: Desk, say: Say) -> None:
    if desk.found is None:
        await say(_("This bot holds nothing about you."))
        return
    account = await desk.open_account()
    way = await desk(forgetting.way, account)
    menu = go(_p("button", "Menu"), "menu")
    if way is forgetting.Way.DELETE_FIRST:
        await say(
            _n(
                "Your account holds conversations. Please delete the account: it is closed at once, for {n} day you can take that back, and then everything goes, here too.",
                "Your account holds conversations. Please delete the account: it is closed at once, for {n} days you can take that back, and then everything goes, here too.",
                policy_of(desk).span("grace").amount,
            ),
            [[go(_p("button", "Delete my account"), "delete"), menu]],
        )
        return
    text = (
        _("I erase what this bot holds: the link to your account, your buttons and drafts, and messages still on their way. Your account itself stays with the service. This cannot be undone.")
        if way is forgetting.Way.UNLINK
        else _("I erase what this bot holds: your account here, your settings, your consents and your requests. This happens at once and cannot be undone.")
    )
    yes = await confirm_button(desk, _p("button", "Erase it"), "forget", style="danger")
    await say(text, [[yes, dismiss_button(_p("button", "Keep it"), "forget")]])
