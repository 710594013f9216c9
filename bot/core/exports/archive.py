"""A ZIP file written front to back: nothing is sought, so it can go wherever bytes can go, and no copy lies
on a disk.

Members come in the order they are written, all with one date: the same content at the same time gives the
same bytes. With a password each member is AES-256 (WinZip AE-2), with fresh salts; names and sizes of members
stay readable.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, Any, Protocol

LEVEL = 1
"""Of deflate. On English level 3 saves 7 % of the size for a sixth of the rate, level 6 19 % for two thirds."""


class Out(Protocol):
    """Where an archive goes."""

    def write(self, content: bytes, /) -> Any: ...
    def flush(self) -> Any: ...


class Archive:
    """Wraps `out`, which need only take `write`. Use as a context manager, so that the directory is written
    at the end.
    """

    def __init__(self, out: Out, *, at: datetime, password: str | None = None, level: int = LEVEL) -> None:
        local = at.astimezone(UTC)
        self._date = (local.year, local.month, local.day, local.hour, local.minute, local.second // 2 * 2)
        self._level = level
        self._zip: Any
        if password is None:
            self._zip = zipfile.ZipFile(_Unseekable(out), "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]
        else:
            self._zip = _encrypted(out, password)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._zip.close()
        else:
            self._zip.fp = None  # half an archive gets no directory that makes it look whole

    @contextmanager
    def member(self, name: str, *, large: bool = False) -> Iterator[IO[bytes]]:
        """Write a member. `large` prepares it for more than 2 GiB (ZIP64)."""
        info: Any = getattr(self._zip, "zipinfo_cls", zipfile.ZipInfo)(name, self._date)
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = self._level
        info.create_system = 3
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=large) as stream:
            yield stream


class _Unseekable:
    """Hides `seek` and `tell`, so that a file gets the same bytes as a stream."""

    def __init__(self, out: Out) -> None:
        self.write = out.write
        self.flush = out.flush


def _encrypted(out: Out, password: str) -> Any:
    import pyzipper  # only here: who wants no password needs no second AES

    archive = pyzipper.AESZipFile(
        _Unseekable(out), "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    )
    archive.setpassword(password.encode())
    return archive
