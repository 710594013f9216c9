"""The erasure ledger: who was erased, kept outside the database so that a restored backup cannot bring anybody back.

A file of JSON lines that only grows, readable by its owner alone (0600). A person stands in it as an HMAC of their subject id
under the ledger key of the key store: it tells nothing by itself, and can be recognised in a restored database. Each erasure
has a line from before its first destructive step and one from its end; every line carries an HMAC over the line before and
itself, so that an edit, a gap or a new order shows. A line half-written when the power failed was never acknowledged: it is cut.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.core.errors import LedgerError

_GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure. `subject` is the HMAC, `ref` the case, `epoch` the newest epoch whose key could open the person's."""

    ref: str
    subject: str
    scope: str
    requested_at: datetime
    epoch: int
    purge_by: datetime | None = None
    steps: tuple[str, ...] = ()
    completed_at: datetime | None = None


class Ledger:
    """The ledger in one file. Processes may share it: a line is added under a lock."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._read_to = 0
        self._lines = 0
        self._mac = _GENESIS

    def recognise(self, subject: str) -> str:
        """What a subject is called here."""
        return hmac.new(self._key, b"subject:" + subject.encode(), hashlib.sha256).hexdigest()

    def entries(self) -> list[Entry]:
        """All erasures, oldest first. LedgerError."""
        with self._lock:
            if self._path.exists():
                with self._open() as file:
                    self._catch_up(file)
            elif self._read_to:
                raise LedgerError(self._lines)
            return list(self._entries.values())

    def find(self, ref: str) -> Entry | None:
        """The erasure of a case. LedgerError."""
        return next((entry for entry in self.entries() if entry.ref == ref), None)

    def begin(self, entry: Entry) -> Entry:
        """Write down that an erasure begins; when this returns, the line is on the disk. A second call writes nothing."""
        return self._write(entry)

    def complete(self, ref: str, steps: Sequence[str], at: datetime, epoch: int) -> Entry:
        """Write down that it ended; no backup holds the key under a later epoch than `epoch`. A second call writes nothing.
        KeyError for one that never began."""
        with self._lock, self._open() as file:
            self._catch_up(file)
            known = self._entries[ref]
            if known.completed_at is not None:
                return known
            return self._append(file, replace(known, steps=tuple(steps), completed_at=at, epoch=max(known.epoch, epoch)))

    def _write(self, entry: Entry) -> Entry:
        with self._lock, self._open() as file:
            self._catch_up(file)
            return self._entries.get(entry.ref) or self._append(file, entry)

    @contextmanager
    def _open(self) -> Iterator[int]:
        new = not self._path.exists()
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if new:
                _sync_folder(self._path.parent)
            yield file
        finally:
            os.close(file)

    def _catch_up(self, file: int) -> None:
        """Read what was added since the last time, by whomever."""
        size = os.fstat(file).st_size
        if size < self._read_to:
            raise LedgerError(self._lines)
        content = os.pread(file, size - self._read_to, self._read_to)
        for line in content.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                os.ftruncate(file, self._read_to)
                os.fsync(file)
                return
            entry, self._mac = self._checked(line)
            self._lines += 1
            self._read_to += len(line)
            self._entries[entry.ref] = entry

    def _append(self, file: int, entry: Entry) -> Entry:
        body = _as_json(entry)
        mac = self._mac_of(body)
        line = json.dumps({**body, "mac": mac}, sort_keys=True).encode() + b"\n"
        os.lseek(file, 0, os.SEEK_END)
        written = 0
        while written < len(line):
            written += os.write(file, line[written:])
        os.fsync(file)
        self._mac, self._lines, self._read_to = mac, self._lines + 1, self._read_to + len(line)
        self._entries[entry.ref] = entry
        return entry

    def _checked(self, line: bytes) -> tuple[Entry, str]:
        try:
            body: dict[str, Any] = json.loads(line)
            mac = body.pop("mac")
            if not hmac.compare_digest(mac, self._mac_of(body)):
                raise LedgerError(self._lines + 1)
            return _from_json(body), mac
        except (KeyError, TypeError, ValueError, AttributeError):
            raise LedgerError(self._lines + 1) from None

    def _mac_of(self, body: dict[str, Any]) -> str:
        message = self._mac.encode() + json.dumps(body, sort_keys=True).encode()
        return hmac.new(self._key, b"line:" + message, hashlib.sha256).hexdigest()


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value
        for name, value in asdict(entry).items()
    }


def _from_json(body: dict[str, Any]) -> Entry:
    instants = {
        name: datetime.fromisoformat(body[name]) if body[name] else None
        for name in ("requested_at", "purge_by", "completed_at")
    }
    return Entry(**{**body, **instants, "steps": tuple(body["steps"])})


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
