"""Rotation of one subject's DEK: a new one beside the old, every value sealed anew, then the old one destroyed.

While it runs both open and only the new one seals; authenticated encryption tells which is which. The job visits every
collection that names a subject (`Tx.of_subjects`), so a new kind of record is never left behind. Between the two passes lies
one lease: a transaction that began before the rotation and sealed with the old DEK has ended by then, and the second pass
finds its values.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core import audit, work
from bot.core.audit import Tag
from bot.core.ports import Tx

RESEAL = "keys.reseal"
BATCH = 100
FIRST, SECOND = "first", "second"


def schedule(tx: Tx, subject: str) -> str:
    """Want a subject's DEK rotated, unless it is on its way; the work's id. ShreddedError."""
    tx.keys.is_restricted(subject)  # raises for a subject without a key
    for waiting in tx.work.select(kind=RESEAL, ref=subject, state=work.WorkState.WAITING.value, limit=1):
        return waiting.id
    return work.schedule(tx, RESEAL, subject)


def reseal_job(engine: work.Engine, item: work.Work) -> None:
    """Resumes after the last batch that was committed. A subject erased in the meantime needs nothing any more."""
    if not engine.read(lambda tx: tx.keys.exists(item.ref)):
        engine.write(lambda tx: work.finish(tx, item))
        return
    if item.step == "":
        item = engine.write(lambda tx: _begin(tx, item))
    item = _pass(engine, item)
    if item.step == FIRST:
        engine.write(lambda tx: _rest(tx, item))
        return
    engine.write(lambda tx: _end(tx, item))


def _begin(tx: Tx, item: work.Work) -> work.Work:
    tx.keys.begin_reseal(item.ref)
    return work.advance(tx, item, FIRST, table="", after="", done=0)


def _rest(tx: Tx, item: work.Work) -> None:
    item = work.advance(tx, item, SECOND, table="", after="")
    work.postpone(tx, item, tx.clock.now() + work.LEASE)


def _pass(engine: work.Engine, item: work.Work) -> work.Work:
    names = engine.read(lambda tx: [name for name, rows in tx.of_subjects().items() if rows.count(subject=item.ref)])
    for name in sorted(names):
        if name < item.checkpoint["table"]:
            continue
        if name != item.checkpoint["table"]:
            item = _at(item, name)
        while True:
            moved = engine.write(lambda tx: _batch(tx, item, name))  # noqa: B023
            if moved is None:
                break
            item = moved
    return item


def _at(item: work.Work, table: str) -> work.Work:
    return replace(item, checkpoint={**item.checkpoint, "table": table, "after": ""})


def _batch(tx: Tx, item: work.Work, name: str) -> work.Work | None:
    done = tx.of_subjects()[name].reseal(item.ref, after=item.checkpoint["after"], limit=BATCH)
    if done is None:
        return None
    last, changed = done
    return work.advance(tx, item, item.step, table=name, after=last, done=item.checkpoint["done"] + changed)


def _end(tx: Tx, item: work.Work) -> None:
    tx.keys.end_reseal(item.ref)
    audit.record(tx, Tag.KEY_ROTATED, subject=item.ref if tx.accounts.find(id=item.ref) else None, values=item.checkpoint["done"])
    work.finish(tx, item)
