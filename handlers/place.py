"""where I live → pick one → rights and dates follow it. Asked, never guessed from the language.
my country → pick one → its supervisory authority by name
"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core import accounts
from bot.telegram.answers import policy_of
from bot.telegram.authorities import authority
from bot.telegram.desk import Desk
from bot.telegram.filters import Private, To
from bot.telegram.formats import country_name
from bot.telegram.keyboards import go, rows
from bot.telegram.say import Say
from bot.telegram.texts import _, _p, policy_text


def create_router() -> Router:
    router = Router(name="place")
    router.callback_query.register(ask, Private(), To("place"))
    router.callback_query.register(choose, Private(), To("live"))
    router.callback_query.register(ask_country, Private(), To("country"))
    router.callback_query.register(choose_country, Private(), To("country_is"))
    return router


async def ask(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await desk.open_account()
    policy = policy_of(desk)
    places = [
        go(policy_text(place.label, policy.values()), "live", place.id) for place in policy.jurisdictions.values()
    ]
    await say(
        _("Where do you live? It decides which law and which dates apply to you, and in which region your data is kept. I use it for nothing else."),
        [*rows(places), [go(_p("button", "Cancel"), "cancel")]],
    )


async def choose(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    await desk(accounts.set_jurisdiction, account.id, of)
    policy = policy_of(desk)
    place = policy.jurisdictions[of]
    country = [go(_p("button", "My country"), "country")] if place.by_country else []
    await say(
        _("Noted: {place}.", place=policy_text(place.label, policy.values())),
        [country, [go(_p("button", "My rights"), "rights"), go(_p("button", "Menu"), "menu")]],
    )


async def ask_country(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    """`of` is the case from which somebody came, if any: they go back to it."""
    countries = sorted(policy_of(desk).countries_of(desk.account.jurisdiction), key=country_name)
    buttons = [go(country_name(country), "country_is", f"{country}.{of}") for country in countries]
    text = _("Which country do you live in? It decides which supervisory authority is yours. I use it for nothing else.")
    await say(text, [*rows(buttons, 2), [go(_p("button", "Cancel"), "cancel")]])


async def choose_country(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    country, _dot, ref = of.partition(".")
    await desk(accounts.set_country, desk.account.id, country)
    text = _(
        "Noted: {country}. Your supervisory authority is {authority}.",
        country=country_name(country),
        authority=authority(policy_of(desk), desk.account.jurisdiction, country),
    )
    back = go(_p("button", "Back to the case"), "unhandled", ref) if ref else go(_p("button", "My rights"), "rights")
    await say(text, [[back, go(_p("button", "Menu"), "menu")]])
