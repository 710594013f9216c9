"""`restore [BACKUP]`: into quarantine, erase again whom the ledger names, verify, open. Interrupted, run it again.

That the audit trail goes on from an earlier entry is signed beside its checkpoints: how it stood is signed before anything is touched,
as far as the database in place can be read, and the restore itself before anything is done with the restored one.

A ledger that is not whole restores nothing. Where it is lost for good, `--ledger-lost` begins a new one, after it was agreed to.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.app import Core, holder_of, open_core
from bot.checkpoints import sign_head, sign_restore
from bot.cli import ledger_loss
from bot.cli.ledger_loss import ERASURES, MOVES
from bot.cli.regions import settings_of
from bot.core import backup_seals, moving
from bot.core.clock import SystemClock, SystemRandomness
from bot.core.erasure import loss
from bot.core.erasure.ledger import Ledger
from bot.core.erasure.replay import replay
from bot.core.keys import KeyRing, Purpose
from bot.core.policies import load_policy
from bot.core.work import EngineFor
from bot.safe import Safe, open_safe
from bot.settings import Settings
from bot.storage.backups import Backups, Contents, backups_of
from bot.workers import DatabaseEngine


@dataclass(frozen=True, slots=True)
class Lost:
    """The operator says that a ledger is lost: `agreed` already, by an option, or to be asked."""

    agreed: bool = False
    ask: Callable[[str], str] = input


async def restore(backup: Path | None, *, replace: bool = False, region: str | None = None, lost: Lost | None = None) -> int:
    """0 when the service may start again; 2 when nothing was touched."""
    settings = settings_of(region)
    database = backups_of(settings.database, settings.region)
    safe = open_safe(settings)
    try:
        work = _Restore(settings, safe, database, backup, lost)
        reason = await work.why_not(replace=replace)
        if reason:
            print(reason, file=sys.stderr)
            return 2
        await work.sign_what_is_there()
        safe.marker.enter()
        print("quarantine: the service does not start until this is done")
        work.begin_anew()
        if backup is not None:
            await database.put_back(backup)
            print(f"{database.name} is back")
        await _replay(settings, backup=backup is not None, sealed=work.is_sealed)
        safe.marker.leave()
        print("verified; the service may start")
        return 0
    finally:
        safe.close()


class _Restore:
    """One restore, looked at before anything is touched."""

    def __init__(self, settings: Settings, safe: Safe, database: Backups, backup: Path | None, lost: Lost | None) -> None:
        self._settings, self._safe, self._database, self._backup, self._lost = settings, safe, database, backup, lost
        self._broken: dict[str, int] = {}
        self.is_sealed = False
        """Whether there is a backup and it is as this key store sealed it; known after `why_not`."""

    async def why_not(self, *, replace: bool) -> str:
        """Why nothing may be touched, or nothing. ValueError for what is no whole backup, LedgerError for a ledger that is not whole."""
        contents = None if self._backup is None else await self._database.look_into(self._backup)
        reason = await self._why_not_now() or (contents and await self._why_not_this(contents, replace=replace))
        if reason:
            return reason
        if not self._safe.was_used():
            return ""  # the start itself has words for it
        return await self._why_not_these_ledgers(contents)

    async def _why_not_now(self) -> str:
        users = await self._database.users()
        if users:
            return f"{users} connections of the service are open: stop it on every machine"
        if self._safe.stand.presence.is_shared():
            return "the service or a command is at work on these keys: stop it on every machine"
        return ""

    async def _why_not_this(self, contents: Contents, *, replace: bool) -> str:
        assert self._backup is not None
        name, region = self._backup.name, self._settings.region
        if contents.region not in ("", region):
            return f"{name} is a backup of region {contents.region}: add --region {contents.region}"
        if not self._safe.was_used():
            return f"there are no keys of region {region} here: nothing of {name} could be opened"
        ring = self._ring()
        if contents.seal is None:
            print(f"warning: {name} has no seal, as one of an older version: damage inside a row shows only when it is opened")
        elif not backup_seals.is_ours(ring, contents.seal.digest, contents.seal.signature):
            return f"{name} was not sealed by this key store of region {region}: it was changed, or belongs elsewhere"
        self.is_sealed = contents.seal is not None
        there = {epoch.number for epoch in ring.epochs()}
        gone = sum(count for epoch, count in contents.epochs.items() if epoch not in there)
        if gone:
            return f"{name} is too old: the epoch keys of {gone} of {sum(contents.epochs.values())} data keys were destroyed"
        if await self._database.is_there() and not replace and not self._safe.marker.is_on():
            return f"{self._database.name} exists: stop the service, then add --replace"
        return ""

    async def _why_not_these_ledgers(self, contents: Contents | None) -> str:
        """LedgerError, unless the operator says that it is lost, and agrees to what that means."""
        ring = self._ring()
        ledgers = self._ledgers(ring)
        broken = ledger_loss.broken_of(ledgers)
        if broken and self._lost is None:
            raise next(iter(broken.values()))
        reasons = {kind: str(error) for kind, error in broken.items()}
        self._broken = dict.fromkeys(reasons, 0)
        if not broken and self._lost is not None and self._backup is None:
            unlisted = await self._unlisted()
            if unlisted:
                reasons[ERASURES] = f"the database has certificates of {unlisted} erasures that the ledger does not know"
                self._broken[ERASURES] = len(ledgers[ERASURES].entries()) + unlisted
        for kind, ledger in ledgers.items():
            old = None if kind in reasons or contents is None else loss.may_hold_forgotten(ledger, contents.epochs)
            if old is not None:
                reasons[kind] = f"{ledger_loss.told(self._settings.region, kind, old)}, and this one may be older"
        if not reasons:
            known = any(ledger.losses() for ledger in ledgers.values())
            return "the ledgers are whole: nothing is lost" if self._lost is not None and not known else ""
        if self._lost is None:
            return f"{'; '.join(reasons.values())}: add --ledger-lost to agree to it"
        epochs = [epoch.number for epoch in ring.epochs()]
        ledger_loss.explain(self._settings.region, reasons, load_policy(self._settings.policy), epochs)
        return "" if ledger_loss.is_agreed(self._lost.agreed, self._lost.ask) else "not agreed to: nothing was touched"

    async def sign_what_is_there(self) -> None:
        """How the trail of the database that a backup is about to replace ends. After an interruption it may be replaced already."""
        if self._backup is None or self._safe.marker.is_on() or not await self._database.is_there():
            return
        try:
            core = await open_core(self._settings, quarantined=True)
            try:
                await sign_head(core)
            finally:
                await core.stop()
        except Exception as error:  # it may be there and broken in any way: that is what backups are for
            print(f"warning: how the audit trail ended could not be signed ({type(error).__name__})", file=sys.stderr)

    def begin_anew(self) -> None:
        """A new ledger for each that was lost."""
        if not self._broken:
            return
        ring = self._ring()
        for kind, known in self._broken.items():
            ledger = self._ledgers(ring)[kind]
            begun = ledger.begin_anew(SystemClock().now(), ring.current_epoch().number, known)
            print(f"{ledger.name}: a new ledger is begun; {loss.left_of(begun)} of {loss.known_of(begun)} lines were left")

    async def _unlisted(self) -> int:
        """How many erasures are certified in the database that is in place, and not in the ledger."""
        core = await open_core(self._settings, quarantined=True)
        try:
            return len(await core.database.read(lambda tx: loss.unlisted(tx, core.ledger), Purpose.RIGHTS))
        finally:
            await core.stop()

    def _ledgers(self, ring: KeyRing) -> dict[str, Ledger]:
        return {ERASURES: self._safe.ledger_of_erasures(ring), MOVES: self._safe.ledger_of_moves(ring)}

    def _ring(self) -> KeyRing:
        ring = KeyRing(self._settings.region, holder_of(self._settings), self._safe.keys, SystemClock(), SystemRandomness())
        ring.open()
        return ring


async def _replay(settings: Settings, *, backup: bool, sealed: bool) -> None:
    core = await open_core(settings, quarantined=True)
    try:
        await _sign_restore(core, backup=backup, sealed=sealed)
        engine = EngineFor(Purpose.RIGHTS, DatabaseEngine(core.database))
        found = await asyncio.to_thread(replay, engine, core.ledger, core.ring, core.database.compact)
        moved = await asyncio.to_thread(moving.replay, engine, core.moves)
        await asyncio.to_thread(core.database.compact)
    finally:
        await core.stop()
    print(f"ledger: {found.entries} erasures, {found.erased} people erased again, {found.held} kept by a legal hold")
    if moved:
        print(f"{moved} people live in another region and were taken out")


async def _sign_restore(core: Core, *, backup: bool, sealed: bool) -> None:
    restored = await sign_restore(core, backup=backup, sealed=sealed)
    if restored is not None:
        gone = max(0, restored.was - restored.kept)
        print(f"audit trail: signed that it goes on from entry {restored.head.number}; {gone} later entries are no longer there")
