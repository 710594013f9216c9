"""Coming in: an update is stored before it is confirmed, handled once, in one transaction with all that follows from it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from aiogram import Bot
from aiogram.types import Update

from bot.core import delivery
from bot.core.delivery import Delivery, InboxRow
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.storage import Database, Unit
from bot.telegram.desk import SlowWork
from bot.telegram.reception import Reception

log = logging.getLogger(__name__)
ATTEMPTS_BEFORE_PARKED = 3
_MOST_SLOW_PIECES = 8


class Inbox:
    """Takes updates, hands each to the dispatcher once, keeps the order of each chat."""

    def __init__(self, database: Database, reception: Reception, bot: Bot) -> None:
        self._database = database
        self._reception = reception
        self._bot = bot
        self._wake = asyncio.Event()
        self.on_handled = asyncio.Event()
        """Set whenever something was handled, so that the sender looks at once."""

    async def receive(self, updates: Sequence[Mapping[str, Any]]) -> int:
        """Store updates durably; how many were new. Only after this may they be confirmed to Telegram."""
        rows = [(int(update["update_id"]), json.dumps(update), _chat_of(update)) for update in updates]

        def store(tx: Tx) -> int:
            new = 0
            for number, body, chat in rows:
                key = f"{self._bot.id}:{number:012d}"
                lane = delivery.lane_of(tx, chat)
                row = InboxRow(key, SERVICE, lane, Delivery.WAITING.value, tx.clock.now(), body=body)
                new += tx.inbox.add_new(row)
            return new

        new = await self._database.write(store)
        self._wake.set()
        return new

    async def run(self) -> None:
        """Handle what waits, for ever: first what an earlier process left, then what comes."""
        while True:
            self._wake.clear()
            if not await self.drain():
                try:
                    await asyncio.wait_for(self._wake.wait(), timeout=2)
                except TimeoutError:
                    continue

    async def drain(self) -> int:
        """Handle what waits now; how many updates. Chats go side by side, each in its own order."""
        handled = 0
        while True:
            waiting = await self._database.read(_waiting)
            if not waiting:
                return handled
            by_lane: dict[str, list[str]] = {}
            for row in waiting:
                by_lane.setdefault(row.lane, []).append(row.id)
            await asyncio.gather(*(self._handle_lane(keys) for keys in by_lane.values()))
            handled += len(waiting)
            self.on_handled.set()

    async def _handle_lane(self, keys: Sequence[str]) -> None:
        for key in keys:
            await self.handle(key)

    async def handle(self, key: str) -> None:
        """Handle one stored update. A failure is tried again, then parked; the update is never lost silently."""
        slow_results: dict[str, Any] = {}
        for _ in range(_MOST_SLOW_PIECES):
            try:
                await self._database.handle(lambda unit: self._in_unit(unit, key, slow_results))
            except SlowWork as slow:
                slow_results[slow.name] = await asyncio.to_thread(slow.work)
                continue
            except Exception as error:
                # The type only: an exception's text may carry what a person wrote.
                log.error("update %s failed: %s", key, type(error).__name__, exc_info=_trace_without_values(error))
                if await self._database.write(lambda tx: _count_failure(tx, key)):
                    continue
            return

    async def _in_unit(self, unit: Unit, key: str, slow_results: dict[str, Any]) -> None:
        body = await unit.do(lambda tx: _take(tx, key))
        if body is None:
            return
        update = Update.model_validate_json(body, context={"bot": self._bot})
        await self._reception.receive(unit, update, slow_results)


def _waiting(tx: Tx) -> list[InboxRow]:
    return tx.inbox.select(state=Delivery.WAITING.value, order_by="id", limit=200, opened=False)


def _take(tx: Tx, key: str) -> str | None:
    """Claim the update in this transaction: of two processes one sees it waiting, and only in the order of its chat."""
    row = tx.inbox.find(id=key)
    if row is None or row.state != Delivery.WAITING:
        return None
    taken = tx.inbox.update(
        {"id": key, "subject": SERVICE, "state": Delivery.WAITING.value}, state=Delivery.DONE.value, body=None
    )
    return row.body if taken else None


def _count_failure(tx: Tx, key: str) -> bool:
    """Whether to try again."""
    row = tx.inbox.get(id=key, opened=False)
    again = row.attempts + 1 < ATTEMPTS_BEFORE_PARKED
    tx.inbox.update(
        {"id": key}, attempts=row.attempts + 1, state=(Delivery.WAITING if again else Delivery.PARKED).value
    )
    return again


def _chat_of(update: Mapping[str, Any]) -> int:
    """The chat (or person) whose order this update belongs to, read without parsing the whole."""
    for name, event in update.items():
        if name == "update_id" or not isinstance(event, Mapping):
            continue
        message = event.get("message") if name == "callback_query" else event
        chat = message.get("chat") if isinstance(message, Mapping) else None
        owner = chat or event.get("from") or event.get("user")
        if isinstance(owner, Mapping) and isinstance(owner.get("id"), int):
            return int(owner["id"])
    return 0


def _trace_without_values(error: BaseException) -> Any:
    """The traceback with the exception's text left out."""
    blank = type(error.__class__.__name__, (Exception,), {})()
    return (type(blank), blank, error.__traceback__)
