"""Where a ledger's lines are kept, apart from the data, and what remembers how many there were."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from bot.core.errors import LedgerCutError
from bot.core.folders import sync_folder


class Lines(Protocol):
    """Lines that only grow, in no backup of the data. `name` says to an operator which they are."""

    name: str

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold off everybody else who would read or add, in any process. Not to be nested."""
        ...

    def read(self, after: int) -> list[bytes]:
        """The lines after the first `after`, inside `exclusive`; they last from now on. LedgerCutError when there are fewer."""
        ...

    def add(self, line: bytes) -> None:
        """Add one inside `exclusive`, after everything was read; it lasts when this returns. It ends with a newline."""
        ...


    def replace(self, lines: list[bytes], aside: str) -> None:
        """Have these instead, all at once, inside `exclusive`; those that were there are kept under the name `aside`. For a ledger that
        was lost, and for nothing else."""
        ...


class Anchor(Protocol):
    """How far a ledger had come when it was last used, kept in another place: lines cut off its end while nothing ran show.

    It follows the ledger and is never ahead: a line counts as written only when the anchor has it, so a crash between the two
    leaves a line that nobody relied on yet.
    """

    def find(self) -> tuple[int, str]:
        """How many lines, and the MAC of the last; (0, "") before the first."""
        ...

    def move(self, lines: int, mac: str) -> None:
        """There are `lines` now. Never moves back."""
        ...

    def begin_anew(self, lines: int, mac: str) -> None:
        """There are `lines` now, however many there were: the loss was accepted."""
        ...


class FileLines:
    """Implements `Lines` in a file that only its owner may read (0600), under its own lock.

    A line half-written when the power failed was never acknowledged: it is passed over, and written over by the next one.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self._ends: list[int] = []
        self._file = -1

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        new = not self._path.exists()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if new:
                sync_folder(self._path.parent)
            self._file = file
            yield
        finally:
            self._file = -1
            os.close(file)

    def read(self, after: int) -> list[bytes]:
        del self._ends[after:]
        begin, size = self._end(), os.fstat(self._file).st_size
        if size < begin:
            raise LedgerCutError(self.name, sum(end <= size for end in self._ends), after)
        *whole, _torn = os.pread(self._file, size - begin, begin).split(b"\n")
        fresh = [line + b"\n" for line in whole]
        for line in fresh:
            self._ends.append(self._end() + len(line))
        if fresh:
            os.fsync(self._file)  # whoever wrote them may have died before doing so
        return fresh

    def add(self, line: bytes) -> None:
        os.ftruncate(self._file, self._end())
        written = 0
        while written < len(line):
            written += os.pwrite(self._file, line[written:], self._end() + written)
        os.fsync(self._file)
        self._ends.append(self._end() + len(line))

    def replace(self, lines: list[bytes], aside: str) -> None:
        before, fresh = self._path.read_bytes(), b"".join(lines)
        if before != fresh:
            _write_anew(self._path.with_name(f"{self._path.name}.{aside}"), before)
            _write_anew(self._path, fresh)
        self._ends = list(accumulate(map(len, lines)))

    def _end(self) -> int:
        return self._ends[-1] if self._ends else 0


def _write_anew(path: Path, content: bytes) -> None:
    half = path.with_name(path.name + ".half")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    sync_folder(path.parent)
