"""Where a ledger is kept, with a hand that may change it behind its back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine, text

from bot.core.erasure.ledger import Ledger
from bot.core.erasure.lines import FileLines
from bot.core.keys.ring import NamedKey
from bot.storage import SqlKeyStore
from bot.storage.apart import SqlLines
from bot.storage.doors import PostgresDoor
from tests.core.house import NOON

NAME = "EU/erasures"


class Place(Protocol):
    """A ledger's lines and its anchor."""

    def open(self, *keys: bytes) -> Ledger:
        """As a process of its own would, with keys of which the last is the newest."""
        ...

    def lines(self) -> list[bytes]: ...
    def rewrite(self, lines: list[bytes]) -> None: ...
    def anchored(self) -> int:
        """How many lines the anchor knows of."""
        ...

    def forget_anchor(self) -> None: ...
    def clear(self) -> None:
        """Neither lines nor anchor."""
        ...

    def close(self) -> None: ...


def numbered(keys: Sequence[bytes]) -> list[NamedKey]:
    """Ledger keys as a ring gives them."""
    return [NamedKey(number, key, NOON) for number, key in reversed(list(enumerate(keys, 1)))]


class FilePlace:
    """A file, and a key store in another."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger"
        self._store = SqlKeyStore.in_file(folder / "keys.db")
        self._hand = create_engine(f"sqlite:///{folder / 'keys.db'}")

    def open(self, *keys: bytes) -> Ledger:
        return Ledger(FileLines(self.path), lambda: numbered(keys), self._store.anchor(NAME))

    def lines(self) -> list[bytes]:
        return self.path.read_bytes().splitlines(keepends=True)

    def rewrite(self, lines: list[bytes]) -> None:
        self.path.write_bytes(b"".join(lines))

    def anchored(self) -> int:
        return self._store.anchor(NAME).find()[0]

    def forget_anchor(self) -> None:
        with self._hand.begin() as connection:
            connection.execute(text("DELETE FROM anchors"))

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
        self.forget_anchor()

    def close(self) -> None:
        self._store.close()
        self._hand.dispose()


class PostgresPlace:
    """Both in one database, apart from the data."""

    def __init__(self, url: str) -> None:
        self._door = PostgresDoor(url)
        self._store = SqlKeyStore(self._door)
        SqlLines(self._door, NAME)

    def open(self, *keys: bytes) -> Ledger:
        return Ledger(SqlLines(self._door, NAME), lambda: numbered(keys), self._store.anchor(NAME))

    def lines(self) -> list[bytes]:
        wanted = text("SELECT line FROM ledger_lines ORDER BY number")
        return [bytes(line) for line in self._door.run(lambda hand: list(hand.execute(wanted).scalars()))]

    def rewrite(self, lines: list[bytes]) -> None:
        rows = [{"number": number, "line": line} for number, line in enumerate(lines, 1)]

        def rewrite(hand: Connection) -> None:
            hand.execute(text("DELETE FROM ledger_lines"))
            if rows:
                hand.execute(text(f"INSERT INTO ledger_lines VALUES ('{NAME}', :number, :line)"), rows)

        self._door.run(rewrite)

    def anchored(self) -> int:
        return self._store.anchor(NAME).find()[0]

    def forget_anchor(self) -> None:
        self._door.run(lambda hand: hand.execute(text("DELETE FROM anchors")))

    def clear(self) -> None:
        self.rewrite([])
        self.forget_anchor()

    def close(self) -> None:
        self._store.close()
