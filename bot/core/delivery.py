"""What comes in and goes out, as rows of the same transaction as the deed.

Inbox: an update is stored under (bot, update number) before it is confirmed, and handled once. Outbox: what the bot says is a
row until it is sent; sending is at-least-once, because Telegram knows no idempotency key. A lane is a chat, by blind index.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.ids import Randomness
from bot.core.keys.vault import SERVICE
from bot.core.ports import Clock, Tx, sealed


class Delivery(StrEnum):
    """Where an inbox or outbox row stands."""

    WAITING = "waiting"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An update. `id` is `bot:number`; the body goes as soon as it is handled, the key stays against redelivery."""

    id: str
    subject: str
    lane: str
    state: str
    received_at: datetime
    attempts: int = 0
    body: str | None = sealed(default=None)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to send. `id` is ordered: rows of a lane leave in the order they were written. What has a higher `rank` waits behind
    all that has a lower one, and is sent only as far as that leaves room (bot/telegram/pacing.py)."""

    id: str
    subject: str
    lane: str
    kind: str
    state: str
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    lease_until: datetime | None = None
    slot: str = ""
    error: str = ""
    rank: int = 0
    payload: dict[str, Any] | None = sealed("json", default=None)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """Remembers which message of a chat shows something that changes (a progress bar, a case card)."""

    id: str
    subject: str
    lane: str
    message_id: int
    at: datetime


OF_TEAM = "team:"
"""So begins the slot of a message in a member's own chat: it outlives the person it was about, to be emptied then."""
_counter = itertools.count()


def ordered_id(clock: Clock, random: Randomness) -> str:
    """An id that sorts by time, then by the order within this process."""
    milliseconds = int(clock.now().timestamp() * 1000)
    return f"{milliseconds:014d}-{next(_counter) % 10**9:09d}-{random.bytes(3).hex()}"


def lane_of(tx: Tx, chat_id: int) -> str:
    """The blind index of a chat. A private chat's id is its person's id, so it is the link's index too."""
    return tx.keys.blind_index("telegram", str(chat_id))


def put(
    tx: Tx,
    *,
    lane: str,
    kind: str,
    payload: dict[str, Any],
    subject: str | None = None,
    slot: str = "",
    due_at: datetime | None = None,
    rank: int = 0,
) -> str:
    """Write an outbox row; its id."""
    now = tx.clock.now()
    row = OutboxRow(
        id=_next_id(tx, lane),
        subject=subject or SERVICE,
        lane=lane,
        kind=kind,
        state=Delivery.WAITING.value,
        due_at=due_at or now,
        created_at=now,
        slot=slot,
        rank=rank,
        payload=payload,
    )
    tx.outbox.add(row)
    return row.id


def _next_id(tx: Tx, lane: str) -> str:
    """An id behind everything that waits in this lane, also where another process' clock is ahead or ours went back."""
    fresh = ordered_id(tx.clock, tx.random)
    for last in tx.outbox.select(lane=lane, state=Delivery.WAITING.value, order_by="-id", limit=1, opened=False):
        if last.id >= fresh:
            milliseconds, number, _tail = last.id.split("-")
            return f"{milliseconds}-{int(number) + 1:09d}-{tx.random.bytes(3).hex()}"
    return fresh


def notify(tx: Tx, subject: str, notice: str, *, slot: str = "", **data: Any) -> bool:
    """Tell a subject something by its name (bot/telegram/notices.py has the words); False when nobody can be reached.

    Rendered when it is sent, in the language the person has then.
    """
    for link in tx.links.select(subject=subject):
        put(tx, lane=link.id, kind="notice", payload={"notice": notice, "data": data}, subject=subject, slot=slot)
        return True
    return False


def slot_message(tx: Tx, lane: str, slot: str) -> int | None:
    """The message that shows `slot` in this chat."""
    row = tx.slots.find(id=f"{lane}:{slot}")
    return row.message_id if row else None


def slot_of(tx: Tx, lane: str, message_id: int) -> str:
    """The slot that a message of this chat shows, empty for any other message."""
    row = tx.slots.find(lane=lane, message_id=message_id)
    return row.id.removeprefix(f"{lane}:") if row else ""


def fill_slot(tx: Tx, lane: str, subject: str, slot: str, message_id: int) -> None:
    """Remember it. A message shows one slot: what it showed before is shown no more."""
    tx.slots.remove(id=f"{lane}:{slot}")
    tx.slots.remove(lane=lane, message_id=message_id)
    tx.slots.add(SlotRow(f"{lane}:{slot}", subject, lane, message_id, tx.clock.now()))


def empty_slot(tx: Tx, lane: str, slot: str) -> None:
    """Its message is gone: the next one is sent anew."""
    tx.slots.remove(id=f"{lane}:{slot}")


def forget_lane(tx: Tx, lane: str) -> None:
    """Leave no trace of a chat. What came from there keeps its number against redelivery, but no longer says from where."""
    tx.outbox.remove(lane=lane)
    tx.slots.remove(lane=lane)
    tx.confirmations.remove(chat=lane)
    tx.inbox.update({"lane": lane, "state__ne": Delivery.WAITING.value}, lane="")


def sweep(tx: Tx) -> int:
    """Drop updates, messages and old slots after their time, whatever their state (policy: retention); how many."""
    now = tx.clock.now()
    gone = tx.inbox.remove(received_at__le=now - tx.policy.keep_for("inbox").as_timedelta())
    gone += tx.outbox.remove(created_at__le=now - tx.policy.keep_for("outbox").as_timedelta())
    return gone + tx.slots.remove(at__le=now - 10 * tx.policy.keep_for("outbox").as_timedelta())
