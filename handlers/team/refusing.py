"""refuse → a reason of the law → what the person will read, with their remedies → propose → a second person agrees (four_eyes)"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core.staff import Permission
from bot.core.support import refusing
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.keyboards import rows
from bot.telegram.say import Say
from bot.telegram.team.as_read import as_read
from bot.telegram.team.confirming import cancel, confirm_tap, redeem_tap
from bot.telegram.team.here import InTeamGroup, Tapped, member, require, tap
from bot.telegram.texts import Html, Line, _, _p, join, policy_text


def create_router() -> Router:
    router = Router(name="team.refusing")
    router.callback_query.register(ask_why, InTeamGroup(), Tapped("refuse"))
    router.callback_query.register(preview, InTeamGroup(), Tapped("refuse_for"))
    router.callback_query.register(propose, InTeamGroup(), Tapped("refuse_yes"))
    return router


async def ask_why(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    reasons = await desk(refusing.reasons, await member(desk), ref)
    values = policy_of(desk).values()
    buttons = [tap(policy_text(reason.title, values), "refuse_for", ref, reason.id) for reason in reasons]
    # Translators: to the privacy team, above a list of reasons that the law knows.
    text = _("Why is case {ref} refused? You see what the person reads before anything happens.", ref=ref)
    await say(text, [*rows(buttons), [cancel()]], new=True)


async def preview(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    planned = await desk(refusing.plan, await member(desk), ref, of)
    yes = await confirm_tap(desk, planned.by, _p("button", "Propose it"), "refuse_yes", ref, of, style="danger")
    lines: list[Line | Html] = [
        # Translators: to the privacy team; below it stands a message in the person's language.
        _("Refuse case {ref}? A second person has to agree. Then the person reads:", ref=ref),
        await desk(as_read, planned),
    ]
    await say(join(lines), [[yes, cancel()]])


async def propose(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.PROPOSE, ref)
    reason = await redeem_tap(desk, who, "refuse_yes", ref, of)
    await desk(refusing.propose, who, ref, reason)
    # Translators: in the privacy team's group. {number} is the number of a colleague.
    await say(_("Team member {number} proposes to refuse case {ref}.", number=who.number, ref=ref))
