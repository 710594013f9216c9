"""Epochs: a new one on schedule, every live DEK wrapped anew, the old key destroyed when no promise needs it any more.

    roll = new epoch key → head moved → DEKs re-wrapped in batches        (due `epoch_length` after the epoch began)
    retire = old epoch key destroyed                                      (due `backup_kept` after its successor began)

A shredded DEK is never re-wrapped, so its copies in old backups end with the epoch key that wrapped them. The policy file is
refused where grace + epoch_length + backup_kept + key_copy_kept would be longer than the purge promise. Everything here may be
done again at any point: steps are told apart by numbers, never by "once more".
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core import audit, work
from bot.core.audit import Tag
from bot.core.errors import SealError
from bot.core.keys.envelope import rewrap as rewrap_key
from bot.core.keys.ring import EpochKey, KeyRing
from bot.core.keys.vault import dek_name
from bot.core.policies import Policy
from bot.core.ports import Tx

ROLL, RETIRE = "keys.roll", "keys.retire"
BATCH = 1000
"""DEKs in one transaction: some milliseconds, so that nobody waits for a rotation."""


def roll_due(policy: Policy, ring: KeyRing) -> datetime:
    """When the present epoch ends."""
    return ring.current_epoch().created_at + policy.safeguards.epoch_length.as_timedelta()


def retire_due(policy: Policy, ring: KeyRing, number: int) -> datetime | None:
    """When an epoch's key is to be destroyed; None for the present one."""
    later = [epoch.created_at for epoch in ring.epochs() if epoch.number > number]
    return min(later) + policy.safeguards.backup_kept.as_timedelta() if later else None


def schedule_roll(tx: Tx, ring: KeyRing) -> str:
    """Want a new epoch now, unless one is on its way; the reference of the work."""
    for waiting in tx.work.select(kind=ROLL, state=work.WorkState.WAITING.value, limit=1):
        return waiting.ref
    ref = _ref(ring, ring.current_epoch().number + 1)
    work.schedule(tx, ROLL, ref)
    return ref


def make_sweep(ring: KeyRing) -> Callable[[Tx], int]:
    """The sweep that starts what is due. What is due is read from the key store, so a restored database loses nothing."""

    def sweep(tx: Tx) -> int:
        with suppress(SealError):  # the root key was changed under us: what is open stays open, the next start needs the new one
            ring.refresh()
        now, started = tx.clock.now(), 0
        if now >= roll_due(tx.policy, ring) and not _is_wanted(tx, _ref(ring, ring.current_epoch().number + 1)):
            schedule_roll(tx, ring)
            started += 1
        for epoch in ring.epochs():
            due, ref = retire_due(tx.policy, ring, epoch.number), _ref(ring, epoch.number)
            if due is not None and now >= due and not _is_wanted(tx, ref):
                work.schedule(tx, RETIRE, ref)
                started += 1
        return started

    return sweep


def make_roll_job(ring: KeyRing) -> work.Job:
    """The job that starts the epoch named by its reference and wraps every live DEK with it."""

    def roll_job(engine: work.Engine, item: work.Work) -> None:
        target = _number(item.ref)
        if item.step == "":
            item = engine.write(lambda tx: work.advance(tx, item, "begun", of=_behind(tx, target), done=0))
        _start_epoch(engine, ring, target)

        def told(tx: Tx, count: int) -> None:
            nonlocal item
            item = work.advance(tx, item, "rewrapping", done=item.checkpoint["done"] + count)

        rewrap(engine, ring, target, told)

        def finished(tx: Tx) -> None:
            audit.record(tx, Tag.KEY_ROTATED, ref=item.ref, wrapped=item.checkpoint["done"])
            work.finish(tx, item)

        engine.write(finished)

    return roll_job


def make_retire_job(ring: KeyRing) -> work.Job:
    """The job that destroys the key of the epoch named by its reference."""

    def retire_job(engine: work.Engine, item: work.Work) -> None:
        retire(engine, ring, _number(item.ref), lambda tx: work.beat(tx, item))
        engine.write(lambda tx: work.finish(tx, item))

    return retire_job


def rewrap(engine: work.Engine, ring: KeyRing, target: int, told: Callable[[Tx, int], None]) -> None:
    """Wrap every live DEK of an older epoch with `target`, batch by batch; `told(tx, count)` runs in each batch's
    transaction. When this returns there is none left."""
    epoch = ring.epoch(target)
    while engine.read(lambda tx: _behind(tx, target)):
        after = ""
        while True:

            def batch(tx: Tx, after: str = after) -> str | None:
                last, count = _rewrap_some(tx, ring, epoch, after)
                told(tx, count)
                return last

            last = engine.write(batch)
            if last is None:
                break
            after = last


def retire(engine: work.Engine, ring: KeyRing, number: int, beat: Callable[[Tx], None]) -> None:
    """Destroy the keys of epoch `number` and all older ones, whatever their date, after wrapping anew what still needs them."""
    ring.refresh()
    old = [epoch.number for epoch in ring.epochs() if epoch.number <= number]
    if not old:
        return
    target = max(ring.current_epoch().number, number + 1)
    _start_epoch(engine, ring, target)
    rewrap(engine, ring, target, lambda tx, _count: beat(tx))
    for each in old:
        ring.destroy_epoch(each)
        engine.write(lambda tx, each=each: audit.record(tx, Tag.EPOCH_DESTROYED, ref=_ref(ring, each)))  # type: ignore[misc]


def _start_epoch(engine: work.Engine, ring: KeyRing, number: int) -> None:
    """First the key, safely in its store; then the head, which keeps everybody from wrapping with an older one."""
    epoch = ring.ensure_epoch(number)
    engine.write(lambda tx: tx.keys.move_head(epoch))


def _behind(tx: Tx, target: int) -> int:
    return tx.keys.rows.count(epoch__lt=target, wrapped__ne=None)


def _rewrap_some(tx: Tx, ring: KeyRing, epoch: EpochKey, after: str) -> tuple[str | None, int]:
    # `ne`, not `lt`: a database would walk its index of epochs and sort what is left, again for every batch
    rows = tx.keys.rows.select(id__gt=after, epoch__ne=epoch.number, wrapped__ne=None, order_by="id", limit=BATCH)
    changes = []
    old = {number: AESGCM(ring.epoch(number).key) for number in {row.epoch for row in rows}}
    new = AESGCM(epoch.key)
    for row in rows:
        if row.epoch > epoch.number:
            continue  # a later roll was here
        name, keys = dek_name(ring.region, row.id), (row.wrapped, row.previous)
        fresh = [rewrap_key(old[row.epoch], new, key, name) if key else None for key in keys]
        same = {"id": row.id, "generation": row.generation, "epoch": row.epoch}  # else it was shredded or moved on
        changes.append((same, {"epoch": epoch.number, "wrapped": fresh[0], "previous": fresh[1]}))
    tx.keys.rows.update_each(changes)
    tx.keys.look_again()
    return (rows[-1].id if rows else None), len(changes)


def _is_wanted(tx: Tx, ref: str) -> bool:
    """Whether a roll to an epoch or its end is on its way."""
    return tx.work.count(ref=ref, kind__in=(ROLL, RETIRE), state=work.WorkState.WAITING.value) > 0


def _ref(ring: KeyRing, number: int) -> str:
    return f"{ring.region}/epoch/{number}"


def _number(ref: str) -> int:
    return int(ref.rpartition("/")[2])
