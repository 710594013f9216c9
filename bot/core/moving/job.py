"""The durable work of a move, in steps that may each be done again after a crash.

1. begin     nothing of the person may be under way; from here on they hear that they are being moved
2. copy      every record, sealed anew there, in small transactions
3. seal      in one transaction here: both sides are the same, then the account is left, its cases and work with it
4. switch    the directory: from now on the other region answers
5. carry     what waits to be handled or sent goes over
6. remove    everything here, and the keys
7. open      there, in one transaction: parcel unpacked, work scheduled, account open, the person is told

At every moment one region answers: the account here until 4, the one there afterwards; while it is not open, it says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import audit, cases, delivery, exports, work
from bot.core.accounts import OPEN
from bot.core.audit import Tag
from bot.core.breaches import BreachNotice, finding, reached
from bot.core.cases import Right
from bot.core.delivery import InboxRow, OutboxRow
from bot.core.erasure.job import ERASE
from bot.core.erasure.ledger import Entry, Ledger
from bot.core.errors import HeldError, MoveUnprovenError, RegionError
from bot.core.ids import new_id
from bot.core.keys.reseal import RESEAL
from bot.core.moving import copying, parcel
from bot.core.moving.names import Names, names_for
from bot.core.moving.replay import SCOPE
from bot.core.ports import Tx
from bot.core.residence import MOVED, MOVING, Directory, destination
from bot.core.work import Engine, Work

_LOOK_AGAIN = timedelta(minutes=1)
_SOON = timedelta(seconds=2)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Road:
    """Where a move can lead: the directory, the way to a region's database (RegionError), the ledger of who left, and what
    overwrites deleted bytes."""

    directory: Directory
    open_region: Callable[[str], Engine]
    ledger: Ledger
    compact: Callable[[], None]


def make_move_job(road: Road) -> work.Job:
    """The job that moves the subject named by its reference."""

    def move_job(here: Engine, item: Work) -> None:
        to = item.checkpoint.get("to") or here.read(lambda tx: destination(tx, item.ref))
        try:
            there = road.open_region(to) if to else None
        except RegionError:
            if item.step:
                raise
            there = None  # not kept on this installation: the person stays
        if to is None or there is None:
            here.write(lambda tx: work.finish(tx, item))
            return
        _Move(road, here, there, item, to).run()

    return move_job


def make_settle_job(road: Road) -> work.Job:
    """The job that writes down that this region answers for a subject who was linked here."""

    def settle_job(here: Engine, item: Work) -> None:
        def links(tx: Tx) -> tuple[dict[int, str], str]:
            return {int(link.telegram_id): link.id for link in tx.links.select(subject=item.ref)}, tx.keys.region

        found, region = here.read(links)
        if found:
            road.directory.settle(found, region)
        here.write(lambda tx: work.finish(tx, item))

    return settle_job


class _Move:
    def __init__(self, road: Road, here: Engine, there: Engine, item: Work, to: str) -> None:
        self.road, self.here, self.there, self.item, self.to = road, here, there, item, to

    def run(self) -> None:
        """From the last finished step to the end, or until something has to be waited for."""
        if self.item.step == "" and not self._begin():
            return
        if self.item.step in ("begun", "copying"):
            for _ in range(_TRIES):
                self._copy()
                if not self._pack_and_seal():
                    return
                if self.item.step == "sealed":
                    break
            else:
                raise MoveUnprovenError
        if self.item.step == "sealed":
            names = self._names()
            self.here.write(lambda tx: work.beat(tx, self.item))
            self.road.directory.settle(names.telegram, self.to)
            self._advance("switched")
        if self.item.step == "switched" and not self._carry():
            return
        if self.item.step == "carried":
            self._remove()
        if self.item.step == "removed":
            origin = self.here.read(lambda tx: tx.keys.region)
            self.there.write(lambda tx: self._open(tx, origin))
            self.road.compact()
            self.here.write(self._finish)

    # ------------------------------------------------------------------ the steps

    def _begin(self) -> bool:
        def begin(tx: Tx) -> bool:
            subject = self.item.ref
            if destination(tx, subject) != self.to:  # gone, or changed their mind
                work.finish(tx, self.item)
                return False
            if _under_way(tx, subject):
                work.postpone(tx, self.item, tx.clock.now() + _LOOK_AGAIN)
                return False
            tx.accounts.update({"id": subject, "status": OPEN}, status=MOVING)
            self.item = work.advance(tx, self.item, "begun", to=self.to, subject=new_id(tx.random), unit=0, after="")
            return True

        return self.here.write(begin)

    def _copy(self) -> None:
        names = self._names()
        restricted = self.here.read(lambda tx: tx.keys.is_restricted(names.person.here))
        self.there.write(lambda tx: copying.room_for(tx, names, restricted=restricted))

        def noted(tx: Tx, unit: int, after: str) -> None:
            self.item = work.advance(tx, self.item, "copying", unit=unit, after=after)

        first, after = self.item.checkpoint["unit"], self.item.checkpoint["after"]
        copying.copy(self.here, self.there, names, first=first, after=after, done=noted)

    def _pack_and_seal(self) -> bool:
        """Whether to go on. Sealed, unless something changed on the way: then the copy begins again."""
        names = self._names()
        content = self.here.read(lambda tx: parcel.pack(tx, names))

        def put(tx: Tx) -> None:
            copying.require_coming(tx, names.person.there)
            parcel.put(tx, names.person.there, content)

        self.there.write(put)
        copied = self.there.read(lambda tx: copying.proof(tx, names, there=True))
        packed = self.there.read(lambda tx: parcel.fingerprint(parcel.find(tx, names.person.there) or []))

        def seal(tx: Tx) -> bool:
            subject, now = names.person.here, tx.clock.now()
            waiting = copying.waiting_work(tx, subject)
            if _under_way(tx, subject) or any(each.lease_until and each.lease_until > now for each in waiting):
                work.postpone(tx, self.item, now + _SOON)
                return False
            same = copying.proof(tx, names, there=False) == copied
            if not same or parcel.fingerprint(parcel.pack(tx, names)) != packed:
                self.item = work.advance(tx, self.item, "begun", unit=0, after="")
                return True
            tx.accounts.update({"id": subject, "status": MOVING}, status=MOVED)
            tx.cases.remove(subject=subject)
            for each in waiting:
                tx.work.remove(id=each.id)
            later = [[each.kind, each.ref, each.due_at.isoformat(), each.checkpoint] for each in waiting]
            self.item = work.advance(tx, self.item, "sealed", later=later)
            return True

        goes_on = self.here.write(seal)
        if self.item.step == "begun":
            self.there.write(lambda tx: copying.clear(tx, names))
        return goes_on

    def _carry(self) -> bool:
        """What waits in the chat. A message that is being sent right now is waited for: it would be sent twice."""
        names = self._names()

        def waiting(tx: Tx) -> tuple[list[InboxRow], list[OutboxRow], list[BreachNotice]]:
            if not names.lanes:
                return [], [], []
            told = tx.breach_notices.select(subject=names.person.here)
            return tx.inbox.select(lane__in=names.lanes), tx.outbox.select(lane__in=names.lanes), told

        came_in, goes_out, told = self.here.read(waiting)
        if self.here.write(lambda tx: self._waits_for(tx, goes_out)):
            return False

        def arrive(tx: Tx) -> None:
            copying.require_coming(tx, names.person.there)
            for row in came_in:
                tx.inbox.add_new(names.translated(row))
            for message in goes_out:
                if message.payload is not None:
                    tx.outbox.add_new(names.translated(replace(message, lease_until=None)))
            for notice in told:
                reached.moved(tx, names.translated(notice))

        def leave(tx: Tx) -> None:
            for row in came_in:
                tx.inbox.remove(id=row.id, state=row.state)
            for message in goes_out:
                tx.outbox.remove(id=message.id, state=message.state)
            self.item = work.advance(tx, self.item, "carried")

        self.there.write(arrive)
        self.here.write(leave)
        return True

    def _waits_for(self, tx: Tx, rows: list[OutboxRow]) -> bool:
        now = tx.clock.now()
        if any(row.lease_until and row.lease_until > now for row in rows):
            work.postpone(tx, self.item, now + _SOON)
            return True
        return False

    def _remove(self) -> None:
        names = self._names()

        now, epoch = self.here.write(lambda tx: (tx.clock.now(), tx.keys.wrapping_epoch().number))
        left = self.road.ledger.recognise(names.person.here)
        self.road.ledger.begin(Entry(self.item.id, left, SCOPE, now, epoch))

        def remove(tx: Tx) -> None:
            copying.remove(tx, names, self.to, self.item.id)
            self.item = work.advance(tx, self.item, "removed")

        self.here.write(remove)

    def _open(self, tx: Tx, origin: str) -> None:
        subject = self.item.checkpoint["subject"]
        if not tx.accounts.update({"id": subject, "status": MOVING}, status=OPEN):
            return  # done before, by a worker that did not live to say so
        parcel.unpack(tx, subject)
        for kind, ref, due_at, checkpoint in self.item.checkpoint["later"]:
            work.schedule(tx, kind, ref, datetime.fromisoformat(due_at), **checkpoint)
        audit.record(tx, Tag.ACCOUNT_MOVED, subject=subject, actor="service", to=self.to, origin=origin)
        finding.look_at(tx, tx.accounts.get(id=subject))
        delivery.notify(tx, subject, "region_moved", region=self.to)

    def _finish(self, tx: Tx) -> None:
        work.finish(tx, self.item)
        tx.work.update({"id": self.item.id}, checkpoint={})  # what they are called there is nothing to keep here

    # ------------------------------------------------------------------ helpers

    def _names(self) -> Names:
        return names_for(self.here, self.there, self.item.ref, self.item.checkpoint["subject"])

    def _advance(self, step: str) -> None:
        self.item = self.here.write(lambda tx: work.advance(tx, self.item, step))


def _under_way(tx: Tx, subject: str) -> bool:
    """What has to end first: an erasure (it may be taken back here), an export being built, a new key, a legal hold."""
    try:
        tx.keys.require_unheld(subject)
    except HeldError:
        return True
    if tx.work.count(kind=RESEAL, ref=subject, state=work.WorkState.WAITING.value):
        return True
    if any(each.kind in (exports.JOB, ERASE) for each in copying.waiting_work(tx, subject)):
        return True
    return cases.open_of(tx, subject, Right.ERASURE) is not None
