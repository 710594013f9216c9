"""At home: every region in use is told what the record says now and asked for its figures, until everybody has been told.

Only a reference, the record's own words and dates go out; only counts come back. Every region is asked, not only those whose data
lay open: people may have moved since.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from bot.core import audit, work
from bot.core.audit import Tag
from bot.core.breaches.breach import Breach, NoticeState, Status, Telling
from bot.core.breaches.fields import FOR_PEOPLE
from bot.core.breaches.record import is_found, reopen, total
from bot.core.breaches.wanting import look_again, want_found, want_told
from bot.core.keys.vault import SERVICE, Purpose
from bot.core.ports import Tx
from bot.core.support import rooms
from bot.core.work import Engine, EngineFor, Job, Work

_SOON: Final = timedelta(seconds=2)
_MEANWHILE: Final = timedelta(minutes=1)
_NOW_AND_THEN: Final = timedelta(hours=1)


class Reach(Protocol):
    """The regions as a job at home sees them, from its thread."""

    def in_use(self) -> Sequence[str]:
        """Those in which somebody lives or ever did."""
        ...

    def serves(self, region: str) -> bool:
        """Whether this process may open it."""
        ...

    def engine(self, region: str) -> Engine:
        """The way to its database. RegionError."""
        ...


def make_watch_job(reach: Reach) -> Job:
    """The job at home."""

    def watch_job(engine: Engine, item: Work) -> None:
        breach = engine.read(lambda tx: tx.breaches.find(id=item.ref))
        if breach is None or breach.status == Status.DRAFT:
            engine.write(lambda tx: work.finish(tx, item))
            return
        if breach.drill and breach.status == Status.CLOSED:
            for region in reach.in_use():
                EngineFor(Purpose.RIGHTS, reach.engine(region)).write(lambda tx: _remove(tx, item.ref))
            engine.write(lambda tx: work.finish(tx, item))
            return
        wanted = telling_of(breach)
        counts: dict[str, Any] = {}
        for region in reach.in_use():
            there = EngineFor(Purpose.RIGHTS, reach.engine(region))
            if there.read(lambda tx: _is_news(tx, wanted)):
                there.write(lambda tx: order(tx, wanted))
            counts[region] = there.read(lambda tx: figures(tx, item.ref))
        for region in breach.regions.split():
            if region not in counts and not reach.serves(region):
                counts[region] = {"unserved": True}
        engine.write(lambda tx: _note(tx, item, breach, counts))

    return watch_job


def telling_of(breach: Breach) -> Telling:
    """What the regions are told."""
    assert breach.began_at is not None
    texts = {field.value: breach.texts[field.value] for field in FOR_PEOPLE if field.value in breach.texts}
    return Telling(
        id=breach.id,
        subject=SERVICE,
        round=breach.version,
        agreed=breach.is_agreed,
        drill=breach.drill,
        by=breach.opened_by,
        regions=breach.regions,
        categories=breach.categories,
        began_at=breach.began_at,
        ended_at=breach.ended_at,
        closed_at=breach.closed_at,
        content={"texts": texts, "locale": breach.written_in},
    )


def order(tx: Tx, wanted: Telling) -> None:
    """In a region: take over what the record says, and do what follows from it."""
    known = tx.breach_tellings.find(id=wanted.id)
    if known is None:
        tx.breach_tellings.add(wanted)
    elif known.round > wanted.round:
        return  # somebody was here with a newer one
    else:
        names = ("round", "agreed", "regions", "categories", "began_at", "ended_at", "closed_at", "content")
        changes = {name: getattr(wanted, name) for name in names}
        tx.breach_tellings.update({"id": wanted.id, "subject": SERVICE}, **changes)
    if (known is None or known.found_round < wanted.round) and wanted.closed_at is None:
        want_found(tx, wanted.id)
    if wanted.agreed:
        want_told(tx, wanted.id)


def figures(tx: Tx, ref: str) -> dict[str, Any]:
    """What a region reports: counts, nothing about a person."""
    telling = tx.breach_tellings.get(id=ref)
    states = {state.value: tx.breach_notices.count(breach=ref, state=state.value) for state in NoticeState}
    return {
        "round": telling.found_round,
        "affected": sum(states.values()),
        **states,
        "unfit": tx.breach_notices.count(breach=ref, round__lt=telling.found_round),
        **{name: telling.counts.get(name, {}) for name in ("people", "records")},
        "erased": telling.counts.get("erased", 0),
    }


def _is_news(tx: Tx, wanted: Telling) -> bool:
    known = tx.breach_tellings.find(id=wanted.id, opened=False)
    return known is None or (known.round, known.agreed, known.closed_at) != (wanted.round, wanted.agreed, wanted.closed_at)


def _note(tx: Tx, item: Work, seen: Breach, counts: dict[str, Any]) -> None:
    now = tx.clock.now()
    breach = tx.breaches.get(id=item.ref)
    if (breach.version, breach.agreed_version, breach.status) != (seen.version, seen.agreed_version, seen.status):
        look_again(tx, item, now)
        return
    if counts != breach.counts:
        tx.breaches.update({"id": breach.id}, counts=counts)
        rooms.touch(tx, breach.id, SERVICE)
        breach = tx.breaches.get(id=breach.id)
        if breach.agreed_at is not None:
            _report(tx, breach)
    to_come = total(breach, "sent") + (total(breach, "due") if breach.is_agreed else 0)
    if is_found(breach) and breach.agreed_at is not None and not total(breach, "sent") + total(breach, "due"):
        _note_told(tx, breach)
    if breach.status == Status.CLOSED and total(breach, "due") and not breach.is_agreed:
        reopen(tx, breach.id)
    if breach.status == Status.CLOSED and not total(breach, "unreached") and not total(breach, "due"):
        work.finish(tx, item)
    else:
        look_again(tx, item, now + (_pause(breach, now) if to_come or not is_found(breach) else _NOW_AND_THEN))


def _pause(breach: Breach, now: datetime) -> timedelta:
    """At first somebody is looking at it."""
    return _SOON if now - max(breach.opened_at, breach.agreed_at or breach.opened_at) < _MEANWHILE else _MEANWHILE / 6


def _report(tx: Tx, breach: Breach) -> None:
    numbers = {name: total(breach, name) for name in ("affected", *(state.value for state in NoticeState))}
    slot = f"breach:{breach.id}:{breach.agreed_version}"
    rooms.say(tx, breach.id, "breach_progress", slot=slot, drill=breach.drill, numbers=numbers)


def _note_told(tx: Tx, breach: Breach) -> None:
    """Everybody who can be reached has it. The first time counts; whoever is found later is told later."""
    now = tx.clock.now()
    if tx.breaches.update({"id": breach.id, "told_at": None}, told_at=now):
        told, unreached = total(breach, "told"), total(breach, "unreached")
        audit.record(
            tx, Tag.BREACH_NOTIFIED, actor="service", ref=breach.id, drill=breach.drill, told=told, unreached=unreached
        )
        rooms.touch(tx, breach.id, SERVICE)


def _remove(tx: Tx, ref: str) -> None:
    """A drill is over: nothing of what it computed about people stays."""
    tx.breach_notices.remove(breach=ref)
    tx.breach_tellings.remove(id=ref)
