"""The seal at a backup's very end: the digest of every byte before it, and the region's signature over that.

    privacy-bot backup seal 1 <SHA-256> <Ed25519 signature>      both hexadecimal, with a newline: 220 bytes

SQLite reads no further than its last page, and in a ZIP it is the archive's comment: either file is used as if there were none. Its
length is no multiple of a page, so a database file tells whether it has one.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Sign = Callable[[bytes], bytes]
"""The signature (64 bytes) over a digest (32 bytes)."""
_HEAD = b"privacy-bot backup seal 1 "
_FORM = re.compile(re.escape(_HEAD) + rb"([0-9a-f]{64}) ([0-9a-f]{128})\n")
LENGTH = len(_HEAD) + 64 + 1 + 128 + 1
ROOM = b"." * LENGTH
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    """Of a backup whose bytes give `digest`; whose signature it is remains to be asked."""

    digest: bytes
    signature: bytes


def write(file: Path, sign: Sign) -> None:
    """Seal a file that ends with `ROOM`."""
    with file.open("r+b") as opened:
        end = opened.seek(-LENGTH, os.SEEK_END)
        digest = _digest_of(file, end)
        opened.write(_HEAD + digest.hex().encode() + b" " + sign(digest).hex().encode() + b"\n")


def read(file: Path) -> Seal:
    """The seal of a file that has one. ValueError when a bit of the file is another than it was."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        opened.seek(max(0, size - LENGTH))
        found = _FORM.fullmatch(opened.read())
    if found is None or _digest_of(file, size - LENGTH).hex().encode() != found[1]:
        raise ValueError(f"{file.name} is damaged: it is not as it was written")
    return Seal(bytes.fromhex(found[1].decode()), bytes.fromhex(found[2].decode()))


def _digest_of(file: Path, end: int) -> bytes:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while end > 0 and (piece := opened.read(min(end, _PIECE))):
            digest.update(piece)
            end -= len(piece)
    return digest.digest()
