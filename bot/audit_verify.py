"""Verifies an exported audit trail. Standard library only: take this one file to any machine with Python 3.11.

    python audit_verify.py CHAIN.jsonl CHECKPOINTS.jsonl PUBLIC_KEY [--head NUMBER:HASH]

CHAIN is what `python -m bot audit export` writes, PUBLIC_KEY a PEM file or 64 hexadecimal digits. Take the key from a
place that whoever keeps the files cannot write. `--head` is a head known from elsewhere (a checkpoint that was sent to
the data protection officer); without it a chain cut back together with its checkpoints cannot be told from a young one.
Exit status: 0 nothing found, 1 something found, 2 the files cannot be read.

1. Every line is a whole entry, and its own fields give its hash; otherwise it was edited.
2. Numbers rise by one: a gap is a deletion, a step back a reordering, a number told twice an insertion or a fork.
3. Every entry carries the hash of the one before it; otherwise one of the two was put in another's place.
4. Every checkpoint carries a valid signature (Ed25519), all of one region.
5. The chain has the head that each checkpoint signed, otherwise it was rewritten or forked after the checkpoint before;
   it reaches to the newest checkpoint, otherwise its end was cut off; and back as far as that one counted, otherwise
   its beginning was.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

GENESIS = bytes(32).hex()
PURPOSE = b"privacy-bot audit checkpoint 1\n"
ENTRY_FIELDS = {
    "number": int, "at": str, "tag": str, "actor": str, "subject": str,
    "ref": str, "details": str, "before": str, "hash": str,
}  # fmt: skip
CHECKPOINT_FIELDS = {"at": str, "count": int, "head": str, "number": int, "region": str, "signature": str}


class Kind(StrEnum):
    """What was done to the trail."""

    UNREADABLE = "unreadable"
    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    REPLACED = "replaced"
    REWRITTEN = "rewritten"
    FORKED = "forked"
    TRUNCATED = "truncated"
    FORGED = "forged"
    FOREIGN = "foreign"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `number` is the entry's, `line` the line of the file (from 1); 0 where there is none."""

    kind: Kind
    number: int
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.says}"


class Link(NamedTuple):
    """An entry as far as the chain is concerned. `hash` is what its fields give, not what it claims."""

    number: int
    before: str
    hash: str
    line: int


class Signed(NamedTuple):
    """A checkpoint whose signature holds."""

    number: int
    head: str
    count: int
    region: str
    line: int


def verify(
    chain: Iterable[str], checkpoints: Iterable[str], public_key: bytes, *, head: tuple[int, str] | None = None
) -> list[Finding]:
    """Everything wrong with a chain (its lines) and its checkpoints (theirs), in the order of the steps above.

    `public_key`: 32 bytes. `head`: number and hexadecimal hash that the chain is known to have had. ValueError when the key
    is no key.
    """
    findings: list[Finding] = []
    links = _read_chain(chain, findings)
    by_number = _check_order(links, findings)
    _check_links(by_number, findings)
    signed = _read_checkpoints(checkpoints, public_key, findings)
    if not signed:
        findings.append(Finding(Kind.UNSIGNED, 0, 0, "no checkpoint vouches for this chain"))
    if head is not None:
        signed.append(Signed(head[0], head[1], -1, "", 0))
    _check_against(by_number, signed, findings)
    return findings


def _read_chain(lines: Iterable[str], findings: list[Finding]) -> list[Link]:
    """Step 1."""
    links: list[Link] = []
    for line, text in enumerate(lines, 1):
        row = _row(text, ENTRY_FIELDS)
        if row is None:
            findings.append(Finding(Kind.UNREADABLE, 0, line, f"line {line} of the chain is no entry"))
            continue
        fields = [row[name] for name in ("number", "at", "tag", "actor", "subject", "ref", "details")]
        canonical = json.dumps(fields, ensure_ascii=True, separators=(",", ":"))
        number, before = row["number"], row["before"]
        found = hashlib.sha256(_unhex(before) + canonical.encode()).hexdigest()
        if found != row["hash"]:
            says = f"entry {number} (line {line}) was changed: its fields do not give its hash"
            findings.append(Finding(Kind.EDITED, number, line, says))
        # Its neighbours bear witness to the hash that it claims; that its fields do not give it is said already.
        links.append(Link(number, before, row["hash"], line))
    return links


def _check_order(links: list[Link], findings: list[Finding]) -> dict[int, list[Link]]:
    """Step 2. The entries by number."""
    by_number: dict[int, list[Link]] = {}
    highest = 0
    for link in links:
        twins = by_number.setdefault(link.number, [])
        if any(twin.hash == link.hash for twin in twins):
            says = f"entry {link.number} stands again in line {link.line}"
            findings.append(Finding(Kind.INSERTED, link.number, link.line, says))
        elif twins:
            says = f"entry {link.number} is told in two ways, in lines {twins[0].line} and {link.line}"
            findings.append(Finding(Kind.FORKED, link.number, link.line, says))
        elif link.number < highest:
            says = f"entry {link.number} (line {link.line}) stands after entry {highest}"
            findings.append(Finding(Kind.REORDERED, link.number, link.line, says))
        twins.append(link)
        highest = max(highest, link.number)
    numbers = sorted(by_number)
    for number, following in zip(numbers, numbers[1:], strict=False):
        if following > number + 1:
            gone = f"entry {number + 1}" if following == number + 2 else f"entries {number + 1} to {following - 1}"
            findings.append(Finding(Kind.DELETED, number + 1, by_number[following][0].line, f"{gone} missing"))
    return by_number


def _check_links(by_number: dict[int, list[Link]], findings: list[Finding]) -> None:
    """Step 3."""
    for number in sorted(by_number):
        for link in by_number[number]:
            earlier = [twin.hash for twin in by_number.get(number - 1, [])]
            if number == 1:
                earlier = [GENESIS]
            if earlier and link.before not in earlier:
                says = f"entry {number} (line {link.line}) does not follow entry {number - 1}: one of them is not the original"
                findings.append(Finding(Kind.REPLACED, number, link.line, says))


def _read_checkpoints(lines: Iterable[str], public_key: bytes, findings: list[Finding]) -> list[Signed]:
    """Step 4. The checkpoints that hold, by number."""
    signed: list[Signed] = []
    key = decode_point(public_key)
    if key is None:
        raise ValueError("that is no Ed25519 public key")
    for line, text in enumerate(lines, 1):
        row = _row(text, CHECKPOINT_FIELDS)
        if row is None:
            findings.append(Finding(Kind.UNREADABLE, 0, line, f"line {line} of the checkpoints is no checkpoint"))
            continue
        signature = _unhex(row.pop("signature"))
        message = PURPOSE + json.dumps(row, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()
        if not _signature_holds(public_key, key, message, signature):
            says = f"the checkpoint of entry {row['number']} (line {line}) was not signed with this key"
            findings.append(Finding(Kind.FORGED, row["number"], line, says))
            continue
        signed.append(Signed(row["number"], row["head"], row["count"], row["region"], line))
    for each in signed:
        if each.region != signed[0].region:
            says = f"the checkpoint in line {each.line} is of region {each.region}, not {signed[0].region}"
            findings.append(Finding(Kind.FOREIGN, each.number, each.line, says))
    return [each for each in signed if each.region == signed[0].region]


def _check_against(by_number: dict[int, list[Link]], signed: list[Signed], findings: list[Finding]) -> None:
    """Step 5."""
    if not signed:
        return
    first, last = min(by_number, default=1), max(by_number, default=0)
    agreed = 0  # up to here the chain is what was signed
    for each in sorted(signed):
        source = f"the checkpoint in line {each.line}" if each.line else "the head given"
        heads = [link.hash for link in by_number.get(each.number, [])]
        if each.number == first - 1:
            heads = [by_number[first][0].before] if by_number else [GENESIS]
        if heads and each.head not in heads:
            twins = [other for other in signed if other.number == each.number and other.head != each.head]
            kind = Kind.FORKED if twins else Kind.REWRITTEN
            what = "was told in two ways" if twins else "was written anew"
            says = f"the chain {what} between entries {agreed + 1} and {each.number}: {source} signed another hash"
            findings.append(Finding(kind, agreed + 1, each.line, says))
        elif heads:
            agreed = each.number
    newest = max(signed)
    if newest.number > last:
        says = f"entries {last + 1} to {newest.number} were cut off the end"
        findings.append(Finding(Kind.TRUNCATED, last + 1, newest.line, says))
    counted = max((each for each in signed if each.count >= 0), default=None)
    if counted is not None and first > (begins := counted.number - counted.count + 1):
        says = f"entries {begins} to {first - 1} were cut off the beginning"
        findings.append(Finding(Kind.TRUNCATED, begins, counted.line, says))


def _row(text: str, fields: dict[str, type]) -> dict[str, Any] | None:
    """A JSON object with exactly these fields of these types and hexadecimal hashes, or None."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):  # two readers could read two different things
            raise ValueError
        return dict(pairs)

    try:
        row = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or row.keys() != fields.keys():
        return None
    if any(type(row[name]) is not kind for name, kind in fields.items()):
        return None
    hashes = [row[name] for name in ("before", "hash", "head") if name in fields]
    return row if all(len(_unhex(value)) == 32 for value in hashes) else None


def _unhex(text: str) -> bytes:
    """The bytes of lower-case hexadecimal; empty for anything else."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return b""
    return found if found.hex() == text else b""


# ---------------------------------------------------------------- Ed25519, RFC 8032: verification only, nothing secret
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]
"""(X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z (RFC 8032, 5.1.4)."""
_ZERO: Point = (0, 1, 1, 0)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def decode_point(data: bytes) -> Point | None:
    """A point from its 32 bytes (RFC 8032, 5.1.3); None where they are none."""
    if len(data) != 32:
        return None
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encode_point(point: Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _base() -> Point:
    point = decode_point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    assert point is not None  # noqa: S101 - a constant of the curve
    return point


_BASE = _base()


def _signature_holds(public_key: bytes, key: Point, message: bytes, signature: bytes) -> bool:
    """RFC 8032, 5.1.7: [S]B = R + [k]A, computed as R = [S]B + [k](-A) in one pass over both scalars."""
    if len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= _ORDER:  # otherwise one signature could be written in several ways
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    minus_key: Point = (-key[0] % _P, key[1], key[2], -key[3] % _P)
    choices = (_ZERO, _BASE, minus_key, _add(_BASE, minus_key))
    total = _ZERO
    for bit in range(252, -1, -1):
        total = _add(total, total)
        choice = (scalar >> bit & 1) + 2 * (challenge >> bit & 1)
        if choice:
            total = _add(total, choices[choice])
    return _encode_point(total) == signature[:32]


def ed25519_holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature (64 bytes) of `message` was made with the key behind `public_key` (32 bytes)."""
    key = decode_point(public_key)
    return key is not None and _signature_holds(public_key, key, message, signature)


# ---------------------------------------------------------------- the program
_PEM_HEAD = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of an Ed25519 key (RFC 8410)


def read_public_key(text: str) -> bytes:
    """The 32 bytes of a key in PEM or hexadecimal. ValueError for anything else."""
    lines = text.split("\n")
    if text.startswith("-----BEGIN PUBLIC KEY-----"):
        data = base64.b64decode("".join(line.strip() for line in lines if not line.startswith("-----")), validate=True)
        if data.startswith(_PEM_HEAD) and len(data) == len(_PEM_HEAD) + 32:
            return data[len(_PEM_HEAD) :]
    elif len(key := _unhex(text.strip())) == 32:
        return key
    raise ValueError("the key file holds no Ed25519 public key")


def main(arguments: list[str]) -> int:
    """Print what is wrong, or what was verified. 0: nothing found, 1: something found, 2: cannot be read."""
    head: tuple[int, str] | None = None
    try:
        if len(arguments) == 5 and arguments[3] == "--head":
            number, _, known = arguments[4].partition(":")
            head = int(number), known
        elif len(arguments) != 3:
            raise ValueError("usage: audit_verify.py CHAIN.jsonl CHECKPOINTS.jsonl PUBLIC_KEY [--head NUMBER:HASH]")
        key = read_public_key(Path(arguments[2]).read_text(encoding="ascii"))
        chain = Path(arguments[0]).read_text(encoding="utf-8").splitlines()
        checkpoints = Path(arguments[1]).read_text(encoding="utf-8").splitlines()
        findings = verify(chain, checkpoints, key, head=head)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    for finding in findings:
        print(finding)
    if not findings:
        newest: dict[str, Any] = max(map(json.loads, checkpoints), key=lambda row: int(row["number"]))
        last = int(json.loads(chain[-1])["number"]) if chain else 0
        print(f"{len(chain)} entries, nothing found. Signed up to entry {newest['number']} ({newest['at']}).")
        print(f"Entries after it, chained but not yet signed: {last - int(newest['number'])}.")
    print(f"Key: {hashlib.sha256(key).hexdigest()}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
