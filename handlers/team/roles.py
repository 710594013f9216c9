"""/grant role, /revoke [role] → who, which role → confirm → done, on record; /team → who belongs to it, by number"""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.core import staff
from bot.core.ports import Tx
from bot.core.staff import Member, Permission, Role, whom
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming
from bot.telegram.keyboards import Button
from bot.telegram.say import Say
from bot.telegram.team.confirming import confirm_button, dismiss_button, redeem
from bot.telegram.team.here import Elsewhere, InTeamGroup, only_in_general, require
from bot.telegram.team.roles import Asked, known_roles, member_link, person_link, read, role_name, roles_of
from bot.telegram.texts import Html, Line, _, _n, _p, join

_ALL = "all"


def create_router() -> Router:
    router = Router(name="team.roles")
    router.message.register(go_home, InTeamGroup(), Elsewhere(), Command("grant", "revoke", "team"))
    router.message.register(ask_grant, InTeamGroup(), Command("grant"))
    router.callback_query.register(grant, InTeamGroup(), Confirming("team-grant"))
    router.message.register(ask_revoke, InTeamGroup(), Command("revoke"))
    router.callback_query.register(revoke, InTeamGroup(), Confirming("team-revoke"))
    router.message.register(show_team, InTeamGroup(), Command("team"))
    return router


async def ask_grant(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    owner = await require(desk, Permission.TEAM)
    asked = await desk(read, message, command.args or "")
    if asked.whom is None or asked.role is None or asked.unread:
        await say.reply(_how_to_grant(asked))
        return
    known = await desk(staff.find, asked.whom)
    if known is not None and asked.role in known.held:
        # Translators: {member} is “team member 3”, {role} a role such as agent.
        await say.reply(_("{member} has that role already: {role}.", member=member_link(known), role=role_name(asked.role)))
        return
    yes = await _confirmation(desk, owner, _p("button", "Give the role"), "team-grant", asked.whom, asked.role.value)
    # Translators: {person} is “team member 3” or “this person”, {role} a role such as agent.
    text = _("Give {person} the role: {role}?", person=_person(known, asked.whom), role=role_name(asked.role))
    await say.reply(text, [[yes, dismiss_button(_p("button", "Cancel"), "team-grant")]])


async def grant(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    owner = await require(desk, Permission.TEAM)
    telegram_id, role = await _confirmed(desk, owner, "team-grant", token)
    member = await desk(staff.grant, owner, telegram_id, Role(role))
    # Translators: {member} is “team member 3”, {roles} is a list of roles.
    lines: list[Line | Html] = [_("Done. {member} is now: {roles}.", member=member_link(member), roles=roles_of(member))]
    if not await desk(_has_met, member):
        lines.append(_("I can write to them in private only after they have opened a chat with me and pressed Start."))
        await say(join(lines), [[Button(_p("button", "Open private chat"), url=f"https://t.me/{desk.bot_name}?start=team")]])
        return
    await say(join(lines))


async def ask_revoke(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    owner = await require(desk, Permission.TEAM)
    asked = await desk(read, message, command.args or "")
    if asked.whom is None or asked.unread:
        await say.reply(_how_to_revoke(asked))
        return
    known = await desk(staff.find, asked.whom)
    if known is None or (asked.role is not None and asked.role not in known.held):
        await say.reply(_("This person does not have that role. /team shows who has which."))
        return
    what = asked.role.value if asked.role is not None else _ALL
    yes = await _confirmation(
        desk, owner, _p("button", "Take it away"), "team-revoke", asked.whom, what
    )
    named = role_name(asked.role).plain if asked.role is not None else roles_of(known)
    # Translators: {member} is “team member 3”, {roles} one or more roles.
    text = _("Take from {member}: {roles}? If no role is left in which they may work on cases, the cases they have become free.", member=member_link(known), roles=named)
    await say.reply(text, [[yes, dismiss_button(_p("button", "Cancel"), "team-revoke")]])


async def revoke(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    owner = await require(desk, Permission.TEAM)
    telegram_id, role = await _confirmed(desk, owner, "team-revoke", token)
    member = await desk(staff.revoke, owner, telegram_id, None if role == _ALL else Role(role))
    if member.roles:
        # Translators: {member} is “team member 3”, {roles} is a list of roles.
        await say(_("Done. {member} is still: {roles}.", member=member_link(member), roles=roles_of(member)))
    else:
        # Translators: {member} is “team member 3”.
        await say(_("Done. {member} does not belong to the team any more.", member=member_link(member)))


async def show_team(message: Message, desk: Desk, say: Say) -> None:
    await require(desk, Permission.SEE_TEAM)
    team = await desk(staff.team)
    # Translators: in a list of the privacy team: {member} is “team member 3”, {roles} is a list of roles.
    lines = [_("{member}: {roles}", member=member_link(each), roles=roles_of(each)) for each in team]
    head = _n("<b>The privacy team has {n} member.</b>", "<b>The privacy team has {n} members.</b>", len(team))
    await say.reply(join([head, *lines], "\n"))


async def go_home(message: Message, say: Say) -> None:
    await say.reply(only_in_general())


async def _confirmation(desk: Desk, owner: Member, label: Line, action: str, telegram_id: int, role: str) -> Button:
    kept = await desk(whom.keep, telegram_id)
    return await confirm_button(desk, owner, label, action, f"{kept}:{role}", style="primary")


async def _confirmed(desk: Desk, owner: Member, action: str, token: str) -> tuple[int, str]:
    kept, _colon, role = (await redeem(desk, owner, action, token)).partition(":")
    return await desk(whom.taken, kept), role


def _person(known: Member | None, telegram_id: int) -> Html:
    return member_link(known) if known is not None else person_link(telegram_id)


def _has_met(tx: Tx, member: Member) -> bool:
    """Whether they have a private chat with the bot, as far as home knows."""
    link = tx.links.find(id=member.id, opened=False)
    return link is not None and link.blocked_at is None


def _how_to_grant(asked: Asked) -> Html:
    return join(
        [
            *_what_was_unclear(asked),
            _("Answer a message of that person and write which role they get, for example: /grant agent"),
            _("Or write their Telegram number behind it: /grant agent 123456789"),
            known_roles(),
        ]
    )


def _how_to_revoke(asked: Asked) -> Html:
    return join(
        [
            *_what_was_unclear(asked),
            _("Answer a message of that person and write which role they lose, for example: /revoke agent"),
            _("Or write their number from /team behind it: /revoke agent #3. Without a role they lose all they have."),
        ]
    )


def _what_was_unclear(asked: Asked) -> list[Line]:
    if asked.unread.startswith("@"):
        return [_("Telegram does not tell me who {name} is.", name=asked.unread)]
    if asked.unread:
        return [_("I do not know what “{word}” means here.", word=asked.unread)]
    if asked.whom is None:
        return [_("I do not know yet who it is about.")]
    return []
