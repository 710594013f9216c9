"""/ban, /unban [REF] → why → what the person will read → confirm → done, and told to the person

The person keeps every right (bot/telegram/plain.py). In the topic of a case its reference may be left out.
"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.core.errors import NotFoundError
from bot.core.ids import read_reference
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import bans, queue
from bot.telegram.answers import policy_of
from bot.telegram.desk import Desk
from bot.telegram.keyboards import rows
from bot.telegram.regions import Regions, rights_engine
from bot.telegram.say import Say
from bot.telegram.team.as_read import notice_as_read
from bot.telegram.team.confirming import cancel, confirm_tap, redeem_tap
from bot.telegram.team.here import InTeamGroup, Tapped, member, require, room_of, tap, which_case
from bot.telegram.texts import Html, Line, _, _p, join, policy_text


def create_router() -> Router:
    router = Router(name="team.bans")
    router.message.register(ask_why, InTeamGroup(), Command("ban", "unban"))
    router.callback_query.register(preview, InTeamGroup(), Tapped("ban_for", "unban_for"))
    router.callback_query.register(ban, InTeamGroup(), Tapped("ban"))
    router.callback_query.register(unban, InTeamGroup(), Tapped("unban"))
    return router


async def ask_why(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    room = None if command.args else await room_of(message, desk)
    if room is None and not command.args:
        await require(desk, Permission.BAN)
        await say.reply(which_case(command.command))
        return
    ref = room.id if room else str(read_reference(command.args or ""))
    await require(desk, Permission.BAN, ref)
    if not desk.slow("case", lambda: _is_somewhere(desk, ref)):
        raise NotFoundError("team_case")
    lift = command.command == "unban"
    policy = policy_of(desk)
    reasons = policy.unban_reasons if lift else policy.ban_reasons
    buttons = [tap(policy_text(reason.label, policy.values()), f"{command.command}_for", ref, reason.id) for reason in reasons.values()]
    await say(_why(ref, lift=lift), [*rows(buttons), [cancel()]])


async def preview(query: CallbackQuery, desk: Desk, say: Say, do: str, ref: str, of: str) -> None:
    lift = do == "unban_for"
    by = await member(desk)

    def look(tx: Tx) -> tuple[Member, Html]:
        who, case = bans.may(tx, by, ref, lift=lift)
        return who, notice_as_read(tx, case.subject, "unbanned" if lift else "banned", bans.told(tx, of, lift=lift))

    who, said = await desk(look)
    label = _p("button", "Lift the ban") if lift else _p("button", "Ban them")
    yes = await confirm_tap(desk, who, label, "unban" if lift else "ban", ref, of, style="success" if lift else "danger")
    await say(join([_ask(ref, lift=lift), said]), [[yes, cancel()]])


async def ban(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.BAN, ref)
    await desk(bans.ban, who, ref, await redeem_tap(desk, who, "ban", ref, of))
    # Translators: in the privacy team's group. {number} is the number of a colleague, {ref} a case reference.
    await say(_("Team member {number} banned the person of case {ref}. They were told why; their rights stay.", number=who.number, ref=ref))


async def unban(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    who = await require(desk, Permission.BAN, ref)
    await desk(bans.unban, who, ref, await redeem_tap(desk, who, "unban", ref, of))
    # Translators: in the privacy team's group. {number} is the number of a colleague, {ref} a case reference.
    await say(_("Team member {number} lifted the ban of the person of case {ref}. They were told why.", number=who.number, ref=ref))


def _is_somewhere(desk: Desk, ref: str) -> bool:
    """A reference that is typed with other letters is not brought to its region; the buttons here are."""
    regions: Regions = desk.services["regions"]
    return any(rights_engine(regions, name).read(lambda tx: queue.find(tx, ref)) for name in regions.used())


def _why(ref: str, *, lift: bool) -> Line:
    if lift:
        # Translators: to the privacy team, above a list of reasons. {ref} is a case reference.
        return _("Why may the person of case {ref} ask and write again? You see what they read before anything happens.", ref=ref)
    # Translators: to the privacy team, above a list of reasons. {ref} is a case reference.
    return _("Why is the person of case {ref} banned? Their rights stay, asking and writing ends. You see what they read before anything happens.", ref=ref)


def _ask(ref: str, *, lift: bool) -> Line:
    if lift:
        # Translators: to the privacy team; below it stands a message in the person's language. {ref} is a case reference.
        return _("Lift the ban of the person of case {ref}? They read:", ref=ref)
    # Translators: to the privacy team; below it stands a message in the person's language. {ref} is a case reference.
    return _("Ban the person of case {ref}? They read:", ref=ref)
