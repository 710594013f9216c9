"""what is sold (nothing) → opt out of sales all the same → on record (CCPA §1798.115, §1798.120)"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core import cases, consents
from bot.core.accounts import Account
from bot.core.cases import Right, Step
from bot.core.consents import Purpose
from bot.core.ports import Tx
from bot.telegram.answers import policy_of
from bot.telegram.confirm import confirm_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.formats import day
from bot.telegram.keyboards import go
from bot.telegram.say import Say
from bot.telegram.texts import Html, Line, _, _p, join


def create_router() -> Router:
    router = Router(name="sale")
    router.callback_query.register(show, Private(), To("do_not_sell"))
    router.callback_query.register(opt_out, Private(), Confirming("no_sale"))
    return router


async def show(query: CallbackQuery, desk: Desk, say: Say) -> None:
    account = await desk.open_account()
    state = await desk(consents.state, account.id, Purpose.SALE)
    service = policy_of(desk).service
    lines: list[Line | Html] = [
        _("Disclosure: according to the policy, {service} sells none of your data. There is no category, no buyer and no price to name.", service=service)
    ]
    menu = [go(_p("button", "Menu"), "menu")]
    if state.since:
        lines.append(_("Your opt-out of any future sale is on record since {date}.", date=day(state.since, desk.zone)))
        await say(join(lines), [menu])
        return
    lines.append(_("You can still put on record that you opt out of any hypothetical future sale."))
    yes = await confirm_button(desk, _p("button", "Opt out of sales"), "no_sale", style="primary")
    await say(join(lines), [[yes], menu])


async def opt_out(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "no_sale", token)
    ref = await desk(_record, account, desk.locale)
    await say(
        _("Done: your opt-out of sales is on record (case {ref}). It counts from now on.", ref=ref),
        [[go(_p("button", "Menu"), "menu")]],
    )


def _record(tx: Tx, account: Account, locale: str) -> str:
    case = cases.open_case(tx, account, Right.DO_NOT_SELL)
    consents.withdraw(tx, account.id, Purpose.SALE, locale=locale)
    return cases.move(tx, case, Step.FINISH).id
