"""What every database's backups offer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.storage.backups.seals import Seal, Sign


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: of which region (empty: it does not say), and how many live data keys each epoch wraps; and its seal, None
    in one that was made before there were any."""

    region: str
    epochs: Mapping[int, int]
    seal: Seal | None


class Backups(Protocol):
    """Of one database."""

    name: str
    """What an operator calls the database."""

    async def write(self, target: Path, sign: Sign) -> int:
        """Copy the database as it is at one moment, while it is in use, and seal the copy; bytes. FileExistsError when there is
        something at `target` already."""
        ...

    async def look_into(self, backup: Path) -> Contents:
        """Read all of a backup. ValueError for what is no whole backup of this service, or not as it was sealed."""
        ...

    async def is_there(self) -> bool:
        """Whether there is a database that a backup would replace."""
        ...

    async def users(self) -> int:
        """How many connections of the service are open, as far as can be told."""
        ...

    async def put_back(self, backup: Path) -> None:
        """Put a backup in the database's place, whole or not at all. Nothing may use the database meanwhile."""
        ...


@contextmanager
def in_place_of(target: Path) -> Iterator[Path]:
    """A file beside `target`, readable by its owner alone, that takes its place when all went well and is on the disk then."""
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield half
        _sync(half)
        half.rename(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    _sync(target.parent)


def require_new(target: Path) -> None:
    """FileExistsError: the older one may be the only good one."""
    if target.exists():
        raise FileExistsError(f"{target.name} exists already")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
