"""Signed checkpoints of the audit chain, kept outside the database, and the chain as a file (GDPR Art. 5(2)).

A chain of hashes alone proves little to whoever can write the database: rewrite one entry, hash the rest
again, and it fits. A checkpoint signs how long the chain is and with which hash it ends, and lies where the
database's administrator does not write. What was signed can then be neither changed, nor cut off, nor told in
two ways. When the signing key is rotated, old and new key sign a line between the checkpoints that hands over
from one to the other, so that whoever knows either of them can check all of the file. `bot/audit_verify.py` checks this with nothing but the files and the public key. What it cannot see:
the entries after the newest checkpoint, and a checkpoint file cut back together with the chain. Against that,
send a copy of a checkpoint elsewhere now and then.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.core.audit import AuditEntry
from bot.core.clock import Clock
from bot.core.errors import PrivacyError
from bot.core.ports import Tx

# The same key signs other things too: a signature for one of them must not pass for a checkpoint.
PURPOSE: Final = b"privacy-bot audit checkpoint 1\n"
HANDOVER: Final = b"privacy-bot signing key handover 1\n"
_PEM_END: Final = b"-----END PUBLIC KEY-----\n"
Keys = tuple[bytes, Sequence[str]]


class CheckpointKeyError(PrivacyError):
    """The public key beside the checkpoints is another one: a second key must not sign the same file."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is. `number` and `hash` are its last entry's, `count` is how many entries are still
    kept.
    """

    number: int
    hash: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: this region's chain ended like this at `at` (aware, whole milliseconds)."""

    region: str
    head: Head
    at: datetime


def head_of(tx: Tx) -> Head:
    """The chain's head, read in a writing transaction of its own.

    It locks the head, and an entry of this transaction that is rolled back later must not have been signed.
    """
    number, last = tx.audit_head()
    return Head(number, last, tx.audit.count())


def export_chain(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """The chain as JSON lines, each with its newline, in the order given (by `id`). Hashes are
    hexadecimal.
    """
    for entry in entries:
        row = {
            "number": entry.number,
            "at": entry.at.isoformat(timespec="milliseconds"),
            "tag": entry.tag,
            "actor": entry.actor,
            "subject": entry.subject,
            "ref": entry.ref,
            "details": entry.details,
            "before": entry.before.hex(),
            "hash": entry.hash.hex(),
        }
        yield json.dumps(row, ensure_ascii=True, separators=(",", ":")) + "\n"


def sign(checkpoint: Checkpoint, seed: bytes) -> str:
    """The checkpoint as a JSON line with its Ed25519 signature (RFC 8032). `seed` is the 32-byte signing
    key.
    """
    row: dict[str, str | int] = {
        "at": checkpoint.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "count": checkpoint.head.count,
        "head": checkpoint.head.hash.hex(),
        "number": checkpoint.head.number,
        "region": checkpoint.region,
    }
    message = PURPOSE + json.dumps(row, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()
    row["signature"] = Ed25519PrivateKey.from_private_bytes(seed).sign(message).hex()
    return json.dumps(row, ensure_ascii=True, separators=(",", ":")) + "\n"


def hand_over(region: str, old_seed: bytes, new_seed: bytes, at: datetime) -> str:
    """A JSON line that says which key follows which, signed by both: the old one vouches for its successor, and
    the new one for what it takes over.
    """
    old, new = (Ed25519PrivateKey.from_private_bytes(seed) for seed in (old_seed, new_seed))
    row = {
        "at": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "follows": old.public_key().public_bytes_raw().hex(),
        "key": new.public_key().public_bytes_raw().hex(),
        "region": region,
    }
    message = HANDOVER + json.dumps(row, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()
    row |= {"confirmed": new.sign(message).hex(), "signature": old.sign(message).hex()}
    return json.dumps(row, ensure_ascii=True, separators=(",", ":")) + "\n"


def public_key_pem(seed: bytes) -> bytes:
    """The public half of the signing key, as `openssl` and `bot/audit_verify.py` read it."""
    return _pem(_public_hex(seed))


def _public_hex(seed: bytes) -> str:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def _pem(public: str) -> bytes:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_keys_path(checkpoints: Path) -> Path:
    """Where the public keys to a file of checkpoints are."""
    return checkpoints.with_name(checkpoints.name + ".pub")


def published_in(public_keys: Path) -> list[bytes]:
    """The public keys of a `.pub` file as PEM, newest first: what one of them signed stays good."""
    if not public_keys.exists():
        return []
    return [part + _PEM_END for part in public_keys.read_bytes().split(_PEM_END)[:-1]]


def fingerprint(pem: bytes) -> str:
    """How certificates and packages name the key that signed them: SHA-256 of its SubjectPublicKeyInfo."""
    body = b"".join(pem.splitlines()[1:-1])
    return hashlib.sha256(base64.b64decode(body)).hexdigest()


class Run(Protocol):
    """The checkpoints of all machines of a region in one place, in the order in which they were signed."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold off every other machine that would sign. Not to be nested."""
        ...

    def add(self, lines: Sequence[str]) -> None:
        """Put those of the lines behind it that are not in it yet, inside `exclusive`."""
        ...

    def lines(self) -> list[str]:
        """All of it."""
        ...


class CheckpointFile:
    """One region's checkpoints in one file, with the public keys beside it (the same name, ending in `.pub`): the
    one in force first, below it all that were before.

    Processes of one machine may share it: whoever finds it due first writes, under a lock of the file.
    """

    def __init__(
        self, path: Path, region: str, keys: Callable[[], Keys], clock: Clock, every: timedelta, run: Run | None = None
    ) -> None:
        """`run` gets every checkpoint, too. `keys` gives the key that signs now, and the lines that handed over to it and to those before it, oldest
        first. CheckpointKeyError when the file belongs to none of them. Makes the folder and the key file where
        missing.
        """
        self.path = path
        self.public_key_path = public_keys_path(path)
        self._region = region
        self._keys = keys
        self._clock = clock
        self._every = every
        self._run = run
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._follow()

    def write_if_due(self, head: Callable[[], Head]) -> Checkpoint | None:
        """Append a checkpoint unless the newest is younger than the interval; `head` is asked only when it is
        due.

        The newest by what it says, not by this process's memory: restarts and other processes count too.
        """
        # Asked before the lock is taken: reading the head may wait for another transaction, which may wait
        # for us.
        if not self._is_due(self._newest()):
            return None
        found = head()
        with self._locked():
            return self._append(found) if self._is_due(self._newest()) else None

    def write_last(self, head: Head) -> Checkpoint | None:
        """On shutdown, and after a sweep removed old entries: append a checkpoint unless the newest says the
        same.
        """
        with self._locked():
            self._follow()  # a checkpoint of an older key says nothing for the new one
            newest = self._newest()
            return None if newest is not None and newest.head == head else self._append(head)

    def is_due(self) -> bool:
        """Whether the newest checkpoint is older than the interval, or there is none."""
        return self._is_due(self._newest())

    def begins(self) -> int | None:
        """The oldest entry that was kept when the newest checkpoint was signed, or None."""
        newest = self._newest()
        return None if newest is None else newest.head.number - newest.head.count + 1

    def _is_due(self, newest: Checkpoint | None) -> bool:
        # A clock that was set back must not silence the checkpoints until it has caught up.
        return newest is None or abs(self._clock.now() - newest.at) >= self._every

    def _append(self, head: Head) -> Checkpoint:
        now = self._clock.now().astimezone(UTC)
        checkpoint = Checkpoint(self._region, head, now.replace(microsecond=now.microsecond // 1000 * 1000))
        seed, handed_over = self._follow()
        line = sign(checkpoint, seed)
        self._write(line)
        if self._run is not None:
            self._run.add([*handed_over, line])
        return checkpoint

    def _follow(self) -> Keys:
        """The key that signs from here on, and what handed over to it. What was handed over since the file was last written to is noted first, and
        the keys are published. A crash in between is made good at the next call.
        """
        seed, lines = self._keys()
        if published_in(self.public_key_path)[:1] == [public_key_pem(seed)]:
            return seed, lines
        rows = [json.loads(line) for line in lines]
        chain = [row["follows"] for row in rows[:1]] + [row["key"] for row in rows] or [_public_hex(seed)]
        pems = [_pem(key) for key in chain]
        published = published_in(self.public_key_path)[:1]
        if chain[-1] != _public_hex(seed) or (published and published[0] not in pems):
            raise CheckpointKeyError(self.public_key_path)
        noted = self.path.read_text("ascii").splitlines(keepends=True)
        for line in lines[pems.index(published[0]) if published else 0 :]:
            if line not in noted:
                self._write(line)
        half = self.public_key_path.with_name(self.public_key_path.name + ".half")
        half.write_bytes(b"".join(reversed(pems)))
        half.replace(self.public_key_path)
        return seed, lines

    def _write(self, line: str) -> None:
        with self.path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())

    def _newest(self) -> Checkpoint | None:
        line = _last_line(self.path)
        return _read(line) if line else None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._run.exclusive() if self._run else nullcontext(), self.path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _drop_unfinished_line(self.path)
            yield


def _read(line: bytes) -> Checkpoint | None:
    """What a line says, unverified; None for one that says nothing: it is then time for a new one."""
    try:
        row = json.loads(line)
        head = Head(int(row["number"]), bytes.fromhex(row["head"]), int(row["count"]))
        return Checkpoint(str(row["region"]), head, datetime.fromisoformat(row["at"]))
    except (ValueError, KeyError, TypeError):
        return None


_TAIL: Final = 4096  # a line has at most 600 bytes


def _last_line(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        return (file.read().splitlines() or [b""])[-1]


def _drop_unfinished_line(path: Path) -> None:
    """A crash while appending leaves a line without its end. It never was a checkpoint."""
    with path.open("rb+") as file:
        start = max(0, file.seek(0, os.SEEK_END) - _TAIL)
        file.seek(start)
        tail = file.read()
        if tail and not tail.endswith(b"\n"):
            file.truncate(start + tail.rfind(b"\n") + 1)
