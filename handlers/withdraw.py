"""an open request → withdraw it → confirm → closed, and what was begun for it is thrown away"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core import cases
from bot.telegram.case_words import right_name
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.keyboards import go
from bot.telegram.say import Say
from bot.telegram.texts import _, _p


def create_router() -> Router:
    router = Router(name="withdraw")
    router.callback_query.register(ask, Private(), To("withdraw"))
    router.callback_query.register(withdraw, Private(), Confirming("withdraw"))
    return router


async def ask(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    case = await desk(cases.get_for, account.id, of)
    if not cases.can_withdraw(case):
        await say(
            _("Case {ref} can no longer be withdrawn.", ref=case.id), [[go(_p("button", "My requests"), "status")]]
        )
        return
    yes = await confirm_button(desk, _p("button", "Withdraw it"), "withdraw", case.id, style="danger")
    text = _(
        "Withdraw case {ref} ({right})? Nothing more is done for it. You can make the same request again at any time.",
        ref=case.id,
        right=right_name(case.right),
    )
    await say(text, [[yes, dismiss_button(_p("button", "Keep it open"), "withdraw")]])


async def withdraw(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    ref = await redeem(desk, "withdraw", token)
    case = await desk(cases.withdraw, account.id, ref)
    await say(
        _("Case {ref} is withdrawn and closed.", ref=case.id),
        [[go(_p("button", "My requests"), "status"), go(_p("button", "Menu"), "menu")]],
    )
