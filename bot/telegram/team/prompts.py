"""Questions that somebody of the team answers by answering the message: nothing else that is written in the group is read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from aiogram.filters import Filter
from aiogram.types import Message

from bot.core import delivery
from bot.telegram.desk import Desk

_MOMENT = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)[ T]+(\d\d):(\d\d)\s*(?:(Z|UTC)|([+-])(\d\d):?(\d\d))?\s*")


AGAIN = "again"
"""The last part of the slot of a message that says that an answer could not be read: it may be answered like the question itself."""


def prompt(flow: str, *what: str) -> str:
    """The slot of a question: `say(…, slot=prompt("breach", id, field))`."""
    return ":".join((flow, *what))


class Answers(Filter):
    """An answer to such a question of a flow; gives the handler `asked`, what was asked for."""

    def __init__(self, flow: str) -> None:
        self._flow = flow

    async def __call__(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        answered = event.reply_to_message
        if answered is None or not event.text:
            return False
        flow, *what = (await desk.once(delivery.slot_of, desk.lane, answered.message_id)).split(":")
        return {"asked": what} if flow == self._flow else False


def read_moment(text: str) -> datetime | None:
    """`2026-03-27 18:00`, in UTC unless an offset follows; None for anything else."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, _zulu, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        return datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=timezone(offset)).astimezone(UTC)
    except ValueError:
        return None
