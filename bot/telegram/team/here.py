"""Filters for the team's group, and who of the team is speaking."""

from __future__ import annotations

from typing import Any

from aiogram.filters import Filter
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.core import staff
from bot.core.ports import Tx
from bot.core.staff import Member, Permission
from bot.core.support import groups, rooms
from bot.core.support.groups import TeamGroup
from bot.core.support.rooms import Room
from bot.telegram.desk import Desk
from bot.telegram.filters import read_button
from bot.telegram.keyboards import Button, Style
from bot.telegram.texts import Line, _


class Tap(CallbackData, prefix="t"):
    """A button of the team: `do` is the step, `ref` a case or breach, `of` a code. Nothing in it is trusted."""

    do: str
    ref: str
    of: str = ""


def tap(label: Line | str, do: str, ref: str, of: str = "", style: Style | None = None) -> Button:
    """A button for the team."""
    return Button(label, data=Tap(do=do, ref=ref, of=of).pack(), style=style)


class InTeamGroup(Filter):
    """In the linked group of the team; gives the handler `group`."""

    async def __call__(self, event: TelegramObject, desk: Desk) -> bool | dict[str, Any]:
        if desk.private:
            return False
        group = await desk.once(groups.find)
        return {"group": group} if group is not None and group.lane == desk.lane else False


class Elsewhere(Filter):
    """Handled in another region than home, because it came from a room of a case there: the whole team is known at home."""

    async def __call__(self, event: TelegramObject, desk: Desk) -> bool:
        return bool(desk.services["region"] != desk.services["regions"].used()[0])


class InRoom(Filter):
    """In a room of that group: a topic, an answer to a card or letter, or a button there; gives `room`. Use it behind InTeamGroup."""

    async def __call__(self, event: TelegramObject, desk: Desk) -> bool | dict[str, Any]:
        found = await room_of(event, desk)
        return {"room": found} if found is not None else False


class Tapped(Filter):
    """A button made with `tap(…)`; gives `do`, `ref` and `of`."""

    def __init__(self, *steps: str) -> None:
        self._steps = steps

    async def __call__(self, event: CallbackQuery) -> bool | dict[str, Any]:
        data = read_button(Tap, event.data or "")
        if data is None or data.do not in self._steps:
            return False
        return {"do": data.do, "ref": data.ref, "of": data.of}


def only_in_general() -> Line:
    """What is about the whole team is not done in the topic of one case."""
    # Translators: to the privacy team; “General” is the topic that every Telegram group with topics has.
    return _("Please write this in the topic “General”. Here it is about one case only.")


def which_case(command: str) -> Line:
    """A command that is about one case was written where there is none."""
    # Translators: to the privacy team. {command} is a command such as /ban; ASK-7K2M4Q is an example of a reference. A card is the message that shows a case.
    return _("Which case? Write its reference behind the command, for example: {command} ASK-7K2M4Q. In the topic of a case, or as an answer to its card, {command} alone is enough.", command=f"/{command}")


async def team_group(desk: Desk) -> TeamGroup | None:
    """The team's group."""
    return await desk(groups.find)


async def member(desk: Desk) -> Member | None:
    """Who of the team is speaking; None for anybody else."""
    return await desk.once(staff.find, desk.user_id)


async def require(desk: Desk, permission: Permission, ref: str = "") -> Member:
    """Who is speaking, if they may. NotAllowedError, on record also with the person whose case `ref` is."""

    def check(tx: Tx) -> Member:
        case = tx.cases.find(id=ref, opened=False) if ref else None
        subject = case.subject if case is not None else ""
        return staff.require(tx, staff.find(tx, desk.user_id), permission, subject=subject, ref=ref if subject else "")

    return await desk(check)


async def room_of(event: TelegramObject, desk: Desk) -> Room | None:
    """The room in which something happens."""
    message = event.message if isinstance(event, CallbackQuery) else event
    if not isinstance(message, Message):
        return None
    if desk.thread_id is not None:
        return await desk.once(rooms.of_thread, desk.thread_id)
    answered = message.reply_to_message
    return await desk.once(_room_of_messages, message.message_id, *([answered.message_id] if answered else []))


def _room_of_messages(tx: Tx, *numbers: int) -> Room | None:
    for number in numbers:
        found = rooms.of_card(tx, number)
        if found is not None:
            return found
        letter = tx.letters.find(room_message=number, opened=False)
        if letter is not None:
            return rooms.find(tx, letter.ref)
    return None
