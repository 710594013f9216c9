"""An export too large for the chat → a link that works once, or (confirmed) all parts in the chat"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core import exports
from bot.core.exports import Package
from bot.telegram.confirm import confirm_button, redeem
from bot.telegram.desk import Desk
from bot.telegram.downloads import download_path
from bot.telegram.filters import Confirming, Private, To
from bot.telegram.formats import moment
from bot.telegram.keyboards import Button, go
from bot.telegram.say import Say
from bot.telegram.texts import _, _n, _p


def create_router() -> Router:
    router = Router(name="download")
    router.callback_query.register(give_link, Private(), To("export_link"))
    router.callback_query.register(ask_for_parts, Private(), To("export_parts"))
    router.callback_query.register(send_parts, Private(), Confirming("export_parts"))
    return router


async def give_link(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    package = await desk(exports.ready_of, account.id, of)
    address = desk.services["settings"].download_address
    if address is None:
        await _offer_parts(desk, say, package)
        return
    token, until = await desk(exports.links.issue, account.id, package.id)
    text = _(
        "Here is your link. It works once, until {until}, and an earlier one works no more. Open it where you want to keep the file. Whoever has the link can use it: please do not pass it on.",
        until=moment(until, desk.zone),
    )
    url = address + download_path(desk.services["region"], token)
    await say(text, [[Button(_p("button", "Download"), url=url)], [_menu()]], new=True, protect=True)


async def ask_for_parts(query: CallbackQuery, desk: Desk, say: Say, of: str) -> None:
    account = await desk.open_account()
    await _offer_parts(desk, say, await desk(exports.ready_of, account.id, of))


async def send_parts(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    account = await desk.open_account()
    package = await redeem(desk, "export_parts", token)
    await desk(exports.get_ready, account.id, package)
    await say(_("On its way."), [[_menu()]])
    await desk(exports.send_again, account.id, package)


async def _offer_parts(desk: Desk, say: Say, package: Package) -> None:
    text = _n(
        "I send {n} file. Put it into a folder to open it.",
        "I send {n} files, one after the other. Put all of them into one folder and join them to open your export; a program such as 7-Zip does it.",
        package.parts,
    )
    yes = await confirm_button(desk, _p("button", "Send it in parts"), "export_parts", package.id, style="primary")
    await say(text, [[yes], [_menu()]], new=True)


def _menu() -> Button:
    return go(_p("button", "Menu"), "menu")
