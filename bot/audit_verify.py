"""Verifies an exported audit trail. Standard library only: this one file runs anywhere with Python 3.11.

    python audit_verify.py CHAIN.jsonl CHECKPOINTS.jsonl PUBLIC_KEY [--head NUMBER:HASH]

CHAIN is what `python -m bot audit export` writes, PUBLIC_KEY a PEM file (its first key counts) or 64
hexadecimal digits: take it from a place that whoever keeps the files cannot write. `--head` is a head known from
elsewhere: without it a chain cut back together with its checkpoints looks like a young one.

1. Every line is a whole entry whose own fields give its hash; otherwise it was edited.
2. Numbers rise by one: a gap is a deletion, a step back a reordering, a number twice an insertion or a fork.
3. Every entry carries the hash of the one before it; otherwise one of the two was replaced.
4. Every checkpoint carries a valid signature (Ed25519), all of one region. A key hands over to the next in a
   line that both signed; from there on only the next one counts. The key given may be any of them.
   A restore of the database is a signed line, too. It takes back the checkpoints before it of entries that the
   restored chain does not have, and is reported. Restores are numbered and every line after one says how many
   there were, so none can be left out, moved or told again.
5. The chain has the head that each checkpoint signed, otherwise it was rewritten or forked; it reaches to the
   newest checkpoint and back as far as that one counted, otherwise it was truncated.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

GENESIS = bytes(32).hex()
PURPOSE = b"privacy-bot audit checkpoint 1\n"
HANDOVER = b"privacy-bot signing key handover 1\n"
RESTORE = b"privacy-bot restore 1\n"
HASHED = ("number", "at", "tag", "actor", "subject", "ref", "details")
ENTRY = dict.fromkeys((*HASHED, "before", "hash"), str) | {"number": int}
CHECKPOINT = dict.fromkeys(("at", "head", "region", "signature"), str) | {"count": int, "number": int}
LATER = CHECKPOINT | {"restores": int}  # a checkpoint after a restore
RESTORED = LATER | {"was": int, "was_head": str, "kept": int}
SUCCESSION = dict.fromkeys(("at", "confirmed", "follows", "key", "region", "signature"), str)
FORMS = (CHECKPOINT, LATER, RESTORED, SUCCESSION)
HEX = dict.fromkeys(("before", "follows", "hash", "head", "key", "was_head"), 64) | {"confirmed": 128, "signature": 128}
Kind = StrEnum(
    "Kind",
    "UNREADABLE EDITED DELETED INSERTED REORDERED REPLACED "
    "REWRITTEN FORKED TRUNCATED FORGED FOREIGN MISPLACED UNSIGNED",
)
"""What was done to the trail."""
Lines = Iterable[str]
Known = tuple[int, str] | None


class Finding(NamedTuple):
    """What is wrong. `number` is the entry's, `line` the file's: from 1, or 0 where there is none."""

    kind: Kind
    number: int
    line: int
    says: str


class Restore(NamedTuple):
    """A signed one: the chain had reached entry `was`, what came after `kept` is gone, and it goes on from `number`."""

    at: str
    was: int
    kept: int
    number: int

    def __str__(self) -> str:
        says = "nothing that was signed is missing"
        if (gone := self.was - self.kept) > 0:
            says = f"entries {self.kept + 1} to {self.was} as they were then are no longer there ({gone})"
        return f"The database was restored ({self.at}): {says}. The chain went on from entry {self.number}."


class Findings(list[Finding]):
    """Collects what the steps find. A restore is none."""

    def __init__(self) -> None:
        super().__init__()
        self.restores: list[Restore] = []

    def add(self, kind: Kind, number: int, line: int, says: str) -> None:
        self.append(Finding(kind, number, line, says))


class Link(NamedTuple):
    """An entry as far as the chain is concerned; `hash` is the one that it claims."""

    number: int
    before: str
    hash: str
    line: int


class Signed(NamedTuple):
    """A checkpoint whose signature holds. `begins` is the oldest entry kept then."""

    number: int
    head: str
    begins: int
    line: int


def verify(chain: Lines, checkpoints: Lines, public_key: bytes, head: Known = None) -> Findings:
    """What is wrong with a chain and its checkpoints, both given as lines, in the order of the steps above.

    `public_key`: 32 bytes, or ValueError. `head`: a number and its hash (hexadecimal), known from elsewhere.
    """
    if decode_point(public_key) is None:
        raise ValueError("that is no Ed25519 public key")
    findings = Findings()
    by_number = _check_order(_read_chain(chain, findings), findings)
    signed = _read_checkpoints(checkpoints, public_key, findings)
    if not signed:
        findings.add(Kind.UNSIGNED, 0, 0, "no checkpoint vouches for this chain")
    signed += [Signed(*head, 1, 0)] if head else []
    if signed:
        _check_against(by_number, signed, findings)
    return findings


def _read_chain(lines: Lines, findings: Findings) -> list[Link]:
    """Step 1."""
    links: list[Link] = []
    for line, text in enumerate(lines, 1):
        row = _row(text, ENTRY)
        if row is None or row["number"] < 1:
            findings.add(Kind.UNREADABLE, 0, line, f"line {line} of the chain is no entry")
            continue
        canonical = json.dumps([row[name] for name in HASHED], ensure_ascii=True, separators=(",", ":"))
        link = Link(row["number"], row["before"], row["hash"], line)
        if hashlib.sha256(bytes.fromhex(link.before) + canonical.encode()).hexdigest() != link.hash:
            says = f"entry {link.number} (line {line}) was changed: its fields do not give its hash"
            findings.add(Kind.EDITED, link.number, line, says)
        links.append(link)
    return links


def _check_order(links: list[Link], findings: Findings) -> dict[int, list[Link]]:
    """Steps 2 and 3. The entries by number, rising."""
    found: dict[int, list[Link]] = {}
    highest = 0
    for link in links:
        number, line = link.number, link.line
        twins = found.setdefault(number, [])
        if any(twin.hash == link.hash for twin in twins):
            findings.add(Kind.INSERTED, number, line, f"entry {number} stands again in line {line}")
        elif twins:
            says = f"entry {number} is told in two ways, in lines {twins[0].line} and {line}"
            findings.add(Kind.FORKED, number, line, says)
        elif number < highest:
            findings.add(Kind.REORDERED, number, line, f"entry {number} (line {line}) stands after {highest}")
        twins.append(link)
        highest = max(highest, number)
    by_number = dict(sorted(found.items()))
    for number, following in pairwise(by_number):
        if following > number + 1:
            says = f"entries {number + 1} to {following - 1} are missing"
            findings.add(Kind.DELETED, number + 1, by_number[following][0].line, says)
    for link in (link for links in by_number.values() for link in links):
        earlier = by_number.get(link.number - 1, [Link(0, "", GENESIS, 0)] if link.number == 1 else [])
        if earlier and all(link.before != each.hash for each in earlier):
            says = f"entry {link.number} (line {link.line}) does not follow the one before it"
            findings.add(Kind.REPLACED, link.number, link.line, says)
    return by_number


def _read_checkpoints(lines: Lines, public_key: bytes, findings: Findings) -> list[Signed]:
    """Step 4. The checkpoints that hold."""
    rows: list[tuple[int, dict[str, Any]]] = []
    for line, text in enumerate(lines, 1):
        if row := next(filter(None, (_row(text, form) for form in FORMS)), None):
            rows.append((line, row))
        else:
            findings.add(Kind.UNREADABLE, 0, line, f"line {line} of the checkpoints is no checkpoint")
    signed: list[Signed] = []
    region: str | None = None
    in_force = next((bytes.fromhex(row["follows"]) for _, row in rows if "follows" in row), public_key)
    known = {in_force}
    for line, row in rows:
        number, new = row.get("number", 0), bytes.fromhex(row.get("key", ""))
        if not _is_signed(row, in_force, new):
            what = "hand-over" if new else f"{'restore to' if 'was' in row else 'checkpoint of'} entry {number}"
            findings.add(Kind.FORGED, number, line, f"the {what} (line {line}) was not signed with this key")
        elif row["region"] != (region := region or row["region"]):
            findings.add(Kind.FOREIGN, number, line, f"the checkpoint in line {line} is not of {region}")
        elif new:
            in_force = new
            known.add(new)
        elif row.get("restores", 0) != (before := len(findings.restores)) + ("was" in row):
            says = f"line {line} of the checkpoints was signed elsewhere: {before} restores stand before it here"
            findings.add(Kind.MISPLACED, number, line, says)
        else:
            if "was" in row:
                was = max(row["was"], *(each.number for each in signed), 0)
                findings.restores.append(Restore(row["at"], was, row["kept"], number))
                signed = [each for each in signed if each.number <= row["kept"]]
            signed.append(Signed(number, row["head"], number - row["count"] + 1, line))
    if public_key not in known:
        findings.add(Kind.FORGED, 0, 0, "the key given is none of those that signed these checkpoints")
        return []
    return signed


def _is_signed(row: Mapping[str, Any], key: bytes, new: bytes) -> bool:
    """By the key in force; a hand-over of that very key also by the new one."""
    body = {name: value for name, value in row.items() if name not in ("confirmed", "signature")}
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()
    if not new:
        purpose = RESTORE if "was" in row else PURPOSE
        return ed25519_holds(key, purpose + text, bytes.fromhex(row["signature"]))
    both = (key, row["signature"]), (new, row["confirmed"])
    follows: bool = row["follows"] == key.hex()
    return follows and all(ed25519_holds(each, HANDOVER + text, bytes.fromhex(by)) for each, by in both)


def _check_against(by_number: dict[int, list[Link]], signed: list[Signed], findings: Findings) -> None:
    """Step 5."""
    # The retention sweep removes the oldest entries and puts none back: the latest beginning signed counts.
    begins = max(each.begins for each in signed)
    first, last = min(by_number, default=begins), max(by_number, default=begins - 1)
    agreed = 0  # up to here the chain is what was signed
    signed = sorted(signed, key=lambda each: (each.number, each.line))
    for number, head, _, line in signed:
        # An entry that is gone is still witnessed by the one that followed it.
        heads = [link.hash for link in by_number.get(number, [])]
        heads = heads or [link.before for link in by_number.get(number + 1, [])]
        if head in heads:
            agreed = number
        elif heads:
            forked = any(other.number == number and other.head != head for other in signed)
            what = "was told in two ways" if forked else "was written anew"
            source = f"the checkpoint in line {line}" if line else "the head given"
            says = f"the chain {what} between entries {agreed + 1} and {number}: {source} has another hash"
            findings.add(Kind.FORKED if forked else Kind.REWRITTEN, agreed + 1, line, says)
    if (newest := signed[-1]).number > last:
        says = f"entries {last + 1} to {newest.number} were cut off the end"
        findings.add(Kind.TRUNCATED, last + 1, newest.line, says)
    if first > begins:
        findings.add(Kind.TRUNCATED, begins, 0, f"entries {begins} to {first - 1} were cut off the beginning")


def _row(text: str, fields: Mapping[str, type]) -> dict[str, Any] | None:
    """A JSON object with exactly these fields, of these types and lengths, or None."""
    try:  # a field told twice could be read in two ways
        row = json.loads(text, object_pairs_hook=lambda got: dict(got) if len(dict(got)) == len(got) else 0)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or {name: type(value) for name, value in row.items()} != fields:
        return None
    hexadecimal = all(re.fullmatch(f"[0-9a-f]{{{HEX[name]}}}", row[name]) for name in HEX.keys() & row.keys())
    return row if hexadecimal else None


# ---------------------------------- Ed25519 (RFC 8032): verification only, so nothing here is secret
_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]  # (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z (5.1.4)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0])
    b = (one[1] + one[0]) * (other[1] + other[0])
    c = 2 * one[3] * other[3] * _D
    d = 2 * one[2] * other[2]
    e, f, g, h = (b - a) % _P, (d - c) % _P, (d + c) % _P, (b + a) % _P
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def decode_point(data: bytes) -> Point | None:
    """A point from its 32 bytes (5.1.3); None where they are none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if len(data) != 32 or y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    x = x if (x * x - square) % _P == 0 else x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else _P - x
    return x, y, 1, x * y % _P


_BASE = cast(Point, decode_point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")))


def ed25519_holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a 64-byte signature of `message` was made with the key behind a 32-byte public key (5.1.7)."""
    key, scalar = decode_point(public_key), int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or scalar >= _ORDER:  # a greater scalar would be a second spelling
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    # [S]B = R + [k]A, computed as R = [S]B + [k](-A) in one pass over the bits of both scalars.
    minus_key = (-key[0] % _P, key[1], key[2], -key[3] % _P)
    total: Point = (0, 1, 1, 0)
    choices = (total, _BASE, minus_key, _add(_BASE, minus_key))
    for bit in range(252, -1, -1):
        total = _add(total, total)
        if choice := (scalar >> bit & 1) + 2 * (challenge >> bit & 1):
            total = _add(total, choices[choice])
    x, y = (each * pow(total[2], -1, _P) % _P for each in total[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


_PEM_HEAD = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of an Ed25519 key (RFC 8410)


def read_public_key(text: str) -> bytes:
    """The 32 bytes of a key in PEM or hexadecimal. ValueError for anything else."""
    first, _, rest = text.strip().partition("\n")
    pem = first == "-----BEGIN PUBLIC KEY-----"
    key = base64.b64decode(rest.partition("-----")[0]) if pem else _PEM_HEAD + bytes.fromhex(first)
    if not key.startswith(_PEM_HEAD) or len(key) != len(_PEM_HEAD) + 32:
        raise ValueError("the key file holds no Ed25519 public key")
    return key[len(_PEM_HEAD) :]


def main(arguments: list[str]) -> int:
    """Print what is wrong, or what was verified. 0: nothing found, 1: something found, 2: cannot be read."""
    parser = argparse.ArgumentParser(description="Verifies an exported audit trail.")
    for name in ("chain", "checkpoints", "public_key"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--head", metavar="NUMBER:HASH", default="")
    given = parser.parse_args(arguments)
    try:
        key = read_public_key(given.public_key.read_text("ascii"))
        chain = given.chain.read_text("utf-8").splitlines()
        checkpoints = given.checkpoints.read_text("utf-8").splitlines()
        number, _, known = given.head.lower().partition(":")
        findings = verify(chain, checkpoints, key, (int(number), known) if given.head else None)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    for finding in findings:
        print(f"{finding.kind}: {finding.says}")
    if not findings:
        rows = [row for row in map(json.loads, checkpoints) if row.get("restores", 0) == len(findings.restores)]
        signed, at = max((row["number"], row["at"]) for row in rows if "number" in row)
        last = json.loads(chain[-1])["number"] if chain else signed
        print(f"{len(chain)} entries, nothing found. Signed up to entry {signed} ({at}).")
        print(f"Entries after it, chained but not yet signed: {last - signed}.")
        if keys := [row["key"] for row in map(json.loads, checkpoints) if "key" in row]:
            newest = hashlib.sha256(bytes.fromhex(keys[-1])).hexdigest()
            print(f"The key was handed over {len(keys)} times. The newest: {newest}")
    for restore in findings.restores:
        print(restore)
    print(f"Key: {hashlib.sha256(key).hexdigest()}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
