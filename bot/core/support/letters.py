"""Letters: what a person and the privacy team wrote to each other about a case, sealed under the person's key.

A letter from the team begins as a draft that the person never sees; only its confirmation sends it. The numbers of the messages in
which a letter is shown make edits and answers find their way; what the team says among itself is never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.ports import Tx, sealed
from bot.core.support import rooms


class Way(StrEnum):
    """Which way a letter goes. A draft has gone nowhere yet."""

    IN = "in"
    OUT = "out"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Letter:
    """`person_message` is its message in the person's chat, `room_message` the one in the team's group that shows it,
    `source_message` the one in which somebody of the team typed it. `shown`: the team's group shows it as it is now.
    `author` is a member's number, 0 for the person."""

    id: str
    subject: str
    ref: str
    way: str
    at: datetime
    author: int = 0
    locale: str = ""
    person_message: int | None = None
    room_message: int | None = None
    source_message: int | None = None
    attachment: str = ""
    arrived_at: datetime | None = None
    edited_at: datetime | None = None
    shown: bool = False
    text: str | None = sealed(default=None)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or file of a letter. `media_type` is what its bytes are, whatever it was called; its name is not kept."""

    id: str
    subject: str
    ref: str
    media_type: str
    size: int
    at: datetime
    content: bytes | None = sealed("bytes", default=None)


def arrived(tx: Tx, letter_id: str, message: int | None) -> None:
    """A letter of the team reached the person: in this message (None: in the one it had before)."""
    letter = tx.letters.find(id=letter_id, opened=False)
    if letter is None:
        return
    changes = {} if message is None else {"person_message": message}
    tx.letters.update({"id": letter_id}, arrived_at=letter.arrived_at or tx.clock.now(), **changes)
    if letter.source_message is not None:
        rooms.react(tx, letter.source_message, "👍")
