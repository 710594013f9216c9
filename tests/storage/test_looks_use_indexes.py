"""What is looked for every second or minute is found by an index, however much there is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.app import Core
from bot.core import accounts, cases, confirmations, conversations, delivery, drafts, questions, work
from bot.core.cases import Right
from bot.core.clock import FixedClock
from bot.core.conversations import Message
from bot.core.delivery import Delivery, InboxRow
from bot.core.keys import SERVICE, Purpose, rotation
from bot.core.ports import Tx
from bot.core.support import rooms
from bot.storage.session import Session, Values
from bot.storage.transaction import Transaction
from bot.telegram import inbox, outbox
from bot.workers import SWEEPS
from tests.stage import START

LOOKS: dict[str, Callable[[Tx], Any]] = {
    **{f"{sweep.__module__}.{sweep.__name__}": sweep for sweep in SWEEPS},
    "work.claim": lambda tx: work.claim(tx, kinds=("one", "two")),
    "inbox": inbox._lanes_waiting,
    "outbox": outbox.lanes_with_work,
    "outbox of a chat": lambda tx: outbox.lease(tx, delivery.lane_of(tx, 1)),
    "rooms.keep": rooms.keep,
}


FEW = ("breaches", "breach_tellings", "members", "team_groups")
"""There is a handful of them, whatever the number of people."""


class Watched:
    """A session that lets the database explain each statement before it runs it."""

    before_write: Callable[[], None] | None = None

    def __init__(self, session: Session) -> None:
        self._session = session
        self.database = session.database
        self.searched_through: list[str] = []

    def rows(self, sql: str, values: Values) -> Sequence[Sequence[Any]]:
        self._explain(sql, values)
        return self._session.rows(sql, values)

    def each(self, sql: str, values: Values) -> Iterator[Sequence[Any]]:
        self._explain(sql, values)
        return self._session.each(sql, values)

    def write(self, sql: str, values: Values) -> int:
        if not sql.startswith("INSERT"):
            self._explain(sql, values)
        return self._session.write(sql, values)

    def write_many(self, sql: str, values: Sequence[Values]) -> None:
        self._session.write_many(sql, values)

    def mark(self, number: int) -> str:
        return self._session.mark(number)

    def hold(self, name: str) -> bool:
        return self._session.hold(name)

    def _explain(self, sql: str, values: Values) -> None:
        if "WHERE" not in sql and "LIMIT" in sql:
            return  # the first rows in the order of their keys
        if re.search(rf"(FROM|UPDATE) ({'|'.join(FEW)})\b", sql):
            return
        if self.database == "sqlite":
            plan = [str(row[3]) for row in self._session.rows(f"EXPLAIN QUERY PLAN {sql}", values)]
            bad = [line for line in plan if line.startswith("SCAN")]
        else:
            self._session.write("SET LOCAL enable_seqscan = off", ())
            [(found,)] = self._session.rows(f"EXPLAIN (FORMAT JSON) {sql}", values)
            bad = [str(node) for node in _nodes(json.loads(found)[0]["Plan"]) if _reads_all(node)]
        if bad:
            self.searched_through.append(f"{re.sub(' +', ' ', sql)}\n    {bad}")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _reads_all(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Seq Scan" or ("Index" in node["Node Type"] and "Index Cond" not in node)


def furnish(tx: Tx) -> None:
    """Something of every kind that will be due one day."""
    account, _new = accounts.open_for_telegram(tx, 1)
    conversations.add(tx, account.id, "Knee", [Message("user", "It hurts.", START)])
    cases.open_case(tx, account, Right.QUESTION)
    confirmations.issue(tx, subject=account.id, chat="chat", action="clear")
    accounts.issue_link(tx, account.id)
    drafts.put(tx, "place", account.id, state="asking", data={})
    questions.count(tx, "training", "en", "answer")
    delivery.put(tx, lane=delivery.lane_of(tx, 1), kind="sendMessage", payload={"text": "Hello"}, subject=account.id)
    tx.inbox.add(InboxRow("1:1", SERVICE, "chat", Delivery.WAITING.value, tx.clock.now(), body="{}"))
    work.schedule(tx, "one", "ref")


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
async def test_nothing_is_searched_through(core: Core, look: Callable[[Tx], Any]) -> None:
    """Neither when something is due nor when nothing is: no statement reads a whole table or a whole index."""
    assert isinstance(core.clock, FixedClock)
    await core.database.write(furnish)

    def watch(tx: Tx) -> list[str]:
        watched = Watched(cast(Transaction, tx).session)
        cast(Transaction, tx).session = watched
        look(tx)
        return watched.searched_through

    assert await core.database.write(watch, Purpose.RIGHTS) == []
    core.clock.move(timedelta(days=2000))
    assert await core.database.write(watch, Purpose.RIGHTS) == []


async def test_what_is_due_of_the_keys_is_not_searched_for(core: Core) -> None:
    """The sweep that starts rotations reads the key store, and of the work only its own."""

    def watch(tx: Tx) -> list[str]:
        watched = Watched(cast(Transaction, tx).session)
        cast(Transaction, tx).session = watched
        rotation.make_sweep(core.ring)(tx)
        return watched.searched_through

    assert await core.database.write(watch, Purpose.RIGHTS) == []
