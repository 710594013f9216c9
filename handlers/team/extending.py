"""extend → why → what the person will read, with the new date → yes → the date is moved and they are told (GDPR Art. 12(3))"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core.staff import Permission
from bot.core.support import working
from bot.telegram.desk import Desk
from bot.telegram.formats import moment
from bot.telegram.keyboards import rows
from bot.telegram.say import Say
from bot.telegram.team import words
from bot.telegram.team.as_read import as_read
from bot.telegram.team.confirming import cancel, confirm_tap, redeem_tap
from bot.telegram.team.here import InTeamGroup, Tapped, member, require, tap
from bot.telegram.texts import Html, Line, _, _p, join

_REASONS = ("complex", "volume", "identity")


def create_router() -> Router:
    router = Router(name="team.extending")
    router.callback_query.register(ask_why, InTeamGroup(), Tapped("extend"))
    router.callback_query.register(preview, InTeamGroup(), Tapped("extend_for"))
    router.callback_query.register(extend, InTeamGroup(), Tapped("extend_yes"))
    return router


async def ask_why(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await desk(working.plan_extension, await member(desk), ref, _REASONS[0])  # where none is possible, that is said now
    buttons = [tap(words.delay_reason(reason), "extend_for", ref, reason) for reason in _REASONS]
    # Translators: to the privacy team, before the date of a case is moved.
    text = _("Why does case {ref} take longer? The person is told the reason. This is possible once.", ref=ref)
    await say(text, [*rows(buttons), [cancel()]], new=True)


async def preview(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    planned = await desk(working.plan_extension, await member(desk), ref, of)
    yes = await confirm_tap(desk, planned.by, _p("button", "Tell them"), "extend_yes", ref, of, style="primary")
    # Translators: to the privacy team; below it stands a message in the person's language.
    lines: list[Line | Html] = [_("Move the date of case {ref}? The person reads:", ref=ref), await desk(as_read, planned)]
    await say(join(lines), [[yes, cancel()]])


async def extend(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.WORK, ref)
    reason = await redeem_tap(desk, who, "extend_yes", ref, of)
    case = await desk(working.extend, who, ref, reason)
    # Translators: in the privacy team's group.
    await say(_("Case {ref} is due by {date} now, and the person was told why.", ref=ref, date=moment(case.target_due)))
