"""reveal identity → why → yes → it goes to that member in private, never to the group; the person sees role and reason"""

from __future__ import annotations

from aiogram import Router
from aiogram.methods import SendChatAction
from aiogram.types import CallbackQuery

from bot.core.staff import Permission
from bot.core.support import revealing
from bot.telegram.desk import Desk
from bot.telegram.keyboards import rows
from bot.telegram.say import Say
from bot.telegram.team import words
from bot.telegram.team.confirming import cancel, confirm_tap, redeem_tap
from bot.telegram.team.here import InTeamGroup, Tapped, member, require, tap
from bot.telegram.texts import _, _p
from bot.telegram.wire import WireError, wire_of


def create_router() -> Router:
    router = Router(name="team.revealing")
    router.callback_query.register(ask_why, InTeamGroup(), Tapped("reveal"))
    router.callback_query.register(ask_if_sure, InTeamGroup(), Tapped("reveal_for"))
    router.callback_query.register(reveal, InTeamGroup(), Tapped("reveal_yes"))
    return router


async def ask_why(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await desk(revealing.require_known, await member(desk), ref)
    buttons = [tap(words.reveal_reason(why.value), "reveal_for", ref, why.value) for why in revealing.REASONS]
    # Translators: to the privacy team.
    text = _("Why do you have to know who the person of case {ref} is? They can see your role and the reason.", ref=ref)
    await say(text, [*rows(buttons), [cancel()]], new=True)


async def ask_if_sure(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await desk(revealing.require_known, await member(desk), ref)
    yes = await confirm_tap(desk, who, _p("button", "Show it to me"), "reveal_yes", ref, of, style="danger")
    # Translators: to the privacy team. {why} is a reason such as "Legal claim or duty".
    text = _("Reason: {why}. Who the person is goes to you alone, in our private chat, and is on record for the person too.", why=words.reveal_reason(of))
    await say(text, [[yes, cancel()]])


async def reveal(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.REVEAL, ref)
    why = await redeem_tap(desk, who, "reveal_yes", ref, of)
    if not desk.slow("reachable", lambda: _is_reachable(desk)):
        # Translators: to the privacy team.
        await say(_("I cannot write to you in private, so nothing was shown. Open a chat with me, press Start, and try again."))
        return
    await desk(revealing.reveal, who, ref, why)
    await say.freeze()
    # Translators: a short answer to a tap of somebody of the privacy team.
    await say.toast(_("I have sent it to you in private."))


def _is_reachable(desk: Desk) -> bool:
    """Whether Telegram lets us write to whoever tapped: asked before anything personal is on its way."""
    try:
        return wire_of(desk).call(SendChatAction(chat_id=desk.user_id, action="typing"))
    except WireError:
        return False
