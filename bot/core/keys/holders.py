"""Who holds the root key. One small port: a file, the environment, a command or a KMS can stand behind it."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path
from typing import Protocol

from bot.core.errors import KeyUnavailableError
from bot.core.keys.envelope import KEY_BYTES, unwrap, wrap


class KekHolder(Protocol):
    """Wraps and unwraps keys without giving its own away."""

    def wrap(self, key: bytes, name: str) -> bytes:
        """Wrap `key`, bound to `name`."""
        ...

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        """Undo `wrap`. SealError when this holder did not wrap it."""
        ...


class StaticKekHolder:
    """Holds 32 bytes that came from the environment (or a test)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise KeyUnavailableError("root")
        self._key = key

    @classmethod
    def from_base64(cls, text: str) -> StaticKekHolder:
        """From standard or url-safe base64. KeyUnavailableError when it is not 32 bytes."""
        try:
            return cls(base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True))
        except (binascii.Error, ValueError):
            raise KeyUnavailableError("root") from None

    def wrap(self, key: bytes, name: str) -> bytes:
        return wrap(self._key, key, name)

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        return unwrap(self._key, wrapped, name)


class FileKekHolder(StaticKekHolder):
    """Holds the key of a file that only its owner may read (mode 0600)."""

    def __init__(self, path: Path) -> None:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text("ascii")
        except (OSError, UnicodeDecodeError):
            raise KeyUnavailableError("root") from None
        if mode & 0o077:
            raise KeyUnavailableError("root (the key file can be read by others: chmod 600)")
        super().__init__(StaticKekHolder.from_base64(text)._key)

    @classmethod
    def open_or_create(cls, path: Path) -> FileKekHolder:
        """The holder for `path`; the file is made with a new key when it does not exist."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        return cls(path)
