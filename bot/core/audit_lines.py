"""The audit chain as lines, and the lines that are signed about it: one JSON object each, for `bot/audit_verify.py` to read.

    checkpoint   the chain ended like this
    hand-over    from here on another key signs
    restore      the database was put back: what was signed beyond an entry is no longer there, and the chain goes on from another one

Each has a purpose of its own under the signature: the same key signs other things too, and none of them may pass for another. From
the first restore on a checkpoint says how many there were, and a restore which one it is, so that no line can be left out, moved
or told again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.core.audit import AuditEntry

PURPOSE: Final = b"privacy-bot audit checkpoint 1\n"
HANDOVER: Final = b"privacy-bot signing key handover 1\n"
RESTORE: Final = b"privacy-bot restore 1\n"


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
    """What is signed: this region's chain ended like this at `at` (aware, whole milliseconds), after so many restores."""

    region: str
    head: Head
    at: datetime
    restores: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """What is signed about the restore with the number `restores` (from 1): the chain stood at entry `was`, as far as that was signed
    (0: nothing was), and goes on from `head`. What was signed of entries after `kept` holds no longer: `kept` is `head`'s number, or
    less where the backup is from another run of the chain, which an earlier restore had left."""

    region: str
    head: Head
    was: int
    was_head: bytes
    kept: int
    restores: int
    at: datetime


def export_chain(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """The chain as JSON lines, each with its newline, in the order given (by `id`). Hashes are
    hexadecimal.
    """
    for entry in entries:
        yield json.dumps(row_of(entry), ensure_ascii=True, separators=(",", ":")) + "\n"


def row_of(entry: AuditEntry) -> dict[str, object]:
    """An entry as it stands in a file, of the trail and of a person's excerpt alike."""
    return {
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


def sign(checkpoint: Checkpoint, seed: bytes) -> str:
    """The checkpoint as a JSON line with its Ed25519 signature (RFC 8032). `seed` is the 32-byte signing
    key.
    """
    row = _of_head(checkpoint.region, checkpoint.head, checkpoint.at)
    if checkpoint.restores:
        row["restores"] = checkpoint.restores
    return _text(row | {"signature": _signature(PURPOSE, row, seed)}) + "\n"


def sign_restored(restored: Restored, seed: bytes) -> str:
    """The same for a restore."""
    row = _of_head(restored.region, restored.head, restored.at)
    row |= {"was": restored.was, "was_head": restored.was_head.hex(), "kept": restored.kept, "restores": restored.restores}
    return _text(row | {"signature": _signature(RESTORE, row, seed)}) + "\n"


def hand_over(region: str, old_seed: bytes, new_seed: bytes, at: datetime) -> str:
    """A JSON line that says which key follows which, signed by both: the old one vouches for its successor, and
    the new one for what it takes over.
    """
    row: dict[str, str | int] = {"at": _instant(at), "follows": public_hex(old_seed), "key": public_hex(new_seed), "region": region}
    both = {"confirmed": _signature(HANDOVER, row, new_seed), "signature": _signature(HANDOVER, row, old_seed)}
    return _text(row | both) + "\n"


def public_hex(seed: bytes) -> str:
    """The public half of a signing key."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def read_signed(line: str) -> Checkpoint | Restored | None:
    """What a line says of the chain, unverified; None for one that says nothing of it."""
    try:
        row = json.loads(line)
        head = Head(int(row["number"]), bytes.fromhex(row["head"]), int(row["count"]))
        region, at, restores = str(row["region"]), datetime.fromisoformat(row["at"]), int(row.get("restores", 0))
        if "was" not in row:
            return Checkpoint(region, head, at, restores)
        return Restored(region, head, int(row["was"]), bytes.fromhex(row["was_head"]), int(row["kept"]), restores, at)
    except (ValueError, KeyError, TypeError):
        return None


def is_genuine(line: str, keys: Iterable[str]) -> bool:
    """Whether a line that `read_signed` reads was signed with one of these keys (public, hexadecimal)."""
    row = json.loads(line)
    purpose, signature = RESTORE if "was" in row else PURPOSE, str(row.pop("signature", ""))
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), purpose + _canonical(row))
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


def restores_in(lines: Iterable[str], keys: Sequence[str]) -> list[str]:
    """The restores among the lines. What somebody else wrote between them is none."""
    return [line for line in lines if isinstance(read_signed(line), Restored) and is_genuine(line, keys)]


def heads_in_force(lines: Iterable[str], keys: Sequence[str]) -> list[Head]:
    """What the lines that one of the keys signed still vouch for: a restore takes back what was signed beyond it."""
    heads: list[Head] = []
    for line in lines:
        signed = read_signed(line)
        if signed is None or not is_genuine(line, keys):
            continue
        if isinstance(signed, Restored):
            heads = [head for head in heads if head.number <= signed.kept]
        heads.append(signed.head)
    return heads


def _of_head(region: str, head: Head, at: datetime) -> dict[str, str | int]:
    return {"at": _instant(at), "count": head.count, "head": head.hash.hex(), "number": head.number, "region": region}


def _signature(purpose: bytes, row: Mapping[str, str | int], seed: bytes) -> str:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(purpose + _canonical(row)).hex()


def _canonical(row: Mapping[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def _text(row: Mapping[str, str | int]) -> str:
    return json.dumps(row, ensure_ascii=True, separators=(",", ":"))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
