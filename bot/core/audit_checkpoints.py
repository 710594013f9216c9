"""Signed checkpoints of the audit chain, kept outside the database, and the chain as a file (GDPR Art. 5(2)).

A chain of hashes alone proves little to whoever can write the database: rewrite one entry, hash the rest
again, and it fits. A checkpoint signs how long the chain is and with which hash it ends, and lies where the
database's administrator does not write. What was signed can then be neither changed, nor cut off, nor told in
two ways. When the signing key is rotated, old and new key sign a line between the checkpoints that hands over
from one to the other, so that whoever knows either of them can check all of the file. When the database is
restored, a line says so and from which entry on the chain is another one: nobody without the key can pass off
a cut as a restore, and whoever verifies is told what is no longer there. `bot/audit_verify.py` checks all this
with nothing but the files and the public key. What it cannot see: the entries after the newest checkpoint, and
a checkpoint file cut back together with the chain. Against that, send a copy of a checkpoint elsewhere now and
then. The lines themselves: `bot/core/audit_lines.py`.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.core.audit import GENESIS
from bot.core.audit_lines import (
    Checkpoint,
    Head,
    Restored,
    heads_in_force,
    public_hex,
    read_signed,
    restores_in,
    sign,
    sign_restored,
)
from bot.core.clock import Clock
from bot.core.errors import PrivacyError
from bot.core.ports import Tx

_PEM_END: Final = b"-----END PUBLIC KEY-----\n"
Keys = tuple[bytes, Sequence[str]]


class CheckpointKeyError(PrivacyError):
    """The public key beside the checkpoints is another one: a second key must not sign the same file."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def head_of(tx: Tx) -> Head:
    """The chain's head, read in a writing transaction of its own.

    It locks the head, and an entry of this transaction that is rolled back later must not have been signed.
    """
    number, last = tx.audit_head()
    return Head(number, last, tx.audit.count())


def public_key_pem(seed: bytes) -> bytes:
    """The public half of the signing key, as `openssl` and `bot/audit_verify.py` read it."""
    return _pem(public_hex(seed))


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
        """`run` gets every checkpoint, too, and has the restores that other machines signed. `keys` gives the key that
        signs now, and the lines that handed over to it and to those before it, oldest first. CheckpointKeyError
        when the file belongs to none of them. Makes the folder and the key file where missing.
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
        # Asked before the lock is taken: reading the head may wait for another transaction, which may wait for us.
        if not self._is_due(self._newest()):
            return None
        found = head()
        with self._locked():
            return self._append(found) if self._is_due(self._newest()) else None

    def write_last(self, head: Head) -> Checkpoint | None:
        """On shutdown, and after a sweep removed old entries: append a checkpoint unless the newest says the same."""
        with self._locked():
            self._follow()  # a checkpoint of an older key says nothing for the new one
            newest = self._newest()
            return None if newest is not None and newest.head == head else self._append(head)

    def in_force(self) -> list[Head]:
        """Every head that this file and the run still vouch for."""
        with self._locked():
            keys = _public_keys(*self._follow())
            return heads_in_force(self._lines(), keys) + heads_in_force(self._of_all(), keys)

    def write_restored(self, head: Head, differing: Collection[Head], *, backup: bool, sealed: bool) -> Restored | None:
        """Say once that the chain goes on from `head`, because the database was put back; `differing` are those of `in_force` that it
        does not have. None where nothing tells of a restore: no `backup` was put back, and the chain is as long as was signed.

        Only a `sealed` backup takes back what was signed at or before `head`, too: it is from a run of the chain that an earlier
        restore had left. Of anything else that would be a history written anew.
        """
        with self._locked():
            seed, handed_over = self._follow()
            lines, keys = self._lines(), _public_keys(seed, handed_over)
            newest = next(filter(None, map(read_signed, reversed(self._of_all() or lines))), None)
            if isinstance(newest, Restored) and (newest.head.number, newest.head.hash) == (head.number, head.hash):
                return newest
            if not backup and all(each.number <= head.number for each in differing):
                return None
            known = heads_in_force(lines, keys) + heads_in_force(self._of_all(), keys)
            was = max(known, key=lambda each: each.number, default=Head(0, GENESIS, 0))
            kept = head.number
            parted = min((each.number for each in differing), default=kept + 1)
            if sealed and parted <= kept:
                kept = max((each.number for each in known if each.number < parted), default=0)
            restored = Restored(self._region, head, was.number, was.hash, kept, len(restores_in(lines, keys)) + 1, self._now())
            line = sign_restored(restored, seed)
            # In the run first: another machine that ends an interrupted restore finds it there.
            self._add_to_run(line)
            self._write(line)
            return restored

    def is_due(self) -> bool:
        """Whether the newest checkpoint is older than the interval, or there is none."""
        return self._is_due(self._newest())

    def begins(self) -> int | None:
        """The oldest entry that was kept when the newest checkpoint was signed, or None."""
        newest = self._newest()
        return None if newest is None else newest.head.number - newest.head.count + 1

    def _is_due(self, newest: Checkpoint | Restored | None) -> bool:
        # A clock that was set back must not silence the checkpoints until it has caught up.
        return newest is None or abs(self._clock.now() - newest.at) >= self._every

    def _append(self, head: Head) -> Checkpoint:
        seed, handed_over = self._follow()
        restores = len(restores_in(self._lines(), _public_keys(seed, handed_over)))
        checkpoint = Checkpoint(self._region, head, self._now(), restores)
        line = sign(checkpoint, seed)
        self._write(line)
        self._add_to_run(line)
        return checkpoint

    def _follow(self) -> Keys:
        """The key that signs from here on, and what handed over to it. What was handed over, and restored by another machine, since the
        file was last written to is noted first, and the keys are published. A crash in between is made good at the next call.
        """
        seed, lines = self._keys()
        chain = _public_keys(seed, lines)
        pems = [_pem(key) for key in chain]
        published, noted = published_in(self.public_key_path)[:1], self._lines()
        if chain[-1] != public_hex(seed) or (published and published[0] not in pems):
            raise CheckpointKeyError(self.public_key_path)
        handed_over = lines[pems.index(published[0]) if published and noted else 0 :]
        # A key signed only between two hand-overs: the run has both kinds of lines in their order.
        shared = _between(self._of_all(), handed_over, chain)
        for line in [*shared, *(line for line in handed_over if line not in shared)]:
            if line not in noted:
                self._write(line)
        if published != pems[-1:]:
            half = self.public_key_path.with_name(self.public_key_path.name + ".half")
            half.write_bytes(b"".join(reversed(pems)))
            half.replace(self.public_key_path)
        return seed, lines

    def _of_all(self) -> list[str]:
        return [] if self._run is None else self._run.lines()

    def _add_to_run(self, line: str) -> None:
        """With what has to stand before it; what is in the run already is not put there again."""
        if self._run is None:
            return
        seed, handed_over = self._keys()
        between = _between(self._lines(), handed_over, _public_keys(seed, handed_over))
        self._run.add([*(each for each in handed_over if each not in between), *between, line])

    def _lines(self) -> list[str]:
        return self.path.read_text("ascii").splitlines(keepends=True)

    def _now(self) -> datetime:
        now = self._clock.now().astimezone(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _write(self, line: str) -> None:
        with self.path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())

    def _newest(self) -> Checkpoint | Restored | None:
        """What the last line says; None for one that says nothing of the chain: it is then time for a new one."""
        return read_signed(_last_line(self.path))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._run.exclusive() if self._run else nullcontext(), self.path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _drop_unfinished_line(self.path)
            yield


def _public_keys(seed: bytes, handed_over: Sequence[str]) -> list[str]:
    """All that ever signed, oldest first."""
    rows = [json.loads(line) for line in handed_over]
    return [row["follows"] for row in rows[:1]] + [row["key"] for row in rows] or [public_hex(seed)]


def _between(lines: Sequence[str], handed_over: Sequence[str], keys: Sequence[str]) -> list[str]:
    """The lines that stand between checkpoints."""
    restores = restores_in(lines, keys)
    return [line for line in lines if line in handed_over or line in restores]


_TAIL: Final = 4096  # a line has at most 600 bytes


def _last_line(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        return (file.read().splitlines() or [b""])[-1].decode("ascii", "replace")


def _drop_unfinished_line(path: Path) -> None:
    """A crash while appending leaves a line without its end. It never was a checkpoint."""
    with path.open("rb+") as file:
        start = max(0, file.seek(0, os.SEEK_END) - _TAIL)
        file.seek(start)
        tail = file.read()
        if tail and not tail.endswith(b"\n"):
            file.truncate(start + tail.rfind(b"\n") + 1)
