"""Going out: drains the outbox, chat by chat in order, at Telegram's pace, across restarts.

A row is leased while it is being sent and marked when Telegram took it: at-least-once, since Telegram knows no idempotency key.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import Message

from bot.core import accounts, delivery, exports
from bot.core.delivery import Delivery, OutboxRow
from bot.core.errors import PrivacyError
from bot.core.keys import SERVICE, Purpose
from bot.core.ports import Tx
from bot.core.support import linking
from bot.core.support.rooms import ROOM
from bot.storage import Database
from bot.telegram import breach_notices, outbox
from bot.telegram.notices import NOTICES
from bot.telegram.outgoing import Outgoing
from bot.telegram.pacing import Pacer
from bot.telegram.team import leaving, letters, rooms
from bot.telegram.texts import PSEUDO, SOURCE, speaking

log = logging.getLogger(__name__)

_HOLD_SECONDS = outbox.LEASE.total_seconds() / 2
"""So long a batch is worked on; then the rest is given back, before its lease runs out and another process sends it too."""
_WAIT_AT_MOST_SECONDS = 1.0
"""A chat that has to wait for longer is put off, and the answers to taps in it go out meanwhile (outbox.py)."""
_AT_ONCE = frozenset(
    {"answerCallbackQuery", "answerInlineQuery", "deleteMessage", "setMessageReaction", "sendChatAction"}
)
_STALE = {"answerCallbackQuery": timedelta(seconds=30), "answerInlineQuery": timedelta(seconds=10)}
_ALREADY_SO = ("message is not modified", "message to delete not found", "query is too old", "topic_not_modified")
_MENDS_AT_MOST = 5
_EDIT_LOST = ("message to edit not found", "message can't be edited", "message identifier is not specified")


class Sender:
    """Sends what waits. One per process; rows are leased, so several processes share the work."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        *,
        pacer: Pacer | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        pseudo: bool = False,
        at_home: bool = True,
    ) -> None:
        self._database = database
        self._bot = bot
        self._pacer = pacer
        self._monotonic = monotonic
        self._sleep = sleep
        self._pseudo = pseudo
        self._at_home = at_home
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._free = asyncio.Semaphore(64)

    async def run(self, wake: asyncio.Event) -> None:
        """Send for ever. `wake` says that there may be something new."""
        while True:
            wake.clear()
            for lane in await self._lanes_to_drain():
                if lane not in self._lanes or self._lanes[lane].done():
                    self._lanes[lane] = asyncio.create_task(self._drain_lane(lane))
            for lane in [lane for lane, task in self._lanes.items() if task.done()]:
                del self._lanes[lane]
            try:
                await asyncio.wait_for(wake.wait(), timeout=1)
            except TimeoutError:
                continue

    async def _lanes_to_drain(self) -> list[str]:
        try:
            return await self._database.read(outbox.lanes_with_work, Purpose.DELIVERY)
        except Exception as error:  # the database is away: what is stored waits there
            log.error("looking for messages failed: %s", type(error).__name__)
            return []

    async def drain(self) -> None:
        """Send what is due now and return: for tests, and for a stop that leaves nothing behind."""
        tried: set[str] = set()
        while lanes := [lane for lane in await self._database.read(outbox.lanes_with_work, Purpose.DELIVERY) if lane not in tried]:
            tried.update(lanes)
            await asyncio.gather(*(self._drain_lane(lane) for lane in lanes))

    async def finish(self) -> None:
        """Let the messages under way arrive."""
        if self._lanes:
            await asyncio.wait(self._lanes.values(), timeout=5)

    async def _drain_lane(self, lane: str) -> None:
        goes_on = True
        while goes_on:
            begun = self._monotonic()
            batch = await self._database.write(lambda tx: self._claim(tx, lane), Purpose.DELIVERY)
            goes_on = bool(batch)
            for position, outgoing in enumerate(batch):
                in_time = self._monotonic() - begun < _HOLD_SECONDS
                if in_time:
                    async with self._free:
                        goes_on = await self._send(outgoing)
                if not in_time or not goes_on:
                    rest = [later.row for later in batch[position:]]
                    await self._database.write(lambda tx, rest=rest: outbox.release(tx, rest), Purpose.DELIVERY)  # type: ignore[misc]
                    break

    def _claim(self, tx: Tx, lane: str) -> list[Outgoing]:
        claimed: list[Outgoing] = []
        leased = outbox.lease(tx, lane)
        for position, row in enumerate(leased):
            stale = _STALE.get(row.kind)
            outgoing = None if stale and tx.clock.now() - row.created_at > stale else self._render(tx, row)
            if outgoing is None:
                outbox.settle(tx, row, Delivery.PARKED, "stale or unreadable")
                continue
            claimed.append(outgoing)
            # One file in memory at a time; and what follows is worked out when the calls of this row have changed what is shown.
            if outgoing.document is not None or outgoing.photo is not None or outgoing.again:
                outbox.release(tx, leased[position + 1 :])
                break
        return claimed

    def _render(self, tx: Tx, row: OutboxRow) -> Outgoing | None:
        try:
            payload = tx.outbox.get(id=row.id).payload or {}
            if row.kind == ROOM:
                return self._render_call(tx, row, payload)
            if row.kind != "notice":
                chat, png = payload.get("chat_id"), payload.pop("png", None)
                photo = (base64.b64decode(png), "chart.png") if png else None
                return Outgoing(row, row.kind, payload, photo=photo, group=isinstance(chat, int) and chat < 0)
            return self._render_notice(tx, row, payload)
        except (PrivacyError, KeyError, ValueError) as error:  # its owner's key is gone, or a kind nobody knows now
            log.info("outbox row dropped: %s", type(error).__name__)
            return None

    def _render_call(self, tx: Tx, row: OutboxRow, payload: dict[str, Any]) -> Outgoing | None:
        with speaking(PSEUDO if self._pseudo else SOURCE):
            call = rooms.next_call(tx, row, payload)
        if call is None:
            return None
        return Outgoing(
            row, call.method, call.data, call.document, photo=call.photo, group=True,
            done=call.done, again=call.again, shrinks=call.shrinks,
        )  # fmt: skip

    def _render_notice(self, tx: Tx, row: OutboxRow, payload: dict[str, Any]) -> Outgoing | None:
        data = letters.current(tx, payload["data"])
        if data is None or not breach_notices.may_leave(tx, row, payload):
            return None
        account = tx.accounts.find(id=row.subject) if row.subject != SERVICE else None
        chat_id = data.get("chat_id") or (accounts.telegram_id_of(tx, row.subject) if account else None)
        if chat_id is None:
            return None
        reader = account if "chat_id" not in data else None  # what is about a person may be for somebody of the team
        locale = (reader.locale if reader else data.get("locale")) or SOURCE
        place = tx.policy.jurisdictions.get(reader.jurisdiction or "") if reader else None
        with speaking(PSEUDO if self._pseudo else locale):
            notice = NOTICES[payload["notice"]](data, place.time_zone if place else "UTC")
            method, parameters = notice.method(int(chat_id))
        shown = delivery.slot_message(tx, row.lane, row.slot) if row.slot else None
        if shown is not None and method == "sendMessage":
            method, parameters = "editMessageText", parameters | {"message_id": shown}
        document = None
        if notice.package:
            document = exports.part(tx, *notice.package), notice.file_name
        elif notice.content:
            content = notice.content
            document = content if isinstance(content, bytes) else content.encode(), notice.file_name
        done = letters.arrival(notice.letter) if notice.letter else None
        if notice.breach:
            done = breach_notices.arrival(row.subject, data)
        return Outgoing(row, method, parameters, document, completes=notice.completes, done=done)

    async def _send(self, outgoing: Outgoing) -> bool:
        """Send one; whether the chat's next may follow now."""
        chat = outgoing.data.get("chat_id", outgoing.row.lane)
        if self._pacer is not None and outgoing.method not in _AT_ONCE:
            rank = outgoing.row.rank
            while (wait := self._pacer.wait_for(chat, group=outgoing.group, now=self._monotonic(), rank=rank)) > 0:
                if wait > _WAIT_AT_MOST_SECONDS or rank:  # what waits with a rank must not hold up what has none
                    await self._later(outgoing.row, timedelta(seconds=wait), "Paced", counts=False)
                    return False
                await self._sleep(wait)
            self._pacer.sent(chat, group=outgoing.group, now=self._monotonic())
        try:
            result = await self._bot(outgoing.call())
        except TelegramRetryAfter as error:
            if self._pacer is not None:
                self._pacer.refused(chat, error.retry_after, now=self._monotonic())
            await self._later(outgoing.row, timedelta(seconds=error.retry_after), "RetryAfter", counts=False)
            return False
        except TelegramForbiddenError:
            await self._database.write(lambda tx: leaving.shut_out(tx, outgoing.row, at_home=self._at_home), Purpose.DELIVERY)
            return False
        except TelegramMigrateToChat as error:
            return await self._follow(outgoing, error.migrate_to_chat_id)
        except (TelegramNetworkError, TelegramServerError) as error:
            # An outage never uses up the attempts: only retention ends a message that could still arrive.
            waited = (await self._database.read(lambda tx: tx.clock.now())) - outgoing.row.created_at
            pause = max(timedelta(seconds=1), min(waited, timedelta(minutes=5)))
            await self._later(outgoing.row, pause, type(error).__name__, counts=False)
            return False
        except TelegramBadRequest as error:
            return await self._bad_request(outgoing, error.message.lower())
        except TelegramAPIError as error:
            await self._mark(outgoing, Delivery.PARKED, type(error).__name__)
            return True
        except Exception as error:  # an answer that cannot be read; the type only, the text may carry what was said
            log.error("%s failed: %s", outgoing.method, type(error).__name__)
            await self._later(outgoing.row, timedelta(minutes=1), type(error).__name__)
            return False
        return await self._sent(outgoing, result)

    async def _sent(self, outgoing: Outgoing, result: Any) -> bool:
        if not outgoing.again:
            await self._mark(outgoing, Delivery.DONE, result=result)
            return True
        done = outgoing.done

        def go_on(tx: Tx) -> Outgoing | None:
            if done is not None:
                done(tx, result)
            return self._render(tx, outgoing.row)

        return await self._send_next(outgoing, await self._database.write(go_on, Purpose.DELIVERY))

    async def _send_next(self, before: Outgoing, following: Outgoing | None) -> bool:
        """The next call of the same row; without one the row is done."""
        if following is None:
            await self._mark(replace(before, done=None), Delivery.DONE)
            return True
        return await self._send(replace(following, mends=before.mends))

    async def _bad_request(self, outgoing: Outgoing, words: str) -> bool:
        if any(known in words for known in _ALREADY_SO):
            return await self._sent(outgoing, None)
        if outgoing.row.kind == ROOM and outgoing.mends < _MENDS_AT_MOST:
            return await self._mend(outgoing, words)
        if "ephemeral_message_parameters" in outgoing.data:
            return await self._send(replace(outgoing, data=outgoing.for_all()))
        if outgoing.method == "editMessageText" and any(known in words for known in _EDIT_LOST):
            data = {name: value for name, value in outgoing.data.items() if name != "message_id"}
            return await self._send(replace(outgoing, method="sendMessage", data=data))
        if "can't parse entities" in words and "tg-time" in str(outgoing.data):
            return await self._send(replace(outgoing, data=outgoing.without_time_tags()))
        if "thread not found" in words and "message_thread_id" in outgoing.data and not outgoing.group:
            data = {name: value for name, value in outgoing.data.items() if name != "message_thread_id"}
            return await self._send(replace(outgoing, data=data))
        log.warning("%s was refused and parked", outgoing.method)
        await self._mark(outgoing, Delivery.PARKED, "BadRequest")
        return True

    async def _follow(self, outgoing: Outgoing, new_chat: int) -> bool:
        """The group became a supergroup: say it there, and where it is the team's, everything else from now on too."""
        old_chat = int(outgoing.data["chat_id"])
        if await self._database.write(lambda tx: linking.migrated(tx, old_chat, new_chat), Purpose.DELIVERY):
            await self._later(outgoing.row, timedelta(), "Migrated", counts=False)
            return False
        return await self._send(replace(outgoing, data=outgoing.data | {"chat_id": new_chat}))

    async def _mend(self, outgoing: Outgoing, words: str) -> bool:
        """A room is not as we thought: learn, and work the row out again."""

        def mend(tx: Tx) -> Outgoing | None:
            message = outgoing.data.get("message_id")
            return self._render(tx, outgoing.row) if rooms.mend(tx, outgoing.row, words, message) else None

        following = await self._database.write(mend, Purpose.DELIVERY)
        if following is None:
            log.warning("%s was refused and parked", outgoing.method)
            await self._mark(outgoing, Delivery.PARKED, "BadRequest")
            return True
        return await self._send_next(replace(outgoing, mends=outgoing.mends + (not outgoing.shrinks)), following)

    async def _mark(self, outgoing: Outgoing, state: Delivery, error: str = "", *, result: Any = None) -> None:
        row = outgoing.row

        def mark(tx: Tx) -> None:
            outbox.settle(tx, row, state, error)
            if state is not Delivery.DONE:
                return
            if row.slot and isinstance(result, Message):
                owner = SERVICE if row.slot.startswith(delivery.OF_TEAM) else row.subject
                delivery.fill_slot(tx, row.lane, owner, row.slot, result.message_id)
            if outgoing.done is not None:
                outgoing.done(tx, result)
            if outgoing.completes:
                exports.arrived(tx, outgoing.completes, offered=outgoing.document is None)

        await self._database.write(mark, Purpose.DELIVERY)

    async def _later(self, row: OutboxRow, pause: timedelta, error: str, *, counts: bool = True) -> None:
        await self._database.write(lambda tx: outbox.put_off(tx, row, pause, error, counts=counts), Purpose.DELIVERY)
