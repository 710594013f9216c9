"""the bot comes into a group → what is missing there, step by step → /setup → the team's group, looked at again whenever something
changes there; removed from it → the owners hear of it"""

from __future__ import annotations

from contextlib import AbstractContextManager

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import (
    JOIN_TRANSITION,
    LEAVE_TRANSITION,
    ChatMemberUpdatedFilter,
    Command,
    CommandObject,
    Filter,
)
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot.core import communities, delivery, staff
from bot.core.ports import Tx
from bot.core.staff import Member, Permission, Role
from bot.core.support import groups, linking
from bot.core.support.groups import TeamGroup
from bot.telegram import locales, standing
from bot.telegram.desk import Desk
from bot.telegram.filters import Confirming, InGroup, NewNumber, Private
from bot.telegram.formats import language_name
from bot.telegram.keyboards import Button
from bot.telegram.menus import team_menu
from bot.telegram.say import Say
from bot.telegram.standing import Lack, Standing
from bot.telegram.team import rights
from bot.telegram.team.confirming import confirm_button, dismiss_button, redeem
from bot.telegram.team.here import Elsewhere, InTeamGroup, Tapped, member, only_in_general, require
from bot.telegram.team.leaving import let_go
from bot.telegram.team.setup_says import invitation, languages, linked
from bot.telegram.texts import PSEUDO, Html, Line, _, _p, current_locale, speaking


class ByOwner(Filter):
    """Done by somebody who may set the team up."""

    async def __call__(self, event: ChatMemberUpdated | Message, desk: Desk) -> bool:
        by = await member(desk)
        return by is not None and by.may(Permission.TEAM)


class Flipped(Filter):
    """A message of the team's group that shows topics on or off, unlike at the last look: no update tells of it by itself."""

    async def __call__(self, event: Message, desk: Desk, group: TeamGroup) -> bool:
        known = not {Lack.SUPERGROUP, Lack.TOPICS} & set(rights.missing_of(group))
        return bool(event.chat.is_forum) != known


def create_router() -> Router:
    router = Router(name="team.setup")
    router.my_chat_member.register(removed, InTeamGroup(), ChatMemberUpdatedFilter(LEAVE_TRANSITION))
    router.my_chat_member.register(arrived, InTeamGroup(), ChatMemberUpdatedFilter(JOIN_TRANSITION))
    router.my_chat_member.register(rights_changed, InTeamGroup())
    router.my_chat_member.register(invite, InGroup(), ByOwner(), ~ChatMemberUpdatedFilter(LEAVE_TRANSITION))
    router.message.register(leave_old_number, InTeamGroup(), NewNumber(left=True))
    router.message.register(come_to_new_number, InGroup(), NewNumber(left=False))
    router.message.register(go_home, InTeamGroup(), Elsewhere(), Command("setup"))
    router.message.register(setup, InGroup(), Command("setup"))
    router.message.register(topics_flipped, InTeamGroup(), ~Elsewhere(), Flipped())
    router.message.register(setup_in_private, Private(), Command("setup"), ByOwner())
    router.callback_query.register(move, InGroup(), Confirming("team-move"))
    router.callback_query.register(show_languages, InTeamGroup(), Tapped("team_languages"))
    router.callback_query.register(choose_language, InTeamGroup(), Tapped("team_language"))
    return router


async def invite(event: ChatMemberUpdated, desk: Desk, say: Say) -> None:
    found = standing.here(desk)
    if found is not None:
        await say(invitation(found))


async def setup(message: Message, command: CommandObject, desk: Desk, say: Say) -> None:
    if await _asked_too_often(desk):
        return
    if not await desk(staff.team, Role.OWNER):
        await say.reply(_("Nobody may set this up yet. Whoever runs me names the first owner in my settings (BOT_OWNER_ID)."))
        return
    owner = await require(desk, Permission.TEAM)
    chosen = locales.find(command.args) if command.args else ""
    if chosen is None:
        await say.reply(_("I do not speak that language. Write its short name, for example: /setup de"))
        return
    found, group = standing.here(desk), await desk(groups.find)
    if found is None:
        await say.reply(_no_answer())
    elif group is not None and group.lane != desk.lane:
        yes = await confirm_button(desk, owner, _p("button", "Move here"), "team-move", chosen)
        # Translators: to an owner of the privacy team, whose group is another one so far.
        text = _(
            "The privacy team has another group already. Shall I move here? Open cases are then shown in this group. What I posted in the other one stays there until you delete it."
        )
        await say.reply(text, [[yes, dismiss_button(_p("button", "Stay there"), "team-move")]])
    else:
        linked_group = await _link(desk, say, owner, found, chosen or (group.locale if group else desk.locale))
        await say.reply(*linked_group)


async def setup_in_private(message: Message, say: Say) -> None:
    await say(_("Add me to the group of the privacy team and send /setup there."))


async def go_home(message: Message, say: Say) -> None:
    await say.reply(only_in_general())


async def move(query: CallbackQuery, desk: Desk, say: Say, token: str) -> None:
    owner = await require(desk, Permission.TEAM)
    chosen = await redeem(desk, owner, "team-move", token)
    found, before = standing.here(desk), await desk(groups.find)
    if found is None:
        await say(_no_answer())
        return
    moved = await _link(desk, say, owner, found, chosen or (before.locale if before else desk.locale))
    if before is not None and before.lane != desk.lane:
        await desk(_say_goodbye, before)
    await say(*moved)


async def show_languages(query: CallbackQuery, desk: Desk, say: Say) -> None:
    await require(desk, Permission.TEAM)
    await say(_("Which language shall I speak in this group?"), languages())


async def choose_language(query: CallbackQuery, desk: Desk, say: Say, group: TeamGroup, of: str) -> None:
    await require(desk, Permission.TEAM)
    locale = of if of in locales.SHIPPED else group.locale
    await desk(linking.speak, locale)
    with _in(locale):
        await say.raw("setMyCommands", team_menu(group.chat))
        await say(_("From now on I speak {language} in this group.", language=language_name(locale)))


async def arrived(event: ChatMemberUpdated, desk: Desk, say: Say) -> None:
    """The bot comes into a group that the settings name as the team's."""
    await _show(desk, say, standing.here(desk))


async def rights_changed(event: ChatMemberUpdated, desk: Desk) -> None:
    """The bot may do more or less in its group than before."""
    await _look_again(desk)


async def topics_flipped(message: Message, desk: Desk) -> None:
    """Seen on the way: the message itself goes on to whom it is for."""
    await _look_again(desk)
    raise SkipHandler


async def removed(event: ChatMemberUpdated, desk: Desk) -> None:
    await desk(let_go)


async def leave_old_number(message: Message, desk: Desk, old: int, new: int) -> None:
    """The group became a supergroup: heard in the old one, where nobody can write any more."""
    await desk(linking.migrated, old, new)


async def come_to_new_number(message: Message, desk: Desk, say: Say, old: int, new: int) -> None:
    """Heard in the new one: of the two that come, one is first."""
    await desk(linking.migrated, old, new)
    group = await desk(groups.find)
    if group is None or group.lane != desk.lane:
        return
    with _in(group.locale):
        await _show(desk, say, standing.here(desk))


async def _show(desk: Desk, say: Say, found: Standing | None) -> None:
    """How the team's group stands, and its menu."""
    if found is not None:
        await desk(linking.use_topics, topics=found.topics, missing=found.missing)
    group = await desk(groups.find)
    assert group is not None
    await say.raw("setMyCommands", team_menu(desk.chat_id))
    await say(*linked(group))


async def _look_again(desk: Desk) -> None:
    found = standing.here(desk)
    if found is not None:
        await desk(rights.note, found)


async def _link(desk: Desk, say: Say, owner: Member, found: Standing, locale: str) -> tuple[Html, list[list[Button]]]:
    def link(tx: Tx) -> TeamGroup:
        return linking.link(
            tx, desk.chat_id, topics=found.topics, locale=locale, actor=owner.actor, missing=found.missing
        )

    group = await desk(link)
    with _in(locale):
        await say.raw("setMyCommands", team_menu(desk.chat_id))
        return linked(group)


def _say_goodbye(tx: Tx, group: TeamGroup) -> None:
    """In the group that was the team's: as rows of its own lane, for whatever Telegram says to them concerns that chat only."""
    with _in(group.locale):
        text = _("The privacy team works in another group from now on.")
    scope = {"type": "chat", "chat_id": group.chat}
    delivery.put(tx, lane=group.lane, kind="sendMessage", payload={"chat_id": group.chat, "text": text.plain})
    delivery.put(tx, lane=group.lane, kind="deleteMyCommands", payload={"scope": scope})


async def _asked_too_often(desk: Desk) -> bool:
    """Strangers in other groups are answered as often as anything there is."""
    group = await desk(groups.find)
    if (group is not None and group.lane == desk.lane) or await member(desk) is not None:
        return False
    return not await desk(communities.may_answer, desk.lane)


def _no_answer() -> Line:
    return _("Telegram did not tell me what I may do here. Please send /setup again in a moment.")


def _in(locale: str) -> AbstractContextManager[None]:
    return speaking(PSEUDO if current_locale() == PSEUDO else locale)
