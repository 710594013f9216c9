"""a case's card → claim | release | assign → to whom | escalate
done | reopen → what the person will read → yes → they are told
"""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.core.staff import Permission
from bot.core.support import working
from bot.telegram.desk import Desk
from bot.telegram.keyboards import rows
from bot.telegram.say import Say
from bot.telegram.team.as_read import as_read
from bot.telegram.team.confirming import cancel, confirm_tap, redeem_tap
from bot.telegram.team.here import InTeamGroup, Tapped, member, require, tap
from bot.telegram.texts import Html, Line, _, _p, join


def create_router() -> Router:
    router = Router(name="team.cases")
    router.callback_query.register(claim, InTeamGroup(), Tapped("claim"))
    router.callback_query.register(release, InTeamGroup(), Tapped("release"))
    router.callback_query.register(ask_to_whom, InTeamGroup(), Tapped("assign"))
    router.callback_query.register(assign, InTeamGroup(), Tapped("assign_to"))
    router.callback_query.register(escalate, InTeamGroup(), Tapped("escalate"))
    router.callback_query.register(ask_if_done, InTeamGroup(), Tapped("done"))
    router.callback_query.register(finish, InTeamGroup(), Tapped("done_yes"))
    router.callback_query.register(ask_if_reopened, InTeamGroup(), Tapped("reopen"))
    router.callback_query.register(reopen, InTeamGroup(), Tapped("reopen_yes"))
    return router


async def claim(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await desk(working.claim, await member(desk), ref)
    # Translators: a short answer to a tap of somebody of the privacy team.
    await say.toast(_("You work on case {ref} now.", ref=ref))


async def release(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await desk(working.release, await member(desk), ref)
    # Translators: a short answer to a tap of somebody of the privacy team.
    await say.toast(_("Nobody works on case {ref} now.", ref=ref))


async def ask_to_whom(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await require(desk, Permission.ASSIGN, ref)
    people = await desk(working.colleagues)
    # Translators: a button with a colleague of the privacy team; short.
    buttons = [tap(_p("button", "Team member {number}", number=each.number), "assign_to", ref, str(each.number)) for each in people]
    # Translators: to the privacy team. /team is a command that shows who has which number.
    text = _("Who works on case {ref}? /team shows who has which number.", ref=ref)
    await say(text, [*rows(buttons, 2), [cancel()]], new=True)


async def assign(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    number = int(of) if of.isdigit() else 0
    await desk(working.assign, await member(desk), ref, number)
    # Translators: to the privacy team. {number} is the number of a colleague.
    await say(_("Team member {number} works on case {ref} now.", number=number, ref=ref))


async def escalate(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await desk(working.escalate, await member(desk), ref)
    # Translators: a short answer to a tap of somebody of the privacy team.
    await say.toast(_("Case {ref} is with the data protection officer.", ref=ref))


async def ask_if_done(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    planned = await desk(working.plan_finish, await member(desk), ref)
    yes = await confirm_tap(desk, planned.by, _p("button", "Yes, done"), "done_yes", ref, style="success")
    # Translators: to the privacy team; below it stands a message in the person's language.
    lines: list[Line | Html] = [_("Close case {ref} as done? The person reads:", ref=ref), await desk(as_read, planned)]
    await say(join(lines), [[yes, cancel()]], new=True)


async def finish(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.WORK, ref)
    await redeem_tap(desk, who, "done_yes", ref, of)
    await desk(working.finish, who, ref)
    # Translators: in the privacy team's group. {number} is the number of a colleague.
    await say(_("Case {ref} is done, says team member {number}.", ref=ref, number=who.number))


async def ask_if_reopened(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    planned = await desk(working.plan_reopen, await member(desk), ref)
    yes = await confirm_tap(desk, planned.by, _p("button", "Yes, reopen"), "reopen_yes", ref, style="primary")
    # Translators: to the privacy team; below it stands a message in the person's language.
    heading = _("Open case {ref} again? Its dates begin anew. The person reads:", ref=ref)
    lines: list[Line | Html] = [heading, await desk(as_read, planned)]
    await say(join(lines), [[yes, cancel()]], new=True)


async def reopen(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.WORK, ref)
    await redeem_tap(desk, who, "reopen_yes", ref, of)
    await desk(working.reopen, who, ref)
    # Translators: in the privacy team's group. {number} is the number of a colleague.
    await say(_("Case {ref} was opened again by team member {number}.", ref=ref, number=who.number))
