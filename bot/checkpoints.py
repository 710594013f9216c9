"""When the audit trail's checkpoints are signed: once a day, at a stop, and whenever its beginning moved.

A restore is signed between them, before the restored database is used (`bot/cli/restore.py`).

They lie beside the data, not in it: `audit/checkpoints-<region>.jsonl` in the data folder, with the public key next to it. Keep a
copy of both on another machine. Machines that share the key store's database have one run of all their checkpoints there, too.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core import audit
from bot.core.audit import Tag
from bot.core.audit_checkpoints import (
    CheckpointFile,
    head_of,
    public_keys_path,
    published_in,
)
from bot.core.audit_lines import Head, Restored
from bot.core.keys import Purpose, named
from bot.core.ports import Tx
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


async def sign_head(core: Core) -> bool:
    """Sign how the chain ends now; whether the newest checkpoint did not say so already."""
    file = await asyncio.to_thread(open_checkpoints, core)
    head = await core.database.write(head_of, Purpose.RIGHTS)
    return await asyncio.to_thread(file.write_last, head) is not None


async def sign_restore(core: Core, *, backup: bool, sealed: bool) -> Restored | None:
    """Sign that the database was put back, from a (`sealed`) `backup` or by hand, and note it as the chain's next entry: each once,
    however often an interrupted restore is run. None when nothing tells of a restore."""
    file = await asyncio.to_thread(open_checkpoints, core)
    known = await asyncio.to_thread(file.in_force)

    def look(tx: Tx) -> tuple[Head, list[Head]]:
        head = head_of(tx)
        return head, [each for each in known if _differs(tx, head, each)]

    head, differing = await core.database.write(look, Purpose.RIGHTS)
    restored = await asyncio.to_thread(lambda: file.write_restored(head, differing, backup=backup, sealed=sealed))
    if restored is not None:
        await core.database.write(lambda tx: _note(tx, restored), Purpose.RIGHTS)
    return restored


def _note(tx: Tx, restored: Restored) -> None:
    number = restored.head.number
    audit.record(tx, Tag.DATABASE_RESTORED, actor="operator", was=restored.was, kept=restored.kept, number=number)


def _differs(tx: Tx, head: Head, signed: Head) -> bool:
    """Of an entry that the sweep removed nobody can tell any more."""
    entry = tx.audit.find(id=f"{signed.number:012d}")
    return signed.number > head.number if entry is None else entry.hash != signed.hash


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
