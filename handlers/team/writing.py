"""answer a letter | /reply text | [Reply] | [Ask for more] → why | [Canned answer] → which → the words → preview → [Send] → sent
the message in which it was typed is changed → preview → [Send the change] → changed where the person has it

Everything else that the team writes stays among the team: it is not stored and changes nothing (remarks.py).
"""

from __future__ import annotations

from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot.core.errors import NotFoundError
from bot.core.ports import Tx
from bot.core.staff import Permission
from bot.core.support import letters, rooms, writing
from bot.core.support.letters import Letter, Way
from bot.core.support.rooms import Room
from bot.core.understanding import Understood
from bot.telegram.answers import action_button, policy_of, title
from bot.telegram.desk import Desk
from bot.telegram.say import Say
from bot.telegram.team import canned
from bot.telegram.team.here import InRoom, InTeamGroup, Tapped, require
from bot.telegram.team.previews import is_at_it, reason_name
from bot.telegram.texts import Line, _
from bot.telegram.understanding import understand


class ForPerson(Filter):
    """A message that answers what the person wrote, or the message that asks for the words of a letter; gives `letter`."""

    async def __call__(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        answered = event.reply_to_message
        if answered is None or (event.text or "").startswith("/"):
            return False
        found = await desk.once(writing.answerable, answered.message_id)
        return {"letter": found} if found is not None else False


def create_router() -> Router:
    router = Router(name="team.writing")
    router.message.register(reply_by_command, InTeamGroup(), Command("reply"), InRoom())
    router.message.register(reply_to_nobody, InTeamGroup(), Command("reply"))
    router.message.register(reply_by_answer, InTeamGroup(), ForPerson())
    router.edited_message.register(retype, InTeamGroup())
    router.callback_query.register(ask_for_words, InTeamGroup(), Tapped("reply"))
    router.callback_query.register(ask_why, InTeamGroup(), Tapped("ask"))
    router.callback_query.register(ask_for_question, InTeamGroup(), Tapped("ask_for"))
    router.callback_query.register(choose_canned, InTeamGroup(), Tapped("canned"))
    router.callback_query.register(use_canned, InTeamGroup(), Tapped("canned_as"))
    router.callback_query.register(send, InTeamGroup(), Tapped("send"))
    router.callback_query.register(drop, InTeamGroup(), Tapped("drop"))
    router.callback_query.register(tell_about, InTeamGroup(), Tapped("about"))
    return router


async def reply_by_command(message: Message, command: CommandObject, desk: Desk, say: Say, room: Room) -> None:
    by = await require(desk, Permission.WORK, room.id)
    if not command.args:
        # Translators: to the privacy team. /reply stays as it is.
        await say.reply(_("Write the text behind the command: /reply and then what the person should read."))
        return
    await desk(writing.write, by, room.id, command.args.strip(), source=message.message_id)


async def reply_to_nobody(message: Message, desk: Desk, say: Say) -> None:
    await require(desk, Permission.WORK)
    # Translators: to the privacy team, who used /reply where no case is. A card is the message that shows a case.
    await say.reply(_("Use /reply in the topic of a case, or as an answer to its card."))


async def reply_by_answer(message: Message, desk: Desk, say: Say, letter: Letter) -> None:
    by = await require(desk, Permission.WORK, letter.ref)
    text = (message.text or "").strip()
    if not text:
        # Translators: to the privacy team.
        await say.reply(_("Only text can be sent to the person. Nothing was sent."))
    elif letter.way == Way.DRAFT:
        await desk(writing.fill, by, letter, text, message.message_id)
    else:
        await desk(writing.write, by, letter.ref, text, source=message.message_id)


async def retype(message: Message, desk: Desk) -> None:
    typed = await desk(writing.typed_in, message.message_id)
    if typed is None:
        return
    by = await require(desk, Permission.WORK, typed.ref)
    text = message.text or ""
    if text.startswith("/reply"):
        text = text.partition(" ")[2]
    if text.strip():
        await desk(writing.retype, by, message.message_id, text.strip())


async def ask_for_words(query: CallbackQuery, desk: Desk, say: Say, ref: str) -> None:
    by = await require(desk, Permission.WORK, ref)
    others = await desk(writing.others_at_it, ref, by.number)
    await desk(writing.begin, by, ref)
    if others:
        await say.toast(is_at_it(others[0]), alert=True)


async def ask_why(query: CallbackQuery, desk: Desk, ref: str) -> None:
    await require(desk, Permission.WORK, ref)

    def offer(tx: Tx) -> None:
        writing.require_askable(tx, ref)
        rooms.say(tx, ref, "ask_reasons", case=ref)

    await desk(offer)


async def ask_for_question(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    by = await require(desk, Permission.WORK, ref)
    if of not in writing.ASKS:
        raise NotFoundError("reason")
    await desk(writing.require_askable, ref)
    # Translators: to the privacy team, after a reason was chosen. {reason} is that reason.
    await say(_("Ask for more: {reason}", reason=reason_name(of)))
    await desk(writing.begin, by, ref, asks=of)


async def choose_canned(query: CallbackQuery, desk: Desk, ref: str) -> None:
    await require(desk, Permission.WORK, ref)
    await desk(lambda tx: rooms.say(tx, ref, "canned_list", case=ref))


async def use_canned(query: CallbackQuery, desk: Desk, ref: str, of: str) -> None:
    by = await require(desk, Permission.WORK, ref)
    text = await desk(canned.words_for_person, ref, of)
    shown_in = query.message.message_id if query.message else None
    await desk(writing.write, by, ref, text, canned=of, shown_in=shown_in)


async def send(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    by = await require(desk, Permission.WORK, ref)
    letter = await desk(writing.send, by, of, chat=desk.lane)
    # Translators: to the privacy team, after a letter was sent.
    await say.toast(_("It is on its way to the person."))
    if letter.edited_at is not None:
        # Translators: to the privacy team; takes the place of the preview of a changed letter.
        await say(_("The change is on its way to the person."))


async def drop(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    await require(desk, Permission.WORK, ref)
    await desk(writing.discard, of)
    # Translators: to the privacy team; takes the place of the preview of a letter.
    await say(_("Not sent. The person has seen nothing of it."))


async def tell_about(query: CallbackQuery, desk: Desk, say: Say, ref: str, of: str) -> None:
    by = await require(desk, Permission.WORK, ref)
    letter = await desk(letters.open_by, by, of)
    found = await understand(desk, letter.text or "", letter.locale or None)
    # Translators: to the privacy team. {topic} is a topic of the policy, or what a person wants to do.
    await say.toast(_("About: {topic}", topic=_topic(desk, found)), alert=True)


def _topic(desk: Desk, found: Understood) -> Line | str:
    policy = policy_of(desk)
    if found.label in policy.topics:
        return title(policy, policy.topics[found.label])
    if found.label.startswith("do_"):
        return action_button(found.label).label
    # Translators: stands where no topic of the policy was recognised.
    return _("nothing that the policy speaks of")

