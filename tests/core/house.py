"""A desk without Telegram: real database, key store, ledger and jobs in a folder; several processes may share one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.app import Core
from bot.core import accounts, conversations, deletion, work
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.conversations import Message
from bot.core.erasure.job import ERASE, PURGED, Eraser
from bot.core.erasure.ledger import Entry, Ledger
from bot.core.keys import FileKekHolder, KekHolder, KeyRing, Purpose, Vault, reseal, rotation
from bot.core.keys.ring import LEDGER
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.core.work import Job, Work
from bot.storage import SqliteDatabase, SqlKeyStore, World
from bot.workers import DatabaseEngine

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "an unmistakable flamingo"


@dataclass
class House:
    """One process of the service on a folder."""

    folder: Path
    clock: FixedClock
    store: SqlKeyStore
    ring: KeyRing
    database: SqliteDatabase
    ledger: Ledger
    engine: DatabaseEngine

    def do(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit and commit."""
        return self.engine.write(unit)

    def look(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit that changes nothing."""
        return self.engine.read(unit)

    def person(self, telegram_id: int = 4711, text: str = SECRET) -> str:
        """An account with a conversation; its subject."""

        def furnish(tx: Tx) -> str:
            account, _new = accounts.open_for_telegram(tx, telegram_id, locale="en")
            conversations.add(tx, account.id, text, [Message("user", text, NOON)])
            return account.id

        return self.do(furnish)

    def reads(self, subject: str) -> str:
        """What the person's only conversation says."""
        return self.look(lambda tx: tx.segments.select(subject=subject))[0].content[0][1]

    def eraser(self) -> Eraser:
        return Eraser(self.ledger, self.ring, self.database.compact)

    def jobs(self) -> dict[str, Job]:
        eraser = self.eraser()
        return {
            ERASE: eraser.erase_job,
            PURGED: eraser.purged_job,
            deletion.REMIND: deletion.remind_job,
            rotation.ROLL: rotation.make_roll_job(self.ring),
            rotation.RETIRE: rotation.make_retire_job(self.ring),
            reseal.RESEAL: reseal.reseal_job,
        }

    def claim(self) -> list[Work]:
        return self.do(lambda tx: work.claim(tx, kinds=tuple(self.jobs())))

    def work_off(self, engine: work.Engine | None = None) -> int:
        """Sweep and work until nothing is due; how many pieces."""
        jobs, done = self.jobs(), 0
        self.do(rotation.make_sweep(self.ring))
        while taken := self.claim():
            for item in taken:
                with suppress(work.FencedError):
                    jobs[item.kind](engine or self.engine, item)
                done += 1
        return done

    def wait(self, **span: float) -> None:
        """Time goes by, and what falls due meanwhile is done day by day."""
        until = self.clock.now() + timedelta(**span)
        while self.clock.now() < until:
            self.clock.move(min(timedelta(days=1), until - self.clock.now()))
            self.work_off()

    def delete(self, subject: str) -> str:
        """The person asks for deletion; the case."""
        return self.do(lambda tx: deletion.begin(tx, tx.accounts.get(id=subject))).id

    @property
    def database_file(self) -> Path:
        return self.folder / "data.db"

    @property
    def key_file(self) -> Path:
        return self.folder / "keys" / "keys.db"

    def files(self) -> dict[str, bytes]:
        """Every byte on the disk that is the data's or the ledger's."""
        return {
            str(file.relative_to(self.folder)): file.read_bytes() for file in self.folder.rglob("*") if file.is_file()
        }


def house_of(core: Core) -> House:
    """The same on an opened core of the whole program."""
    clock, database = core.clock, core.database
    assert isinstance(clock, FixedClock)
    assert isinstance(database, SqliteDatabase)
    engine = DatabaseEngine(database)
    return House(core.settings.data_dir, clock, core.key_store, core.ring, database, core.ledger, engine)


class Fate:
    """Ends a process at the n-th point that it passes; `passed` counts them."""

    def __init__(self, at: int, end: Callable[[], None]) -> None:
        self.passed, self._at, self._end = 0, at, end

    def point(self) -> None:
        self.passed += 1
        if self.passed == self._at:
            self._end()


class FatedEngine:
    """A point before and after each transaction that writes."""

    def __init__(self, house: House, fate: Fate) -> None:
        self._house, self._fate = house, fate

    def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        self._fate.point()
        result = self._house.engine.write(unit, purpose)
        self._fate.point()
        return result

    def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self._house.engine.read(unit, purpose)


class FatedLedger(Ledger):
    """A point before and after each line."""

    fate: Fate

    def begin(self, entry: Entry) -> Entry:
        self.fate.point()
        found = super().begin(entry)
        self.fate.point()
        return found

    def complete(self, ref: str, steps: Sequence[str], at: datetime, epoch: int) -> Entry:
        self.fate.point()
        found = super().complete(ref, steps, at, epoch)
        self.fate.point()
        return found


@asynccontextmanager
async def open_house(folder: Path, clock: FixedClock | None = None, holder: KekHolder | None = None) -> AsyncIterator[House]:
    """Open a folder, new or not."""
    clock, random = clock or FixedClock(NOON), SystemRandomness()
    store = SqlKeyStore.in_file(folder / "keys" / "keys.db")
    ring = KeyRing("EU", holder or FileKekHolder.open_or_create(folder / "root.key"), store, clock, random)
    ring.open()
    database = SqliteDatabase(folder / "data.db", World(Vault(ring), load_policy(), clock, random))
    await database.start()
    ledger = Ledger(folder / "ledger" / "erasures.jsonl", ring.named(LEDGER))
    try:
        yield House(folder, clock, store, ring, database, ledger, DatabaseEngine(database))
    finally:
        await database.stop()
        store.close()
