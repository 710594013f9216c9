"""Regions in words, and how an update finds the region that answers for whoever sent it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiogram.types import Update

from bot.core.ids import read_reference
from bot.core.keys import Purpose
from bot.core.work import Engine, EngineFor
from bot.telegram.texts import Html, Line, _, verbatim

_REFERENCE = re.compile(r"\b[A-Z]{3}-[0-9A-HJKMNP-TV-Z]{6}\b", re.I)
_COMMAND = re.compile(r"/(?:start(?:@\w+)? link-(?P<token>[\w-]+)|status(?:@\w+)? (?P<ref>.{1,40}))\s*$", re.S)


class Regions(Protocol):
    """What reception and the flows need to know about the other regions."""

    def used(self) -> Sequence[str]:
        """The regions that this process serves and that are in use, home first."""
        ...

    def engine(self, region: str) -> Engine:
        """From a thread (`desk.slow`): the way to a region's database, for the product. RegionError."""
        ...

    async def is_at_home(self, update: Update, person: int, region: str) -> bool:
        """Whether `region` answers for a person who has no account there; False also where other regions must be asked.
        RegionError when the one that answers is none of this process."""
        ...

    def send_on(self, update: Update, region: str) -> bool:
        """From a thread: hand an update that came to `region` to the one that answers; False when that is `region` itself."""
        ...


def rights_engine(regions: Regions, region: str) -> Engine:
    """The way to a region's database for what the team does about people's rights: whoever takes it has checked the permission.
    RegionError."""
    return EngineFor(Purpose.RIGHTS, regions.engine(region))


def region_label(region: str) -> Line | Html:
    """A region's name."""
    match region:
        case "EU":
            # Translators: a region where data is kept.
            return _("European Union")
        case "US":
            # Translators: a region where data is kept.
            return _("United States")
        case "CN":
            # Translators: a region where data is kept.
            return _("China")
        case "SG":
            # Translators: a region where data is kept.
            return _("Singapore")
    return verbatim(region)


def private_person(update: Mapping[str, Any]) -> int | None:
    """The person of a private chat whom an update (as JSON) is from; None for groups, inline queries and the rest, which are
    answered at home."""
    for name, event in update.items():
        if name in ("update_id", "inline_query") or not isinstance(event, Mapping):
            continue
        message = event.get("message") if name == "callback_query" else event
        chat = message.get("chat") if isinstance(message, Mapping) else None
        owner = chat or event.get("from") or event.get("user")
        number = owner.get("id") if isinstance(owner, Mapping) else None
        return number if isinstance(number, int) and number > 0 else None
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a group something happens, as far as it tells which case it is about."""

    chat: int
    thread: int | None
    ref: str
    messages: tuple[int, ...]


def place_in_group(update: Mapping[str, Any]) -> Place | None:
    """Of an update (as JSON) from a group; None for anything else."""
    for name, event in update.items():
        if name == "update_id" or not isinstance(event, Mapping):
            continue
        message = event.get("message") if name == "callback_query" else event
        if not isinstance(message, Mapping) or not isinstance(message.get("chat"), Mapping):
            return None
        answered = message.get("reply_to_message")
        numbers = (message.get("message_id"), answered.get("message_id") if isinstance(answered, Mapping) else None)
        said = str(event.get("data") if name == "callback_query" else message.get("text") or "")
        ref = _REFERENCE.search(said)
        thread = message.get("message_thread_id") if message.get("is_topic_message") else None
        return Place(int(message["chat"]["id"]), thread, str(read_reference(ref[0])) if ref else "", tuple(n for n in numbers if n))
    return None


def asked_for(text: object) -> tuple[str, str] | None:
    """What a stranger may bring along that belongs to another region: ("link", token) or ("case", reference)."""
    found = _COMMAND.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    if found["token"]:
        return "link", found["token"]
    return "case", str(read_reference(found["ref"]))
