"""Two regions without a bot, and somebody who moves between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.app import Core, open_core
from bot.core import accounts, cases, conversations, delivery, exports, residence, work
from bot.core.accounts import OPEN
from bot.core.cases import Right
from bot.core.clock import FixedClock
from bot.core.ids import new_id
from bot.core.keys import SERVICE, Purpose, Vault
from bot.core.moving import Road, make_move_job
from bot.core.ports import Tx
from bot.core.residence import Directory
from bot.core.work import Engine, EngineFor
from bot.settings import Settings
from bot.workers import DatabaseEngine
from tests.stage import START

T = TypeVar("T")
ALICE = 1001
HOME, AWAY = "EU", "US"
PLACES = {HOME: "eu", AWAY: "california"}
TALKS = ("Sore knee", "Landlord")


class Killed(BaseException):
    """What kill -9 is to a test: nothing of ours catches it."""


@dataclass
class Faults:
    """Calls `strike` before the chosen operation; every durable one counts."""

    at: int = -1
    strike: Callable[[], None] = lambda: None
    seen: int = field(default=0)

    def run(self, deed: Callable[[], T]) -> T:
        mine, self.seen = self.seen, self.seen + 1
        if mine == self.at:
            self.strike()
        return deed()


class _Engine:
    def __init__(self, engine: Engine, faults: Faults) -> None:
        self._engine, self._faults = engine, faults

    def write(self, unit: Callable[[Tx], T], *purpose: Any) -> T:
        return self._faults.run(lambda: self._engine.write(unit, *purpose))

    def read(self, unit: Callable[[Tx], T], *purpose: Any) -> T:
        return self._engine.read(unit, *purpose)


class _Directory:
    """The directory, with faults."""

    def __init__(self, directory: Directory) -> None:
        self._directory, self.faults = directory, Faults()
        self.near, self.find, self.links = directory.near, directory.find, directory.links
        self.leave, self.regions, self.close = directory.leave, directory.regions, directory.close

    def settle(self, links: Mapping[int, str], region: str) -> None:
        self.faults.run(lambda: self._directory.settle(links, region))


class TwoRegions:
    """EU at home and US, with ALICE in the first."""

    def __init__(self, cores: dict[str, Core], clock: FixedClock) -> None:
        self.cores, self.clock = cores, clock
        vault = Vault(cores[HOME].ring)
        self.directory = _Directory(cores[HOME].safe.directory(lambda number: vault.blind_index("d", str(number))))

    @classmethod
    async def open(cls, folder: Path, **addresses: str | None) -> TwoRegions:
        """In files, or in databases."""
        clock = FixedClock(START)
        settings = Settings(data_dir=folder, **addresses)
        cores = {}
        for region in (HOME, AWAY):
            found = settings.for_region(region)
            assert found is not None
            cores[region] = await open_core(found, clock)
        return cls(cores, clock)

    async def close(self) -> None:
        self.directory.close()
        for core in self.cores.values():
            await core.stop()

    def engine(self, region: str) -> Engine:
        return EngineFor(Purpose.RIGHTS, DatabaseEngine(self.cores[region].database))

    def job(self, region: str, faults: Faults) -> work.Job:
        """The move job of a region; every durable thing it does passes the faults."""
        core = self.cores[region]
        self.directory.faults = faults
        road = Road(
            self.directory, lambda name: _Engine(self.engine(name), faults), core.moves, lambda: faults.run(lambda: None)
        )
        job = make_move_job(road)
        return lambda engine, item: job(_Engine(self.engine(region), faults), item)

    # ------------------------------------------------------------------ what tests ask

    def furnish(self) -> None:
        """Alice, with something of everything."""

        def make(tx: Tx) -> None:
            account, _new = accounts.open_for_telegram(tx, ALICE, locale="de")
            for title in TALKS:
                turn = [conversations.Message("user", title * 50, tx.clock.now())]
                conversations.add(tx, account.id, title, turn, kept=True)
            case = cases.open_case(tx, account, Right.QUESTION, text="why?")
            work.schedule(tx, "a.reminder", case.id, tx.clock.now() + timedelta(days=400), n=1)
            key = "package:" + new_id(tx.random)
            tx.keys.create(key)
            tx.chunks.add(exports.Chunk(f"{key}.000000", key, 0, b"a whole export"))
            expires = tx.clock.now() + timedelta(days=400)
            tx.packages.add(exports.Package(new_id(tx.random), account.id, case.id, key, tx.clock.now(), expires, 14, 1))
            lane = accounts.telegram_index(tx, ALICE)
            row = delivery.InboxRow("1:000000000001", SERVICE, lane, "waiting", tx.clock.now(), body='{"update_id": 1}')
            tx.inbox.add(row)
            delivery.notify(tx, account.id, "case_done", ref=case.id)

        self.engine(HOME).write(make)

    def want(self, region: str, to: str) -> work.Work:
        """Alice says that she lives in `to`; the claimed work."""

        def say(tx: Tx) -> None:
            found = accounts.find_by_telegram(tx, ALICE)
            assert found is not None
            accounts.set_jurisdiction(tx, found.id, PLACES[to])

        self.engine(region).write(say)
        return self.claim(region)

    def claim(self, region: str) -> work.Work:
        (item,) = self.engine(region).write(lambda tx: work.claim(tx, kinds=(residence.MOVE,)))
        return item

    def finish(self, region: str) -> bool:
        """Another worker takes over when the lease has run out; whether there was something left to do."""
        self.clock.move(work.LEASE + timedelta(seconds=1))
        taken = self.engine(region).write(lambda tx: work.claim(tx, kinds=(residence.MOVE,)))
        for item in taken:
            self.job(region, Faults())(self.engine(region), item)
        return bool(taken)

    def answering(self) -> str:
        """The region that answers for Alice."""
        return self.directory.find(ALICE) or HOME

    def status(self, region: str) -> str | None:
        found = self.engine(region).read(lambda tx: accounts.find_by_telegram(tx, ALICE))
        return found.status if found else None

    def one_answers(self) -> None:
        """The one that the directory names has the account, and no other has an open one."""
        answering = self.answering()
        other = next(name for name in self.cores if name != answering)
        assert self.status(answering) is not None
        assert self.status(other) != OPEN

    def lives_only_in(self, region: str) -> None:
        """Everything is there, whole and once, and nothing in the other."""
        assert self.answering() == region
        other = next(name for name in self.cores if name != region)
        assert self.status(other) is None
        self.engine(region).read(_whole)
        self.engine(other).read(_empty)


def _whole(tx: Tx) -> None:
    account = accounts.find_by_telegram(tx, ALICE)
    assert account is not None
    assert (account.status, account.locale) == (OPEN, "de")
    page, count = conversations.page(tx, account.id, limit=10)
    assert (sorted(each.title for each in page), count) == (sorted(TALKS), len(TALKS))
    for each in page:
        assert [message.text for message in conversations.messages(tx, account.id, each.id)] == [each.title * 50]
    (case,) = tx.cases.select(subject=account.id)
    assert case.details == {"text": "why?"}
    assert tx.work.count(kind="a.reminder", ref=case.id, state="waiting") == 1
    assert [entry.tag for entry in cases.path(tx, case.id)].count("case:opened") == 1
    (package,) = tx.packages.select(subject=account.id)
    assert exports.part(tx, package.id, 0) == b"a whole export"
    assert tx.segments.count(subject=account.id) == len(TALKS)
    lane = accounts.telegram_index(tx, ALICE)
    assert [row.body for row in tx.inbox.select(lane=lane)] == ['{"update_id": 1}']
    kinds = [(row.payload or {})["notice"] for row in tx.outbox.select(lane=lane)]
    assert kinds.count("case_done") == 1


def _empty(tx: Tx) -> None:
    for name, rows in tx.of_subjects().items():
        if name not in ("audit", "inbox", "outbox"):
            assert rows.count() == 0, name
    assert tx.inbox.count() == tx.outbox.count() == 0
    assert [row.id for row in tx.keys.rows.select(wrapped__ne=None)] == [SERVICE]
    assert tx.work.count(state="waiting") == 0
