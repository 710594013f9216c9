"""A room: how a case (or a breach) stands in the team's group, a topic or, without topics, a card that is answered.

A room shows its case and its letters; whoever changes them touches the room in the same transaction, and the sender brings what
is shown in line with what is, one call after another (bot/telegram/team/). So many changes cost one edit, a lost topic is made
again with everything in it, and a flood of cases waits here, not in the queue of messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.core import delivery
from bot.core.delivery import Delivery
from bot.core.ports import Tx
from bot.core.support import groups
from bot.core.support.groups import TeamGroup

ROOM: Final = "room"
"""The kind of an outbox row that goes to a room. Its payload says what (`act`) and where (`ref`)."""
_CHANGED, _NEW = 1, 2
"""Ranks of what is sent: what the team itself asked for (rank 0) goes before a room that has changed, and that before a new one."""
_AT_A_TIME: Final = 3
"""So many rooms of a rank are on their way; the others wait here, where the most urgent can still come first."""


@dataclass(frozen=True, slots=True)
class Room:
    """`id` is the reference. `wanted_at`: since when what is shown may be out of date. The rest is what is shown now:
    `thread` and `card` are Telegram's numbers, `shown` a digest of the card, `title` the topic's."""

    id: str
    subject: str
    made_at: datetime
    wanted_at: datetime | None = None
    thread: int | None = None
    card: int | None = None
    shown: str = ""
    title: str = ""
    pinned: bool = False
    closed: bool = False
    urgent_at: datetime | None = None


def touch(tx: Tx, ref: str, subject: str, *, urgent_at: datetime | None = None) -> None:
    """What the room shows is out of date; made when there is none. Of those that wait to be made the most urgent comes first."""
    now = tx.clock.now()
    changes = {"urgent_at": urgent_at} if urgent_at else {}
    if not tx.rooms.update({"id": ref}, wanted_at=now, **changes):
        tx.rooms.add_new(Room(ref, subject, now, wanted_at=now, urgent_at=urgent_at or now))


def refresh(tx: Tx, ref: str) -> None:
    """Like `touch`, where there is a room."""
    tx.rooms.update({"id": ref}, wanted_at=tx.clock.now())


def refresh_all(tx: Tx) -> None:
    """What every room shows may be out of date: the group speaks another language, say."""
    tx.rooms.update({}, wanted_at=tx.clock.now())


def hurry(tx: Tx, ref: str) -> None:
    """Have a room brought in line before everything that may wait: its clock is short."""
    group = groups.find(tx)
    if group is not None and tx.rooms.update({"id": ref}, wanted_at=None):
        delivery.put(tx, lane=group.lane, kind=ROOM, payload={"act": "show", "ref": ref})


def find(tx: Tx, ref: str) -> Room | None:
    """The room of a case."""
    return tx.rooms.find(id=ref)


def of_thread(tx: Tx, thread: int) -> Room | None:
    """The room of a topic of the team's group."""
    return tx.rooms.find(thread=thread)


def of_card(tx: Tx, message: int) -> Room | None:
    """The room whose card is this message of the team's group."""
    return tx.rooms.find(card=message)


def is_here(tx: Tx, thread: int | None, ref: str, messages: tuple[int, ...]) -> bool:
    """Whether something in the group is about a case of this region: by its topic, its reference, or a message that shows it."""
    if ref and (tx.cases.count(id=ref) or tx.breaches.count(id=ref)):
        return True
    if thread is not None:
        return tx.rooms.count(thread=thread) > 0
    for number in messages:
        if tx.rooms.count(card=number) or tx.letters.count(room_message=number) or tx.letters.count(source_message=number):
            return True
    group = groups.find(tx)
    return group is not None and any(delivery.slot_of(tx, group.lane, number) for number in messages)


def say(tx: Tx, ref: str, what: str, *, subject: str = "", slot: str = "", **data: Any) -> bool:
    """Say something in a room (`ref` empty: to the whole group) by its name (bot/telegram/team/says.py has the words).

    False when there is no group. With `slot` the message that said it before is changed. `subject`: whose personal data it is.
    """
    group = groups.find(tx)
    if group is None:
        return False
    payload = {"act": "say", "ref": ref, "what": what, "data": data}
    delivery.put(tx, lane=group.lane, kind=ROOM, payload=payload, subject=subject or None, slot=slot)
    return True


def delete(tx: Tx, message: int | None) -> None:
    """Take a message of the bot out of the group, while Telegram lets it (two days)."""
    group = groups.find(tx)
    if group is not None and message is not None:
        delivery.put(tx, lane=group.lane, kind="deleteMessage", payload={"chat_id": group.chat, "message_id": message})


def react(tx: Tx, message: int, emoji: str) -> None:
    """A receipt on a message of the group: it costs no message of the few that a group may have in a minute."""
    group = groups.find(tx)
    if group is not None:
        payload = {"act": "react", "ref": "", "message": message, "emoji": emoji}
        delivery.put(tx, lane=group.lane, kind=ROOM, payload=payload)


def keep(tx: Tx) -> int:
    """Have the rooms that are out of date brought in line, some at a time: of those that stand the longest waiting first, of the
    new ones the most urgent; how many."""
    group = groups.find(tx)
    if group is None:
        return 0
    changed = _keep(tx, group, _CHANGED, order_by="wanted_at", card__ne=None)
    return changed + _keep(tx, group, _NEW, order_by="urgent_at", card=None)


def _keep(tx: Tx, group: TeamGroup, rank: int, *, order_by: str, **which: Any) -> int:
    free = _AT_A_TIME - tx.outbox.count(lane=group.lane, state=Delivery.WAITING.value, rank=rank)
    if free <= 0:
        return 0
    due = tx.rooms.select(wanted_at__le=tx.clock.now(), order_by=order_by, limit=free, skip_locked=True, **which)
    kept = 0
    for room in due:
        if tx.rooms.update({"id": room.id, "wanted_at": room.wanted_at}, wanted_at=None):
            delivery.put(tx, lane=group.lane, kind=ROOM, payload={"act": "show", "ref": room.id}, rank=rank)
            kept += 1
    return kept


def lost(tx: Tx, ref: str) -> None:
    """Its topic was deleted: everything in it is gone, and it is made again with all that was written."""
    _forget(tx, {"id": ref})
    tx.letters.update({"ref": ref}, room_message=None, shown=False)


def lost_all(tx: Tx) -> None:
    """The group is another one: every room is made again, that of a closed case when there is something new about it."""
    _forget(tx, {})
    tx.letters.update({}, room_message=None, source_message=None, shown=False)
    _let_rest(tx)


def move_to_topics(tx: Tx) -> None:
    """The group has topics now: rooms that stand in General are made again as topics, and what stood still since is brought in line."""
    for room in tx.rooms.select(thread=None):
        lost(tx, room.id)
    refresh_all(tx)
    _let_rest(tx)


def carry_over(tx: Tx, old_lane: str, new_lane: str) -> None:
    """What waits to be said in a group goes along to another. Numbers of messages and topics mean nothing there: what only changes
    or removes those is dropped."""
    for row in tx.outbox.select(lane=old_lane, state=Delivery.WAITING.value):
        if row.kind == ROOM and (row.payload or {}).get("act") != "say":
            tx.outbox.remove(id=row.id)
        else:
            tx.outbox.update({"id": row.id}, lane=new_lane)


def _let_rest(tx: Tx) -> None:
    """Rooms of closed cases that stand nowhere need not be made now: there may be thousands."""
    for case in tx.cases.select(closed_at__ne=None, opened=False):
        tx.rooms.update({"id": case.id, "thread": None, "card": None}, wanted_at=None)


def _forget(tx: Tx, where: dict[str, str]) -> None:
    tx.rooms.update(where, thread=None, card=None, pinned=False, closed=False, shown="", title="", wanted_at=tx.clock.now())


def dismantle(tx: Tx, subject: str) -> None:
    """Take the rooms of a subject away with all that was said in them (bot/telegram/team/ knows how)."""
    for room in tx.rooms.select(subject=subject):
        _take_away(tx, room)


def dismantle_case(tx: Tx, ref: str) -> None:
    """The same for the room of one case. Letters that are kept are shown again where the case gets a room again."""
    room = find(tx, ref)
    if room is not None:
        _take_away(tx, room)
        tx.letters.update({"ref": ref}, room_message=None, source_message=None, shown=False)


def _take_away(tx: Tx, room: Room) -> None:
    group = groups.find(tx)
    if group is not None and (room.thread is not None or room.card is not None):
        messages: list[list[Any]] = [["text", room.card]] if room.card is not None else []
        for letter in tx.letters.select(ref=room.id, opened=False):
            if letter.room_message is not None:
                messages.append(["file" if letter.attachment else "text", letter.room_message])
            if letter.source_message is not None:
                messages.append(["typed", letter.source_message])
        where = {"thread": room.thread, "messages": messages, "case": room.id}
        delivery.put(tx, lane=group.lane, kind=ROOM, payload={"act": "remove", "ref": "", **where})
    tx.rooms.remove(id=room.id)
