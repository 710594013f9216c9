"""Going out: drains the outbox, chat by chat in order, at Telegram's pace, across restarts.

A row is leased while it is being sent and marked when Telegram took it: at-least-once, since Telegram knows no idempotency key.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aiogram import Bot, methods
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile, Message

from bot.core import accounts, audit, delivery, exports
from bot.core.audit import Tag
from bot.core.delivery import Delivery, OutboxRow
from bot.core.errors import PrivacyError
from bot.core.keys import SERVICE, Purpose
from bot.core.ports import Tx
from bot.storage import Database
from bot.telegram.notices import NOTICES, ONLY_EDIT
from bot.telegram.pacing import Pacer
from bot.telegram.texts import PSEUDO, SOURCE, speaking

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 20
ATTEMPTS_BEFORE_PARKED = 10
_AT_ONCE = frozenset(
    {"answerCallbackQuery", "answerInlineQuery", "deleteMessage", "setMessageReaction", "sendChatAction"}
)
_STALE = {"answerCallbackQuery": timedelta(seconds=30), "answerInlineQuery": timedelta(seconds=10)}
_ALREADY_SO = ("message is not modified", "message to delete not found", "query is too old")
_EDIT_LOST = ("message to edit not found", "message can't be edited", "message identifier is not specified")


@dataclass(slots=True)
class Outgoing:
    """A row, rendered."""

    row: OutboxRow
    method: str
    data: dict[str, Any]
    document: tuple[bytes, str] | None = None
    group: bool = False


class Sender:
    """Sends what waits. One per process; rows are leased, so several processes share the work."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        *,
        pacer: Pacer | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        pseudo: bool = False,
    ) -> None:
        self._database = database
        self._bot = bot
        self._pacer = pacer
        self._monotonic = monotonic
        self._pseudo = pseudo
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._free = asyncio.Semaphore(64)

    async def run(self, wake: asyncio.Event) -> None:
        """Send for ever. `wake` says that there may be something new."""
        while True:
            wake.clear()
            for lane in await self._database.read(_lanes_with_work):
                if lane not in self._lanes or self._lanes[lane].done():
                    self._lanes[lane] = asyncio.create_task(self._drain_lane(lane))
            for lane in [lane for lane, task in self._lanes.items() if task.done()]:
                del self._lanes[lane]
            try:
                await asyncio.wait_for(wake.wait(), timeout=1)
            except TimeoutError:
                continue

    async def drain(self) -> None:
        """Send what is due now and return: for tests, and for a stop that leaves nothing behind."""
        tried: set[str] = set()
        while lanes := [lane for lane in await self._database.read(_lanes_with_work) if lane not in tried]:
            tried.update(lanes)
            await asyncio.gather(*(self._drain_lane(lane) for lane in lanes))

    async def finish(self) -> None:
        """Let the messages under way arrive."""
        if self._lanes:
            await asyncio.wait(self._lanes.values(), timeout=5)

    async def _drain_lane(self, lane: str) -> None:
        while batch := await self._database.write(lambda tx: self._claim(tx, lane), Purpose.DELIVERY):
            for position, outgoing in enumerate(batch):
                async with self._free:
                    goes_on = await self._send(outgoing)
                if not goes_on:
                    rest = [later.row.id for later in batch[position + 1 :]]
                    await self._database.write(lambda tx, rest=rest: _release(tx, rest))  # type: ignore[misc]
                    return

    def _claim(self, tx: Tx, lane: str) -> list[Outgoing]:
        now = tx.clock.now()
        rows = tx.outbox.select(lane=lane, state=Delivery.WAITING.value, order_by="id", limit=BATCH, opened=False, skip_locked=True)
        claimed: list[Outgoing] = []
        if rows and _is_blocked(tx, lane):
            for row in rows:
                _settle(tx, row, Delivery.PARKED, "blocked")
            return []
        for row in rows:
            if row.due_at > now or (row.lease_until and row.lease_until > now):
                break  # the order of a chat is kept: nothing overtakes what waits
            tx.outbox.update({"id": row.id}, lease_until=now + LEASE, attempts=row.attempts + 1)
            stale = _STALE.get(row.kind)
            outgoing = None if stale and now - row.created_at > stale else self._render(tx, row)
            if outgoing is None:
                _settle(tx, row, Delivery.PARKED, "stale or unreadable")
            else:
                claimed.append(outgoing)
        return claimed

    def _render(self, tx: Tx, row: OutboxRow) -> Outgoing | None:
        try:
            payload = tx.outbox.get(id=row.id).payload or {}
            if row.kind != "notice":
                chat = payload.get("chat_id")
                return Outgoing(row, row.kind, payload, group=isinstance(chat, int) and chat < 0)
            return self._render_notice(tx, row, payload)
        except PrivacyError as error:  # its owner's key is gone: nobody is told any more
            log.info("outbox row dropped: %s", type(error).__name__)
            return None

    def _render_notice(self, tx: Tx, row: OutboxRow, payload: dict[str, Any]) -> Outgoing | None:
        data = payload["data"]
        account = tx.accounts.find(id=row.subject) if row.subject != SERVICE else None
        chat_id = data.get("chat_id") or (accounts.telegram_id_of(tx, row.subject) if account else None)
        if chat_id is None:
            return None
        locale = (account.locale if account else data.get("locale")) or SOURCE
        place = tx.policy.jurisdictions.get(account.jurisdiction or "") if account else None
        with speaking(PSEUDO if self._pseudo else locale):
            notice = NOTICES[payload["notice"]](data, place.time_zone if place else "UTC")
            method, parameters = notice.method(int(chat_id))
        shown = delivery.slot_message(tx, row.lane, row.slot) if row.slot else None
        if shown is not None and method == "sendMessage":
            method, parameters = "editMessageText", parameters | {"message_id": shown}
        document = None
        if notice.package:
            document = exports.part(tx, *notice.package), notice.file_name
        return Outgoing(row, method, parameters, document)

    async def _send(self, outgoing: Outgoing) -> bool:
        """Send one; whether the chat's next may follow now."""
        lane = outgoing.row.lane
        if self._pacer is not None and outgoing.method not in _AT_ONCE:
            while (wait := self._pacer.wait_for(lane, group=outgoing.group, now=self._monotonic())) > 0:
                await asyncio.sleep(wait)
            self._pacer.sent(lane, group=outgoing.group, now=self._monotonic())
        try:
            result = await self._bot(_method(outgoing))
        except TelegramRetryAfter as error:
            if self._pacer is not None:
                self._pacer.refused(lane, error.retry_after, now=self._monotonic())
            await self._later(outgoing.row, timedelta(seconds=error.retry_after), "RetryAfter", counts=False)
            return False
        except TelegramForbiddenError:
            await self._database.write(lambda tx: _blocked(tx, lane))
            return False
        except TelegramMigrateToChat as error:
            new_chat = error.migrate_to_chat_id
            return await self._send(replace(outgoing, data=outgoing.data | {"chat_id": new_chat}))
        except (TelegramNetworkError, TelegramServerError) as error:
            pause = timedelta(seconds=min(2**outgoing.row.attempts, 300))
            await self._later(outgoing.row, pause, type(error).__name__)
            return False
        except TelegramBadRequest as error:
            return await self._bad_request(outgoing, error.message.lower())
        except TelegramAPIError as error:
            await self._mark(outgoing.row, Delivery.PARKED, type(error).__name__)
            return True
        sent_id = result.message_id if isinstance(result, Message) else None
        await self._mark(outgoing.row, Delivery.DONE, message_id=sent_id)
        return True

    async def _bad_request(self, outgoing: Outgoing, words: str) -> bool:
        if any(known in words for known in _ALREADY_SO):
            await self._mark(outgoing.row, Delivery.DONE)
            return True
        if outgoing.method == "editMessageText" and any(known in words for known in _EDIT_LOST):
            if outgoing.row.kind == "notice" and outgoing.row.slot and _notice_name(outgoing) in ONLY_EDIT:
                await self._mark(outgoing.row, Delivery.DONE)
                return True
            data = {name: value for name, value in outgoing.data.items() if name != "message_id"}
            return await self._send(replace(outgoing, method="sendMessage", data=data))
        if "can't parse entities" in words and "tg-time" in str(outgoing.data):
            return await self._send(replace(outgoing, data=_without_time_tags(outgoing.data)))
        if "thread not found" in words and "message_thread_id" in outgoing.data:
            data = {name: value for name, value in outgoing.data.items() if name != "message_thread_id"}
            return await self._send(replace(outgoing, data=data))
        log.warning("%s was refused and parked", outgoing.method)
        await self._mark(outgoing.row, Delivery.PARKED, "BadRequest")
        return True

    async def _mark(
        self, row: OutboxRow, state: Delivery, error: str = "", *, message_id: int | None = None
    ) -> None:
        def mark(tx: Tx) -> None:
            _settle(tx, row, state, error)
            if row.slot and message_id is not None:
                delivery.fill_slot(tx, row.lane, row.subject, row.slot, message_id)

        await self._database.write(mark, Purpose.DELIVERY)

    async def _later(self, row: OutboxRow, pause: timedelta, error: str, *, counts: bool = True) -> None:
        def later(tx: Tx) -> None:
            if counts and row.attempts + 1 >= ATTEMPTS_BEFORE_PARKED:
                _settle(tx, row, Delivery.PARKED, error)
                return
            tx.outbox.update(
                {"id": row.id},
                due_at=tx.clock.now() + pause,
                lease_until=None,
                error=error,
                attempts=row.attempts + counts,
            )

        await self._database.write(later)


def _lanes_with_work(tx: Tx) -> list[str]:
    now = tx.clock.now()
    rows = tx.outbox.select(
        state=Delivery.WAITING.value, due_at__le=now, order_by="id", limit=500, opened=False
    )
    return list(dict.fromkeys(row.lane for row in rows if not row.lease_until or row.lease_until <= now))


def _release(tx: Tx, rows: list[str]) -> None:
    for row in rows:
        tx.outbox.update({"id": row}, lease_until=None)


def _settle(tx: Tx, row: OutboxRow, state: Delivery, error: str = "") -> None:
    keep: dict[str, Any] = {} if state is Delivery.PARKED and error == "blocked" else {"payload": None}
    tx.outbox.update(
        {"id": row.id, "subject": row.subject}, state=state.value, lease_until=None, error=error, **keep
    )


def _is_blocked(tx: Tx, lane: str) -> bool:
    link = tx.links.find(id=lane, opened=False)
    return link is not None and link.blocked_at is not None


def _blocked(tx: Tx, lane: str) -> None:
    """The person blocked the bot: keep what waits for when they come back; no legal clock stops."""
    tx.links.update({"id": lane}, blocked_at=tx.clock.now())
    for row in tx.outbox.select(lane=lane, state=Delivery.WAITING.value, opened=False):
        _settle(tx, row, Delivery.PARKED, "blocked")


def unblock(tx: Tx, lane: str) -> None:
    """They are back: send the notices that were kept for them."""
    tx.links.update({"id": lane}, blocked_at=None)
    tx.outbox.update(
        {"lane": lane, "state": Delivery.PARKED.value, "error": "blocked", "kind": "notice"},
        state=Delivery.WAITING.value,
        error="",
        due_at=tx.clock.now(),
    )


def record_delivered(tx: Tx, subject: str, ref: str) -> None:
    """An export has arrived."""
    audit.record(tx, Tag.EXPORT_DELIVERED, subject=subject, ref=ref)


def _notice_name(outgoing: Outgoing) -> str:
    payload = outgoing.row.payload or {}
    return str(payload.get("notice", "export_progress"))


def _method(outgoing: Outgoing) -> TelegramMethod[Any]:
    kind = getattr(methods, outgoing.method[0].upper() + outgoing.method[1:])
    data = dict(outgoing.data)
    if outgoing.document is not None:
        content, name = outgoing.document
        data["document"] = BufferedInputFile(content, name)
    method: TelegramMethod[Any] = kind(**data)
    return method


def _without_time_tags(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: re.sub(r"</?tg-time[^>]*>", "", value) if isinstance(value, str) else value
        for name, value in data.items()
    }
