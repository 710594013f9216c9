"""The rows that wait to be sent: a chat's next ones are leased by one process, sent by it, and settled or put off.

The order of a chat holds across processes: a row is leased only while nothing of its chat before it waits or is leased, and
whoever leases holds the chat's lock until that is committed. What is put off or released is so only by who holds the lease.
Rows of a higher rank come behind all others, one at a time, so that what is more urgent comes in between. Only what ends the
waiting of a button overtakes: its place among the messages means nothing, and Telegram takes it for a short time only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.breaches import reached
from bot.core.delivery import Delivery, OutboxRow
from bot.core.ports import Tx
from bot.core.support import letters

LEASE = timedelta(seconds=30)
BATCH = 20
ATTEMPTS_BEFORE_PARKED = 10
_LANES_AT_A_LOOK = 500
_OVERTAKES = ("answerCallbackQuery", "answerInlineQuery")


def lanes_with_work(tx: Tx) -> list[str]:
    """Chats with a row that is due and that nobody holds, oldest first."""
    now = tx.clock.now()
    rows = tx.outbox.select(
        state=Delivery.WAITING.value, due_at__le=now, order_by="id", limit=_LANES_AT_A_LOOK, opened=False
    )
    return list(dict.fromkeys(row.lane for row in rows if not row.lease_until or row.lease_until <= now))


def lease(tx: Tx, lane: str) -> list[OutboxRow]:
    """The next rows of a chat that are due, now leased; none while another process holds the chat."""
    if not tx.hold(f"outbox:{lane}"):
        return []
    now = tx.clock.now()
    rows = tx.outbox.select(lane=lane, state=Delivery.WAITING.value, order_by="rank", limit=BATCH, opened=False)
    if rows and _is_blocked(tx, lane):
        for row in rows:
            _keep(tx, row)
        return []
    if tx.outbox.count(lane=lane, state=Delivery.WAITING.value, lease_until__gt=now):
        return []
    if rows and rows[0].due_at > now:
        waiting = tx.outbox.select(
            lane=lane, state=Delivery.WAITING.value, kind__in=_OVERTAKES, due_at__le=now, order_by="id", limit=BATCH, opened=False
        )
        return [_leased(tx, row) for row in waiting]
    leased: list[OutboxRow] = []
    for row in rows:
        if row.due_at > now or row.rank != rows[0].rank or (row.rank and leased):
            break  # the order of a chat is kept: nothing overtakes what waits
        leased.append(_leased(tx, row))
    return leased


def _leased(tx: Tx, row: OutboxRow) -> OutboxRow:
    taken = replace(row, lease_until=tx.clock.now() + LEASE, attempts=row.attempts + 1)
    tx.outbox.update({"id": row.id}, lease_until=taken.lease_until, attempts=taken.attempts)
    return taken


def release(tx: Tx, rows: Sequence[OutboxRow]) -> None:
    """Give back what was leased and not tried: it does not count as an attempt."""
    for row in rows:
        tx.outbox.update(_mine(row), lease_until=None, attempts=row.attempts - 1)


def put_off(tx: Tx, row: OutboxRow, pause: timedelta, error: str, *, counts: bool = True) -> None:
    """It did not work: again after a pause, or parked after too many attempts."""
    if counts and row.attempts >= ATTEMPTS_BEFORE_PARKED:
        settle(tx, row, Delivery.PARKED, error)
        return
    attempts = row.attempts if counts else row.attempts - 1
    tx.outbox.update(_mine(row), due_at=tx.clock.now() + pause, lease_until=None, error=error, attempts=attempts)


def settle(tx: Tx, row: OutboxRow, state: Delivery, error: str = "") -> None:
    """Telegram took it, or never will: what it said is forgotten."""
    keep: dict[str, Any] = {} if state is Delivery.PARKED and error == "blocked" else {"payload": None}
    tx.outbox.update(
        {"id": row.id, "subject": row.subject, "state": Delivery.WAITING.value},
        state=state.value,
        lease_until=None,
        error=error,
        **keep,
    )
    if state is Delivery.PARKED and row.kind == "notice":
        reached.parked(tx, row.id)


def block(tx: Tx, lane: str) -> None:
    """The person blocked the bot: keep what waits for when they come back; no legal clock stops."""
    tx.links.update({"id": lane}, blocked_at=tx.clock.now())
    for row in tx.outbox.select(lane=lane, state=Delivery.WAITING.value, opened=False):
        _keep(tx, row)


def unblock(tx: Tx, lane: str) -> None:
    """They are back: send the notices that were kept for them."""
    tx.links.update({"id": lane}, blocked_at=None)
    tx.outbox.update(
        {"lane": lane, "state": Delivery.PARKED.value, "error": "blocked", "kind": "notice"},
        state=Delivery.WAITING.value,
        error="",
        due_at=tx.clock.now(),
    )
    for link in tx.links.select(id=lane, opened=False):
        reached.is_back(tx, link.subject)


def _keep(tx: Tx, row: OutboxRow) -> None:
    """Kept for when the person is back; whoever of the team wrote it is told."""
    settle(tx, row, Delivery.PARKED, "blocked")
    if row.kind == "notice" and tx.keys.exists(row.subject):
        letter = ((tx.outbox.get(id=row.id).payload or {}).get("data") or {}).get("letter")
        if letter:
            letters.kept_back(tx, letter)


def _is_blocked(tx: Tx, lane: str) -> bool:
    link = tx.links.find(id=lane, opened=False)
    return link is not None and link.blocked_at is not None


def _mine(row: OutboxRow) -> dict[str, Any]:
    """Still leased as it was: a lease that ran out may be somebody else's by now."""
    return {"id": row.id, "state": Delivery.WAITING.value, "lease_until": row.lease_until}
