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
LOST = "lost"
"""The scope of an entry that is no erasure: it says that the ledger was lost, and that this was accepted (loss.py)."""


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
            return [entry for entry in self._entries.values() if entry.scope != LOST]

    def losses(self) -> list[Entry]:
        """Each time that the ledger was lost, and begun anew. LedgerError."""
        self.entries()
        return [entry for entry in self._entries.values() if entry.scope == LOST]

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

    def begin_anew(self, at: datetime, epoch: int, known: int = 0) -> Entry:
        """Give up what is lost: a new ledger with every entry that can still be believed, and one that says what happened; the lines of
        before are kept aside. `known` is how many there were, if not the anchor but somebody else knows. May be done again."""
        with self._lock, self._lines.exclusive():
            self._renew_keys()
            anchored, anchor_mac = self._anchor.find()
            lines = self._lines.read(0)
            kept = self._salvage(lines, anchored)
            loss = self._half_done(kept, anchor_mac)
            if loss is None:
                steps = (f"lines {len(lines)}", f"known {max(anchored, known)}", f"anchor {anchor_mac}")
                number = 1 + sum(entry.scope == LOST for entry in kept)
                loss = Entry(f"LOST-{number}", "", LOST, at, epoch, steps=steps, completed_at=at)
                kept.append(loss)
            fresh = self._chain(kept)
            self._lines.replace(fresh, f"lost-{at:%Y%m%dT%H%M%S}")
            self._anchor.begin_anew(len(self._macs), self._macs[-1])
            self._entries = {entry.ref: entry for entry in kept}
            return loss

    def _salvage(self, lines: Sequence[bytes], anchored: int) -> list[Entry]:
        """The entries whose lines fit to what the line before says of itself: nobody without the key can have made one."""
        found: dict[str, Entry] = {}
        before, number = _GENESIS, 0
        for place, line in enumerate(lines):
            try:
                body: dict[str, Any] = json.loads(line)
                mac, key = str(body.pop("mac")), int(body.get("key", 1))
                believed = key >= number and (place < anchored or key == max(self._keys))
                if believed and hmac.compare_digest(mac, _mac_of(body, self._keys[key], before)):
                    number = key
                    body.pop("key", None)
                    found[body["ref"]] = _from_json(body)
                before = mac
            except (KeyError, TypeError, ValueError, AttributeError):
                continue
        return list(found.values())

    def _chain(self, entries: Sequence[Entry]) -> list[bytes]:
        """The lines of a new ledger, under the newest key."""
        self._macs, self._number = [], max(self._keys)
        lines = []
        for entry in entries:
            line, mac = self._line_of(entry)
            lines.append(line)
            self._macs.append(mac)
        return lines

    @staticmethod
    def _half_done(kept: Sequence[Entry], anchor_mac: str) -> Entry | None:
        """The loss that was being accepted when the process died: all but the anchor was done."""
        last = kept[-1] if kept else None
        return last if last is not None and last.scope == LOST and f"anchor {anchor_mac}" in last.steps else None

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
        line, mac = self._line_of(entry)
        self._lines.add(line)
        self._number = max(self._keys)
        self._macs.append(mac)
        self._entries[entry.ref] = entry
        self._anchor.move(len(self._macs), mac)
        return entry

    def _line_of(self, entry: Entry) -> tuple[bytes, str]:
        number = max(self._keys)
        body = _as_json(entry) | ({"key": number} if number > 1 else {})
        mac = self._mac_of(body, self._keys[number])
        return json.dumps({**body, "mac": mac}, sort_keys=True).encode() + b"\n", mac

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
        return _mac_of(body, key, self._macs[-1] if self._macs else _GENESIS)

    def _called(self, subject: str, number: int) -> str:
        return hmac.new(self._keys[number], b"subject:" + subject.encode(), hashlib.sha256).hexdigest()

    def _renew_keys(self) -> None:
        self._keys = {each.number: each.key for each in self._look_up_keys()}


def _mac_of(body: dict[str, Any], key: bytes, before: str) -> str:
    message = before.encode() + json.dumps(body, sort_keys=True).encode()
    return hmac.new(key, b"line:" + message, hashlib.sha256).hexdigest()


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
