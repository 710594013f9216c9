"""where I live → pick one → rights and dates follow it. Asked, never guessed from the language."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core import accounts
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.keyboards import go, rows
from bot.telegram.say import Say
from bot.telegram.texts import _, _p, policy_text


def create_router() -> Router:
    router = Router(name="place")
    router.callback_query.register(ask, Private(), To("place"))
    router.callback_query.register(choose, Private(), To("live"))
    return router


async def ask(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await desk.open_account()
    policy = policy_of(desk)
    places = [
        go(policy_text(place.label, policy.values()), "live", place.id) for place in policy.jurisdictions.values()
    ]
    await say(
        _("Where do you live? It decides which law and which dates apply to you. I use it for nothing else."),
        [*rows(places), [go(_p("button", "Cancel"), "cancel")]],
    )


async def choose(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    await desk(accounts.set_jurisdiction, account.id, of)
    policy = policy_of(desk)
    await say(
        _("Noted: {place}.", place=policy_text(policy.jurisdictions[of].label, policy.values())),
        [[go(_p("button", "My rights"), "rights"), go(_p("button", "Menu"), "menu")]],
    )
