"""When the audit trail's checkpoints are signed: once a day, at a stop, and whenever its beginning moved.

They lie beside the data, not in it: `audit/checkpoints-<region>.jsonl` in the data folder, with the public key next to it. Keep a
copy of both on another machine. Machines that share the key store's database have one run of all their checkpoints there, too.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.audit_checkpoints import (
    CheckpointFile,
    head_of,
    public_keys_path,
    published_in,
)
from bot.core.keys import Purpose, named
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import Core

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)


def checkpoint_path(settings: Settings) -> Path:
    """Where a region's checkpoints are."""
    return settings.data_dir / "audit" / f"checkpoints-{settings.region.lower()}.jsonl"


def published_keys(settings: Settings) -> list[bytes]:
    """A region's public keys as PEM: the one that signs now first, then those that signed before."""
    return published_in(public_keys_path(checkpoint_path(settings)))


def open_checkpoints(core: Core) -> CheckpointFile:
    """The region's checkpoints. CheckpointKeyError when they were signed with another key."""
    path, region = checkpoint_path(core.settings), core.ring.region
    run = core.safe.checkpoints
    return CheckpointFile(path, region, lambda: named.signing_keys(core.ring, core.clock.now()), core.clock, EVERY, run)


class Checkpoints:
    """Signs them for a running desk. Not being able to is an alarm in the log, never a reason to stop serving people."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._file: CheckpointFile | None = None

    async def sign_if_due(self) -> None:
        """Unless the newest is younger than a day and tells of the same beginning."""
        await self._sign(at_once=False)

    async def sign_now(self) -> None:
        """At a stop."""
        await self._sign(at_once=True)

    async def _sign(self, *, at_once: bool) -> None:
        try:
            if self._file is None:
                self._file = await asyncio.to_thread(open_checkpoints, self._core)
            # Retention cuts the beginning off in a transaction of its own. A crash before the checkpoint is made good here.
            first = await self._core.database.read(lambda tx: tx.audit.select(order_by="id", limit=1))
            moved = bool(first) and self._file.begins() not in (None, first[0].number)
            if at_once or moved or self._file.is_due():
                head = await self._core.database.write(head_of, Purpose.RIGHTS)
                await asyncio.to_thread(self._file.write_last, head)
        except Exception as error:
            log.error("the audit trail could not be signed (%s)", type(error).__name__)
