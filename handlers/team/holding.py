"""/hold REF, or the card → a ground → propose → a second person agrees (four_eyes) → nothing of that person is erased
/lift REF, or the card → propose → a second person agrees → an erasure that waited goes on
"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.core.ids import read_reference
from bot.core.staff import Permission
from bot.core.support import holding
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.keyboards import rows
from bot.telegram.say import Say
from bot.telegram.team.confirming import cancel, confirm_tap, redeem_tap
from bot.telegram.team.here import InTeamGroup, Tapped, member, require, room_of, tap, which_case
from bot.telegram.texts import _, _p, policy_text


def create_router() -> Router:
    router = Router(name="team.holding")
    router.message.register(hold_by_command, InTeamGroup(), Command("hold"))
    router.message.register(lift_by_command, InTeamGroup(), Command("lift"))
    router.callback_query.register(ask_why, InTeamGroup(), Tapped("hold"))
    router.callback_query.register(ask_if_held, InTeamGroup(), Tapped("hold_for"))
    router.callback_query.register(propose_hold, InTeamGroup(), Tapped("hold_yes"))
    router.callback_query.register(ask_if_lifted, InTeamGroup(), Tapped("lift"))
    router.callback_query.register(propose_lift, InTeamGroup(), Tapped("lift_yes"))
    return router


async def hold_by_command(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    ref = await _reference(message, command, desk, say)
    if ref:
        await _ask_why(desk, say, ref)


async def lift_by_command(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    ref = await _reference(message, command, desk, say)
    if ref:
        await _ask_if_lifted(desk, say, ref)


async def ask_why(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await _ask_why(desk, say, ref)


async def ask_if_held(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.PROPOSE, ref)
    ground = policy_of(desk).refusals.holds.get(of)
    title = policy_text(ground.title, policy_of(desk).values()) if ground else of
    yes = await confirm_tap(desk, who, _p("button", "Propose it"), "hold_yes", ref, of, style="danger")
    # Translators: to the privacy team. {reason} is e.g. "Legal claims".
    text = _("Keep everything of the person of case {ref}, also what they asked to erase? Ground: {reason}. A second person has to agree.", ref=ref, reason=title)
    await say(text, [[yes, cancel()]])


async def propose_hold(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.PROPOSE, ref)
    ground = await redeem_tap(desk, who, "hold_yes", ref, of)
    await desk(holding.propose, who, ref, ground)
    # Translators: in the privacy team's group. {number} is the number of a colleague.
    await say(_("Team member {number} proposes a legal hold for case {ref}.", number=who.number, ref=ref))


async def ask_if_lifted(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    await _ask_if_lifted(desk, say, ref)


async def propose_lift(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.PROPOSE, ref)
    await redeem_tap(desk, who, "lift_yes", ref, of)
    await desk(holding.propose_lift, who, ref)
    # Translators: in the privacy team's group. {number} is the number of a colleague.
    await say(_("Team member {number} proposes to lift the legal hold for case {ref}.", number=who.number, ref=ref))


async def _ask_why(desk: Desk, say: Say, ref: str) -> None:
    await desk(holding.require_unheld, await member(desk), ref)
    policy = policy_of(desk)
    grounds = [tap(policy_text(ground.title, policy.values()), "hold_for", ref, ground.id) for ground in policy.refusals.holds.values()]
    # Translators: to the privacy team, above a list of grounds.
    text = _("Why must everything of the person of case {ref} be kept?", ref=ref)
    await say(text, [*rows(grounds), [cancel()]], new=True)


async def _ask_if_lifted(desk: Desk, say: Say, ref: str) -> None:
    who = await member(desk)
    await desk(holding.require_held, who, ref)
    who = await require(desk, Permission.PROPOSE, ref)
    yes = await confirm_tap(desk, who, _p("button", "Propose it"), "lift_yes", ref, style="danger")
    # Translators: to the privacy team.
    text = _("Lift the legal hold for the person of case {ref}? An erasure that it stopped goes on then. A second person has to agree.", ref=ref)
    await say(text, [[yes, cancel()]], new=True)


async def _reference(message: Message, command: CommandObject, desk: Desk, say: Say) -> str:
    """What was typed, or the case in whose room it was; where there is neither, it is asked for."""
    if command.args:
        return str(read_reference(command.args))
    room = await room_of(message, desk)
    if room is None:
        await require(desk, Permission.PROPOSE)
        await say.reply(which_case(command.command))
        return ""
    return room.id
