"""A desk without Telegram: the real core of the program at a home of its own; several processes may share one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.app import Core, open_core
from bot.core import accounts, conversations, deletion, work
from bot.core.clock import FixedClock
from bot.core.conversations import Message
from bot.core.erasure.job import ERASE, PURGED, Eraser
from bot.core.erasure.ledger import Ledger
from bot.core.erasure.lines import Anchor, Lines
from bot.core.keys import KeyRing, Purpose, reseal, rotation
from bot.core.ports import Tx
from bot.core.work import Job, Work
from bot.settings import Settings, read_settings
from bot.workers import DatabaseEngine
from tests.databases import Databases

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "an unmistakable flamingo"


@dataclass
class Home:
    """Where processes work: in one folder; or in two databases, each process with a folder of its own and the same root key."""

    folder: Path
    databases: Databases
    data: str | None = None
    keys: str | None = None
    _machines: int = 0

    @property
    def root_key(self) -> Path:
        return self.folder / "root.key"

    @property
    def on_postgres(self) -> bool:
        return self.data is not None

    def settings(self, **more: Any) -> Settings:
        """Those of one more process."""
        self._machines += 1
        folder = self.folder / f"machine {self._machines}" if self.on_postgres else self.folder
        stores = {"database_url": self.data, "key_store_url": self.keys}
        return Settings(data_dir=folder, key_file=self.root_key, **stores | more)

    def variables(self) -> dict[str, str]:
        """The same for a process of its own."""
        settings = self.settings()
        names = ("data_dir", "key_file", "database_url", "key_store_url")
        return {f"BOT_{name.upper()}": str(value) for name in names if (value := getattr(settings, name)) is not None}

    def environment(self, monkeypatch: pytest.MonkeyPatch) -> Settings:
        """The same for the command line, in this process."""
        for name, value in self.variables().items():
            monkeypatch.setenv(name, value)
        return read_settings()

    async def another(self, name: str) -> Home:
        """An empty one. On PostgreSQL in the same databases: nothing of before is left."""
        if self.data is not None and self.keys is not None:
            await self.databases.empty(self.data)
            await self.databases.empty(self.keys, tables=True)
        else:
            self.databases.file(self.folder / name)
        return Home(self.folder / name, self.databases, self.data, self.keys)


class Aside:
    """How a test on a loop of its own does what a job does in a thread."""

    def __init__(self, engine: DatabaseEngine) -> None:
        self._engine = engine
        self.thread = ThreadPoolExecutor(1)

    def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self.thread.submit(self._engine.write, unit, purpose).result()

    def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self.thread.submit(self._engine.read, unit, purpose).result()


@dataclass
class House:
    """One process of the service."""

    core: Core
    clock: FixedClock
    engine: Aside

    @property
    def ring(self) -> KeyRing:
        return self.core.ring

    @property
    def ledger(self) -> Ledger:
        return self.core.ledger

    @property
    def folder(self) -> Path:
        return self.core.settings.data_dir

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

    def compact(self) -> None:
        self.engine.thread.submit(self.core.database.compact).result()

    def eraser(self) -> Eraser:
        return Eraser(self.ledger, self.ring, self.compact)

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
        return self.folder / "privacy.sqlite3"

    def files(self) -> dict[str, bytes]:
        """Every byte on the disk that is the data's or the ledger's."""
        return {
            str(file.relative_to(self.folder)): file.read_bytes() for file in self.folder.rglob("*") if file.is_file()
        }


def house_of(core: Core) -> House:
    """The same on a core that was opened elsewhere."""
    clock = core.clock
    assert isinstance(clock, FixedClock)
    return House(core, clock, Aside(DatabaseEngine(core.database)))


def unsigned(_digest: bytes) -> bytes:
    """Seals a backup where nobody asks who did."""
    return bytes(64)


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


class FatedLines:
    """A point before and after each line of a ledger; the one after comes before the anchor."""

    def __init__(self, lines: Lines, fate: Fate) -> None:
        self.name, self.exclusive, self.read = lines.name, lines.exclusive, lines.read
        self._lines, self._fate = lines, fate

    def add(self, line: bytes) -> None:
        self._fate.point()
        self._lines.add(line)
        self._fate.point()


class FatedAnchor:
    """A point after each move of the anchor."""

    def __init__(self, anchor: Anchor, fate: Fate) -> None:
        self.find, self._anchor, self._fate = anchor.find, anchor, fate

    def move(self, lines: int, mac: str) -> None:
        self._anchor.move(lines, mac)
        self._fate.point()


@asynccontextmanager
async def open_house(
    home: Home | Path | Settings, clock: FixedClock | None = None, **settings: Any
) -> AsyncIterator[House]:
    """A process at a home, in the files of a folder, or as the settings say."""
    if isinstance(home, Settings):
        opened = home
    elif isinstance(home, Home):
        opened = home.settings(**settings)
    else:
        opened = Settings(data_dir=home, key_file=home / "root.key", **settings)
    core = await open_core(opened, clock or FixedClock(NOON))
    house = house_of(core)
    try:
        yield house
    finally:
        await core.stop()
        house.engine.thread.shutdown()
