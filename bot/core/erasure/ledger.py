"""The erasure ledger: who was erased, kept outside the database so that a restored backup cannot bring anybody back.

JSON lines that only grow (lines.py: in a file, or in the key store's database). A person stands in it as an HMAC of their subject
id under the ledger key of the key store: it tells nothing by itself, and can be recognised in a restored database. Each erasure
has a line from before its first destructive step and one from its end; every line carries an HMAC over the line before and
itself, so that an edit, a gap or a new order shows. Lines missing at the end show by the anchor in the key store.

When the ledger key is rotated, lines from then on are written and people named under the new one; a line says which (`key`, left
out for the first). Older keys are kept to check older lines and to recognise whom they name, and are good for nothing else: a
line under an older key that the anchor does not know is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from bot.core.erasure.lines import Anchor, Lines
from bot.core.errors import LedgerCutError, LedgerError
from bot.core.keys.ring import NamedKey

T = TypeVar("T")

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
    """A ledger over its lines. Processes may share them: one is added under a lock."""

    def __init__(self, lines: Lines, keys: Callable[[], Sequence[NamedKey]], anchor: Anchor) -> None:
        """`keys` gives the ledger keys as they are now, newest first."""
        self._lines = lines
        self._look_up_keys = keys
        self._anchor = anchor
        self._keys = {each.number: each.key for each in keys()}
        self._number = 0  # the key of the last line
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._macs: list[str] = []

    @property
    def name(self) -> str:
        """What an operator calls it."""
        return self._lines.name

    def recognise(self, subject: str) -> str:
        """What a subject is called here from now on."""
        self._renew_keys()
        return self._called(subject, max(self._keys))

    def names_of(self, subject: str) -> set[str]:
        """All that a subject may be called here, by entries of any age."""
        return {self._called(subject, number) for number in self._keys}

    def before_rotation(self, make: Callable[[], T]) -> T:
        """Make a new ledger key while nobody writes: the anchor knows every line of the older ones. LedgerError."""
        with self._lock, self._lines.exclusive():
            self._catch_up()
            return make()

    def entries(self) -> list[Entry]:
        """All erasures, oldest first. LedgerError."""
        with self._lock, self._lines.exclusive():
            self._catch_up()
            return list(self._entries.values())

    def find(self, ref: str) -> Entry | None:
        """The erasure of a case. LedgerError."""
        return next((entry for entry in self.entries() if entry.ref == ref), None)

    def begin(self, entry: Entry) -> Entry:
        """Write down that an erasure begins; when this returns, the line lasts. A second call writes nothing. LedgerError."""
        with self._lock, self._lines.exclusive():
            self._catch_up()
            return self._entries.get(entry.ref) or self._append(entry)

    def complete(
        self, ref: str, steps: Sequence[str], at: datetime, epoch: int, *, purge_by: datetime | None = None
    ) -> Entry:
        """Write down that it ended; no backup holds the key under a later epoch than `epoch`. `purge_by`: when that of all backups is
        unreadable, where it is not as it was when it began. A second call writes nothing. LedgerError; KeyError for one that never
        began."""
        with self._lock, self._lines.exclusive():
            self._catch_up()
            known = self._entries[ref]
            if known.completed_at is not None:
                return known
            gone_by = purge_by or known.purge_by
            return self._append(replace(known, steps=tuple(steps), completed_at=at, epoch=max(known.epoch, epoch), purge_by=gone_by))

    def _catch_up(self) -> None:
        """Read what was added since the last time, by whomever, and hold it against the anchor."""
        known, mac = self._anchor.find()  # before the lines: it is never ahead of them
        for line in self._lines.read(len(self._macs)):
            entry, line_mac = self._checked(line, anchored=len(self._macs) < known)
            self._macs.append(line_mac)
            self._entries[entry.ref] = entry
        if len(self._macs) < known:
            raise LedgerCutError(self.name, len(self._macs), known)
        if known and self._macs[known - 1] != mac:
            raise LedgerError(self.name, known)
        if len(self._macs) > known:  # somebody died between a line and the anchor
            self._anchor.move(len(self._macs), self._macs[-1])

    def _append(self, entry: Entry) -> Entry:
        self._renew_keys()
        number = max(self._keys)
        body = _as_json(entry) | ({"key": number} if number > 1 else {})
        mac = self._mac_of(body, self._keys[number])
        self._lines.add(json.dumps({**body, "mac": mac}, sort_keys=True).encode() + b"\n")
        self._number = number
        self._macs.append(mac)
        self._entries[entry.ref] = entry
        self._anchor.move(len(self._macs), mac)
        return entry

    def _checked(self, line: bytes, *, anchored: bool) -> tuple[Entry, str]:
        broken = LedgerError(self.name, len(self._macs) + 1)
        try:
            body: dict[str, Any] = json.loads(line)
            mac, number = body.pop("mac"), int(body.get("key", 1))
            if number not in self._keys or not anchored:
                self._renew_keys()
            in_order = self._number <= number and (anchored or number == max(self._keys))
            if not in_order or not hmac.compare_digest(mac, self._mac_of(body, self._keys[number])):
                raise broken
            self._number = number
            body.pop("key", None)
            return _from_json(body), mac
        except (KeyError, TypeError, ValueError, AttributeError):
            raise broken from None

    def _mac_of(self, body: dict[str, Any], key: bytes) -> str:
        before = self._macs[-1] if self._macs else _GENESIS
        message = before.encode() + json.dumps(body, sort_keys=True).encode()
        return hmac.new(key, b"line:" + message, hashlib.sha256).hexdigest()

    def _called(self, subject: str, number: int) -> str:
        return hmac.new(self._keys[number], b"subject:" + subject.encode(), hashlib.sha256).hexdigest()

    def _renew_keys(self) -> None:
        self._keys = {each.number: each.key for each in self._look_up_keys()}


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
