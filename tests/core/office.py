"""A desk without a chat, for laws that need many steps: real database, keys and clock, plain function calls."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.app import Core, open_core
from bot.core import accounts, conversations
from bot.core.accounts import Account
from bot.core.clock import FixedClock
from bot.core.conversations import Message
from bot.core.keys import Purpose
from bot.core.ports import Tx
from bot.settings import Settings
from bot.workers import DatabaseEngine
from tests.stage import START

T = TypeVar("T")


class Office:
    """Opened with a folder of its own, closed with `close`."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._loop = asyncio.new_event_loop()
        self.clock = FixedClock(START)
        self.core: Core = self._loop.run_until_complete(
            open_core(Settings(data_dir=Path(self._folder.name)), self.clock)
        )
        self.engine = DatabaseEngine(self.core.database)
        self._people = 0

    def close(self) -> None:
        self._loop.run_until_complete(self.core.stop())
        self._loop.close()
        self._folder.cleanup()

    def do(self, verb: Callable[[Tx], T], purpose: Purpose = Purpose.SUBJECT) -> T:
        """Run a verb in a committed transaction."""
        return self.core.database.write_from_thread(verb, purpose)

    def read(self, verb: Callable[[Tx], T], purpose: Purpose = Purpose.RIGHTS) -> T:
        return self.core.database.read_from_thread(verb, purpose)

    def person(self, *, linked: bool = True, place: str | None = None, titles: tuple[str, ...] = ()) -> Account:
        """A new person, with conversations."""
        self._people += 1
        number = self._people

        def make(tx: Tx) -> Account:
            account = accounts.open_for_telegram(tx, 5000 + number)[0] if linked else accounts.create(tx)
            tx.accounts.update({"id": account.id}, jurisdiction=place)
            for title in titles:
                conversations.add(tx, account.id, title, [Message("user", f"{title} asks", tx.clock.now())])
            return tx.accounts.get(id=account.id)

        return self.do(make)

    def later(self, **span: float) -> datetime:
        return self.clock.move(timedelta(**span))
