"""restrict processing → confirm → restricted; lift it the same way (GDPR Art. 18)"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.core import restriction
from bot.core.ports import Tx
from bot.telegram.confirm import confirm_button, dismiss_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.keyboards import go
from bot.telegram.say import Say
from bot.telegram.texts import _, _p, join


def create_router() -> Router:
    router = Router(name="restrict")
    router.message.register(show_by_command, Private(), Command("restrict"))
    router.callback_query.register(show, Private(), To("restrict"))
    router.callback_query.register(restrict, Private(), Confirming("restrict"))
    router.callback_query.register(lift, Private(), Confirming("unrestrict"))
    return router


async def show_by_command(message: Message, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def show(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await _show(desk, say)


async def restrict(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "restrict", token)
    case = await desk(restriction.restrict, account)
    lines = [
        _("Done. Processing of your data is restricted from now on (case {ref}).", ref=case.id),
        _("It is kept, but used for nothing else: not for training, not for the service. You can still read, export and delete it."),
    ]
    await say(join(lines), [[go(_p("button", "Menu"), "menu")]])


async def lift(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    await redeem(desk, "unrestrict", token)
    await desk(restriction.lift, account)
    await say(_("The restriction is lifted."), [[go(_p("button", "Menu"), "menu")]])


async def _show(desk: Desk, say: Say) -> None:
    account = await desk.open_account()

    def is_restricted(tx: Tx) -> bool:
        return tx.keys.is_restricted(account.id)

    if await desk(is_restricted):
        yes = await confirm_button(desk, _p("button", "Lift the restriction"), "unrestrict")
        await say(
            _("Processing of your data is restricted. Do you want to lift that?"),
            [[yes], [dismiss_button(_p("button", "No, leave it"), "restrict")]],
        )
        return
    lines = [
        _("While processing is restricted, your data is kept but used for nothing else. You can still read, export and delete it."),
        _("You can lift the restriction yourself at any time."),
    ]
    yes = await confirm_button(desk, _p("button", "Restrict now"), "restrict", style="primary")
    await say(join(lines), [[yes, dismiss_button(_p("button", "Not now"), "restrict")]])
