"""Coming in: an update is stored before it is confirmed, handled once, in one transaction with all that follows from it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from aiogram import Bot
from aiogram.types import Update

from bot.core import delivery
from bot.core.delivery import Delivery, InboxRow
from bot.core.keys import SERVICE, Purpose
from bot.core.ports import Tx
from bot.core.support import groups
from bot.storage import Database, Unit
from bot.telegram.apology import apologise
from bot.telegram.desk import SlowWork
from bot.telegram.reception import Reception
from bot.telegram.talk import is_from_group, is_talk

log = logging.getLogger(__name__)
ATTEMPTS_BEFORE_PARKED = 3
_MOST_SLOW_PIECES = 8
_AT_ONCE = 64
_LANES_AT_A_LOOK = 500
_LOOK_EVERY_SECONDS = 1.0
_BUSY_FIRST_SECONDS = 0.02
_MOST_FRESH = 512


class Left(Enum):
    """What there is in a chat after a look at it. BUSY: another process is handling one of its updates."""

    NOTHING = "nothing"
    LAST = "handled one, none left"
    MORE = "handled one, more left"
    BUSY = "busy"


class Inbox:
    """Takes updates, hands each to the dispatcher once, keeps the order of each chat. Any number of processes may share one
    database: a chat's lock, held by the transaction that handles an update, lets only one of them be at that chat."""

    def __init__(self, database: Database, reception: Reception, bot: Bot) -> None:
        self._database = database
        self._reception = reception
        self._bot = bot
        self._running = False
        self._lanes: dict[str, asyncio.Task[int]] = {}
        self._again: set[str] = set()
        self._fresh: dict[str, dict[str, str]] = {}
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._arriving: _Arriving | None = None
        self._storing = asyncio.Lock()
        self.route: Callable[[Sequence[Mapping[str, Any]]], Awaitable[int]] | None = None
        """Takes updates to the region that answers (bot/regions.py)."""
        self.on_handled = asyncio.Event()
        """Set whenever something was handled, so that the sender looks at once."""

    async def receive(self, updates: Sequence[Mapping[str, Any]]) -> int:
        """Store updates durably, each in the region that answers for whoever sent it; how many were new. Only after this may
        they be confirmed to Telegram."""
        return await (self.store(updates) if self.route is None else self.route(updates))

    async def store(self, updates: Sequence[Mapping[str, Any]]) -> int:
        """Store updates durably here; how many were new. Those that come in at one moment share a transaction.

        Talk of a group that is not the team's is not stored at all.
        """
        arriving = self._arriving
        if arriving is None:
            arriving = self._arriving = _Arriving()
            arriving.stored = asyncio.create_task(self._store(arriving))
        mine = {f"{self._bot.id}:{int(update['update_id']):012d}": update for update in updates}
        arriving.updates |= {key: (_chat_of(update), json.dumps(update), self._is_talk(update)) for key, update in mine.items()}
        new = await asyncio.shield(arriving.stored)
        counted = mine.keys() & new
        new -= counted  # the same update may have come twice at once
        return len(counted)

    async def _store(self, arriving: _Arriving) -> set[str]:
        """The keys of those that were new."""
        async with self._storing:
            self._arriving = None  # whoever comes from now on waits for the next transaction
            new = await self._database.write(arriving.store)
        for key, lane in new.items():
            if len(self._fresh) < _MOST_FRESH:  # handled at once, it need not be unsealed
                self._fresh.setdefault(lane, {})[key] = arriving.updates[key][1]
            if self._running:
                self._attend(lane)
        return set(new)

    def _is_talk(self, update: Mapping[str, Any]) -> bool:
        known = self._bot._me  # asked for at the start
        return is_from_group(update) and known is not None and is_talk(update, self._bot.id, known.username or "")

    async def run(self) -> None:
        """Handle for ever: what comes in here at once, and what other processes left within a second."""
        self._running = True
        try:
            while True:
                try:
                    for lane in await self._database.read(_lanes_waiting):
                        self._attend(lane)
                except Exception as error:  # the database is away: what is stored waits there
                    log.error("looking for updates failed: %s", type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
        finally:
            self._running = False

    async def drain(self) -> int:
        """Handle what waits now, except for chats that another process is at; how many updates."""
        handled = 0
        while lanes := await self._database.read(_lanes_waiting):
            tasks = [self._attend(lane) for lane in lanes]
            now = sum(await asyncio.gather(*tasks))
            if not now:
                break
            handled += now
        return handled

    def _attend(self, lane: str) -> asyncio.Task[int]:
        """See to it that somebody looks at a chat from now on. Chats go side by side, each in its own order."""
        if lane in self._lanes:
            self._again.add(lane)
        else:
            self._lanes[lane] = asyncio.create_task(self._handle_lane(lane))
        return self._lanes[lane]

    async def _handle_lane(self, lane: str) -> int:
        """Handle a chat's updates until none is left; while another process is at this chat, look again soon."""
        handled = 0
        pause = _BUSY_FIRST_SECONDS
        try:
            while True:
                self._again.discard(lane)
                async with self._free:
                    left = await self._handle_next(lane)
                if left is not Left.BUSY:
                    handled += left is not Left.NOTHING
                    pause = _BUSY_FIRST_SECONDS
                elif self._running:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LOOK_EVERY_SECONDS)
                    continue
                if left is not Left.MORE and lane not in self._again:
                    return handled
        finally:
            del self._lanes[lane]
            self._fresh.pop(lane, None)

    async def _handle_next(self, lane: str) -> Left:
        """Handle the first update that waits in a chat; what is left there.

        A failure is tried again, then parked; the update is never lost silently.
        """
        turn = _Turn(lane, self._fresh.get(lane, {}))
        for _ in range(_MOST_SLOW_PIECES):
            try:
                left = await self._attempt(turn)
            except Exception as error:
                # The type only: an exception's text may carry what a person wrote.
                log.error("update %s failed: %s", turn.key, type(error).__name__, exc_info=_trace_without_values(error))
                break
            if left is None:
                continue
            if left in (Left.MORE, Left.LAST):
                self.on_handled.set()
            return left
        key = turn.key
        if key is None:
            return Left.NOTHING
        await self._database.write(lambda tx: _count_failure(tx, key), Purpose.DELIVERY)
        self.on_handled.set()
        return Left.MORE

    async def _attempt(self, turn: _Turn) -> Left | None:
        """What is left after a chat's next update was handled; None when it needed slow work, which is done now."""
        try:
            # for the product, until the reception knows who asks, and where
            return await self._database.handle(lambda unit: self._in_unit(unit, turn), Purpose.PRODUCT)
        except SlowWork as slow:
            turn.slow_results[slow.name] = await asyncio.to_thread(slow.work)
            return None

    async def _in_unit(self, unit: Unit, turn: _Turn) -> Left:
        body = await unit.do(turn.take)
        if body is not None:
            update = Update.model_validate_json(body, context={"bot": self._bot})
            await self._reception.receive(unit, update, turn.slow_results)
        return turn.left


class _Arriving:
    """Updates that are stored together."""

    def __init__(self) -> None:
        self.updates: dict[str, tuple[int, str, bool]] = {}
        """By key, each with its chat, as it is stored, and whether it is talk that only the team's group is heard for."""
        self.stored: asyncio.Task[set[str]]

    def store(self, tx: Tx) -> dict[str, str]:
        """The lanes of those that were new, by key. They are stored in the order of their keys, so that two processes which
        were told the same do not wait for each other."""
        new = {}
        team = groups.find(tx) if any(talk for _chat, _body, talk in self.updates.values()) else None
        for key, (chat, body, talk) in sorted(self.updates.items()):
            lane = delivery.lane_of(tx, chat)
            if talk and (team is None or team.lane != lane):
                continue
            if tx.inbox.add_new(InboxRow(key, SERVICE, lane, Delivery.WAITING.value, tx.clock.now(), body=body)):
                new[key] = lane
        return new


class _Turn:
    """A chat's next update, and what was worked out for it outside the transaction."""

    def __init__(self, lane: str, fresh: Mapping[str, str]) -> None:
        self.lane = lane
        self.fresh = fresh
        self.key: str | None = None
        self.left = Left.NOTHING
        self.slow_results: dict[str, Any] = {}

    def take(self, tx: Tx) -> str | None:
        """Claim the update in this transaction: only one process is at a chat, and takes what waits there in its order."""
        self.left = Left.BUSY
        if not tx.hold(f"inbox:{self.lane}"):
            return None
        rows = tx.inbox.select(lane=self.lane, state=Delivery.WAITING.value, limit=2, opened=False)
        self.left = (Left.NOTHING, Left.LAST, Left.MORE)[len(rows)]
        for row in rows[:1]:
            if row.id != self.key:  # between two attempts another process may have handled ours
                self.key, self.slow_results = row.id, {}
            body = self.fresh.get(row.id) or tx.inbox.get(id=row.id).body
            tx.inbox.update({"id": row.id, "subject": SERVICE}, state=Delivery.DONE.value, body=None)
            return body
        return None


def _lanes_waiting(tx: Tx) -> list[str]:
    rows = tx.inbox.select(state=Delivery.WAITING.value, order_by="id", limit=_LANES_AT_A_LOOK, opened=False)
    return list(dict.fromkeys(row.lane for row in rows))


def _count_failure(tx: Tx, key: str) -> None:
    """Once more, or parked. Only while it waits: another process may have handled it in the meantime."""
    row = tx.inbox.find(id=key, state=Delivery.WAITING.value)
    if row is None:
        return
    mine = {"id": key, "subject": SERVICE, "state": Delivery.WAITING.value, "attempts": row.attempts}
    if row.attempts + 1 < ATTEMPTS_BEFORE_PARKED:
        tx.inbox.update(mine, attempts=row.attempts + 1)
    elif tx.inbox.update(mine, attempts=row.attempts + 1, state=Delivery.PARKED.value, body=None) and row.body:
        apologise(tx, row.body)  # and what was typed is not kept


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
