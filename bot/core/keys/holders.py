"""Who holds the root key. One small port: a file, the environment, a command or a KMS can stand behind it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import shlex
import stat
import subprocess
from pathlib import Path
from typing import Protocol

from bot.core.errors import KeyUnavailableError, SealError
from bot.core.folders import sync_folder
from bot.core.keys.envelope import KEY_BYTES, unwrap, wrap

_NAME_BYTES = 32
_COMMAND_SECONDS = 60


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


class FileKekHolder:
    """Holds the key of a file that only its owner may read (mode 0600).

    While the root key is being rotated a second file, `<name>.next`, lies beside it: both open, the next one wraps. So a
    rotation that was interrupted anywhere loses nothing and can be finished later.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(path.name + ".next")
        self._keys = self._load()

    @classmethod
    def open_or_create(cls, path: Path) -> FileKekHolder:
        """The holder for `path`; the file is made with a new key when it does not exist."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_key(path)
        return cls(path)

    def wrap(self, key: bytes, name: str) -> bytes:
        return self._keys[0].wrap(key, name)

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        try:
            return self._unwrap(wrapped, name)
        except SealError:
            self._keys = self._load()  # another process may have rotated it
            return self._unwrap(wrapped, name)

    def begin_rotation(self) -> None:
        """Make the next key (or go on with the one there is); from now on it wraps."""
        if not self._next.exists():
            _write_key(self._next)
        self._keys = self._load()

    def finish_rotation(self) -> None:
        """The next key takes the place of the old one, which is gone then."""
        self._next.replace(self._path)
        sync_folder(self._path.parent)
        self._keys = self._load()

    def _unwrap(self, wrapped: bytes, name: str) -> bytes:
        for key in self._keys[:-1]:
            try:
                return key.unwrap(wrapped, name)
            except SealError:
                continue
        return self._keys[-1].unwrap(wrapped, name)

    def _load(self) -> list[StaticKekHolder]:
        """Newest first. The next key is read first: a rename in between leaves the same key under the other name."""
        found = [_read_key(self._next)] if self._next.exists() else []
        return [*found, _read_key(self._path)]


class CommandKekHolder:
    """Lets a program hold the root key: a KMS, an HSM, a password manager.

    It is run as `program [arguments] wrap|unwrap NAME`, reads base64 from standard input and writes base64 to standard output,
    and ends with 0. It never sees the name's key material bound to another name: the name's hash is wrapped along and checked
    here, so the program need not support associated data. It gets none of this service's own settings (`BOT_…`).
    """

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)
        if not self._command:
            raise KeyUnavailableError("root")

    def wrap(self, key: bytes, name: str) -> bytes:
        return self._run("wrap", name, _name_hash(name) + key)

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        opened = self._run("unwrap", name, wrapped)
        if len(opened) != _NAME_BYTES + KEY_BYTES or opened[:_NAME_BYTES] != _name_hash(name):
            raise SealError
        return opened[_NAME_BYTES:]

    def _run(self, deed: str, name: str, content: bytes) -> bytes:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own program, without a shell
                [*self._command, deed, name],
                input=base64.b64encode(content),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_COMMAND_SECONDS,
                env=environment,
                check=True,
            )
            return base64.b64decode(done.stdout.strip(), validate=True)
        except (OSError, subprocess.SubprocessError, binascii.Error, ValueError):
            raise KeyUnavailableError("root (the key command failed)") from None


def _name_hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _read_key(path: Path) -> StaticKekHolder:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise KeyUnavailableError("root") from None
    if mode & 0o077:
        raise KeyUnavailableError("root (the key file can be read by others: chmod 600)")
    return StaticKekHolder.from_base64(text)


def _write_key(path: Path) -> None:
    """All of it or nothing: a half-written key would lock everybody out."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(half, path)  # unlike a rename it never replaces a key that another process just made
    except FileExistsError:
        return
    finally:
        half.unlink()
    sync_folder(path.parent)
