"""Who has a store open: what must have it alone (a restore, a move of the keys) asks here, whatever the data lie on."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from bot.storage.doors import DOOR, PostgresDoor


class Presence(Protocol):
    """A process is seen by the others as long as it has the store open, however it ends."""

    def is_shared(self) -> bool:
        """Whether another process has the store open."""
        ...

    def close(self) -> None:
        """Not here any more."""
        ...


class FilePresence:
    """A lock on a file that every process shares: who gets it alone is alone."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def is_shared(self) -> bool:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_SH)
        return False

    def close(self) -> None:
        os.close(self._handle)


_LOOKS, _PAUSE_SECONDS = 10, 0.1
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND starts_with(application_name, :ours) AND application_name <> :mine"
)


class PostgresPresence:
    """The connections that the server knows of, on whatever machine they begin."""

    def __init__(self, door: PostgresDoor) -> None:
        self._door = door

    def is_shared(self) -> bool:
        """A connection that was closed a moment ago may still be ending: for it there is a second of patience."""
        for _ in range(_LOOKS):
            if not self._others():
                return False
            time.sleep(_PAUSE_SECONDS)
        return True

    def _others(self) -> int:
        names = {"ours": DOOR, "mine": self._door.name}
        return int(self._door.run(lambda connection: connection.execute(_OTHERS, names).scalar_one()))

    def close(self) -> None:
        """The door is closed by whoever opened it."""
