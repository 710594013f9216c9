"""Letters: what a person and the privacy team wrote to each other about a case, sealed under the person's key.

A letter from the team begins as a draft that the person never sees; only its confirmation sends it (writing.py). The numbers of the
messages in which a letter is shown make edits and answers find their way; what the team says among itself is never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core import access_log
from bot.core.access_log import Role, Why
from bot.core.ports import Tx, sealed
from bot.core.staff import Member
from bot.core.support import rooms


class Way(StrEnum):
    """Which way a letter goes. A draft has gone nowhere yet."""

    IN = "in"
    OUT = "out"
    DRAFT = "draft"


SENT = (Way.IN.value, Way.OUT.value)
"""What both sides have: everything but drafts."""


@dataclass(frozen=True, slots=True)
class Letter:
    """`id` is ordered by time. `person_message` is its message in the person's chat, `room_message` the one in the team's group that shows it (of a draft: its
    preview, or the message that asks for its words), `source_message` the one in which somebody of the team typed it. `shown`: the
    team's group shows it as it is now; `opened_at`: since when. `author` is a member's number, 0 for the person.

    `asks` says why it asks the person something ("" when it does not), `canned` which ready answer it is, `edits` which sent letter a
    draft would change. A draft without text waits for its words. `locale`: the language it is written in, of a draft: the one that
    the person reads.
    """

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
    opened_at: datetime | None = None
    shown: bool = False
    asks: str = ""
    canned: str = ""
    edits: str = ""
    text: str | None = sealed(default=None)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or file of a letter. `media_type` is what its bytes are, whatever it was called; its name is not kept. Without `ref` it
    has not been sent yet."""

    id: str
    subject: str
    ref: str
    media_type: str
    size: int
    at: datetime
    content: bytes | None = sealed("bytes", default=None)


def last_of(tx: Tx, ref: str, limit: int) -> list[Letter]:
    """The newest letters of a case, oldest first."""
    return tx.letters.select(ref=ref, way__in=SENT, order_by="-at", limit=limit)[::-1]


def open_for_team(tx: Tx, letter: Letter) -> None:
    """The team's group is about to show what the person wrote: on record once (GDPR Art. 15), however often it is shown again."""
    if letter.way == Way.IN and tx.letters.update({"id": letter.id, "opened_at": None}, opened_at=tx.clock.now()):
        access_log.record(tx, letter.subject, role=Role.SUPPORT, why=Why.CASE, actor="team", ref=letter.ref)


def open_by(tx: Tx, member: Member, letter_id: str) -> Letter:
    """A member looks into what the person wrote: on record each time. NotFoundError."""
    letter = tx.letters.get(id=letter_id, way=Way.IN.value)
    access_log.record(tx, letter.subject, role=member.seen_as, why=Why.CASE, actor=member.actor, ref=letter.ref)
    return letter


def arrived(tx: Tx, letter_id: str, message: int | None) -> None:
    """A letter of the team reached the person: in this message (None: in the one it had before)."""
    letter = tx.letters.find(id=letter_id, opened=False)
    if letter is None:
        return
    changes = {} if message is None else {"person_message": message}
    tx.letters.update({"id": letter_id}, arrived_at=letter.arrived_at or tx.clock.now(), **changes)
    typed_in = letter.source_message or letter.room_message
    if typed_in is not None:
        rooms.react(tx, typed_in, "👍")


def kept_back(tx: Tx, letter_id: str) -> None:
    """A letter of the team cannot be delivered while the person blocks the bot: the room is told."""
    letter = tx.letters.find(id=letter_id, opened=False)
    if letter is not None:
        rooms.say(tx, letter.ref, "letter_kept_back", subject=letter.subject, letter=letter.id)
