"""A real database with a real key ring, and people with something to export."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from bot.core import accounts, consents, conversations
from bot.core.clock import FixedClock, SystemRandomness
from bot.core.consents import Purpose as Consenting
from bot.core.conversations import Message
from bot.core.exports.contents import write_package
from bot.core.keys import KeyRing, Purpose, StaticKekHolder, Vault
from bot.core.policies import load_policy
from bot.core.ports import Tx
from bot.storage import SqliteDatabase, SqlKeyStore, World
from bot.telegram.package_texts import package_texts

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SIGNING_KEY = bytes(range(32))
LONG = [f"message {number}" for number in range(600)]


@dataclass
class ThreadEngine:
    """How a job reaches the database. Runs `before` ahead of each of its reads and writes, with their
    number.
    """

    database: SqliteDatabase
    before: Callable[[int], None] = field(default=lambda _count: None)
    calls: int = 0

    def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        self._count()
        return self.database.write_from_thread(unit, purpose)

    def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        self._count()
        return self.database.read_from_thread(unit, purpose)

    def _count(self) -> None:
        self.calls += 1
        self.before(self.calls)


@dataclass
class Desk:
    """A database with one account in it."""

    engine: ThreadEngine
    clock: FixedClock
    subject: str

    def do(self, unit: Callable[[Tx], T]) -> T:
        """Run a unit and commit."""
        return self.engine.database.write_from_thread(unit)

    def chat(self, title: str, texts: Sequence[str], *, at: datetime = NOON, kept: bool = False) -> str:
        """Store a conversation in which the two take turns; its id."""
        messages = [
            Message(("user", "assistant")[turn % 2], text, at + timedelta(seconds=turn))
            for turn, text in enumerate(texts)
        ]
        return self.do(lambda tx: conversations.add(tx, self.subject, title, messages, kept=kept)).id

    def export(
        self, locale: str = "en", *, password: str | None = None, progress: list[float] | None = None
    ) -> bytes:
        """The package as bytes."""
        out = io.BytesIO()
        told: list[float] = [] if progress is None else progress
        write_package(
            self.engine,
            self.subject,
            out,
            texts=package_texts(locale),
            signing_key=SIGNING_KEY,
            on_progress=told.append,
            password=password,
        )
        return out.getvalue()

    def unpack(self, folder: Path, locale: str = "en") -> Path:
        """Export into a folder; the bag's top."""
        with zipfile.ZipFile(io.BytesIO(self.export(locale))) as archive:
            archive.extractall(folder)
        [top] = folder.iterdir()
        return top


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """An account with two consents, a request and no conversation."""
    clock, random = FixedClock(NOON), SystemRandomness()
    store = SqlKeyStore.in_file(tmp_path / "db" / "keys.db")
    ring = KeyRing("EU", StaticKekHolder(bytes(32)), store, clock, random)
    ring.open()
    database = SqliteDatabase(tmp_path / "db" / "a.db", World(Vault(ring), load_policy(), clock, random))
    await database.start()
    engine = ThreadEngine(database)
    subject = engine.write(lambda tx: accounts.open_for_telegram(tx, 4711, locale="en")[0].id)
    engine.write(lambda tx: accounts.set_jurisdiction(tx, subject, "eu"))
    engine.write(lambda tx: consents.withdraw(tx, subject, Consenting.TRAINING, locale="en"))
    clock.move(timedelta(minutes=1))
    engine.write(lambda tx: consents.give(tx, subject, Consenting.TRAINING, locale="zh_Hans"))
    yield Desk(engine, clock, subject)
    await database.stop()
    store.close()
