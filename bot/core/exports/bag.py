"""BagIt 1.0 (RFC 8493): the payload under data/, a SHA-256 of every file, and a list of the lists.

Everything is written once, front to back: the payload first while it is hashed, then the tag files that speak
of it. The signature covers the tag manifest, the tag manifest covers the manifest, and the manifest covers
the payload.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from bot.core.exports.archive import Archive
from bot.core.exports.signature import Signer

_BLOCK = 256 * 1024


class Sink:
    """Takes text or bytes, hashes and counts them and passes them on in large blocks."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._waiting: list[str] = []
        self._letters = 0
        self.size = 0

    def write(self, text: str) -> None:
        """Add text, as UTF-8."""
        self._waiting.append(text)
        self._letters += len(text)
        if self._letters >= _BLOCK:
            self.flush()

    def write_bytes(self, content: bytes) -> None:
        """Add bytes as they are."""
        self.flush()
        self._pass_on(content)

    def flush(self) -> None:
        """Pass on what is waiting."""
        block = "".join(self._waiting).encode()
        self._waiting.clear()
        self._letters = 0
        self._pass_on(block)

    def _pass_on(self, block: bytes) -> None:
        self._hash.update(block)
        self.size += len(block)
        self._stream.write(block)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class Bag:
    """A bag in a folder of an archive."""

    def __init__(self, archive: Archive, folder: str) -> None:
        self._archive = archive
        self._folder = folder
        self._payload: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._octets = 0
        self._tag("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")

    @contextmanager
    def payload(self, path: str, *, large: bool = False) -> Iterator[Sink]:
        """Write a file under data/."""
        name = f"data/{path}"
        with self._archive.member(f"{self._folder}/{name}", large=large) as stream:
            sink = Sink(stream)
            yield sink
            sink.flush()
        self._payload[name] = sink.hexdigest()
        self._octets += sink.size

    def put(self, path: str, text: str) -> None:
        """Write a small file under data/."""
        with self.payload(path) as sink:
            sink.write(text)

    def close(self, *, at: datetime, organization: str, signer: Signer, verify: str) -> None:
        """Write the tag files and the signature. The signature's own file is the only one that no list can
        name.
        """
        info = {
            "Source-Organization": organization,
            "Bagging-Date": at.date().isoformat(),
            "Payload-Oxum": f"{self._octets}.{len(self._payload)}",
            "Bag-Size": f"{self._octets} B",
        }
        self._tag("bag-info.txt", "".join(f"{label}: {_one_line(value)}\n" for label, value in info.items()))
        self._tag("manifest-sha256.txt", _lines(self._payload))
        self._tag("signature/public_key.pem", signer.public_pem)
        self._tag("signature/VERIFY.txt", verify)
        tagged = _lines(self._tags).encode()
        self._raw("tagmanifest-sha256.txt", tagged)
        self._raw("signature/manifest.sig", signer.sign(tagged))

    def _tag(self, path: str, text: str) -> None:
        self._tags[path] = hashlib.sha256(text.encode()).hexdigest()
        self._raw(path, text.encode())

    def _raw(self, path: str, content: bytes) -> None:
        with self._archive.member(f"{self._folder}/{path}") as stream:
            stream.write(content)


def _lines(digests: dict[str, str]) -> str:
    """The form that sha256sum reads too. Paths are ours and need no escape."""
    return "".join(f"{digest}  {path}\n" for path, digest in digests.items())


def _one_line(value: str) -> str:
    return " ".join(value.split())
