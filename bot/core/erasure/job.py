"""Erasing a person in durable steps. Killed anywhere, it goes on after the last step that was committed, and ends once.

    1 claim       the case leaves its grace: taking it back and this cannot both win (one conditional update)
    2 ledger      written down outside the database, before anything is destroyed
    3 sources     one step each (sources.py)
    4 shred       account, link and key; the message to the person is written now, while they can be reached, and held back
    5 compact     no deleted byte stays in the files
    6 verify      every place is asked again; what crept in meanwhile is erased
    7 certify     ledger completed, certificate signed, message let go, purge window opened

A legal hold stops it before the next destructive step; lifting the hold starts it again from the step it stood at.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.core import audit, cases, delivery, work
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Status, Step
from bot.core.delivery import Delivery
from bot.core.erasure import certificate
from bot.core.erasure.ledger import Entry, Ledger
from bot.core.erasure.sources import SOURCES, erase_identity, left
from bot.core.errors import ErasureLeftError, TransitionError
from bot.core.keys import rotation
from bot.core.keys.ring import SIGNING, KeyRing
from bot.core.ports import Tx

ERASE, PURGED = "deletion.erase", "deletion.purged"
STEPS = ("claimed", "listed", *(source.name for source in SOURCES), "shredded", "compacted", "verified")
SCOPES = {Right.ERASURE: "account", Right.FORGET_DESK: "desk"}
_HELD_BACK = timedelta(days=3650)
_AFTER_ANSWER = timedelta(seconds=1)
"""Who asked a moment ago is first told that it has begun: that answer travels in another lane."""


class Eraser:
    """The erase job with what it needs of the outside: the ledger, the keys, and how the database leaves no deleted byte."""

    def __init__(self, ledger: Ledger, ring: KeyRing, compact: Callable[[], None]) -> None:
        self._ledger = ledger
        self._ring = ring
        self._compact = compact

    def erase_job(self, engine: work.Engine, item: work.Work) -> None:
        """Do what is left to do. ErasureLeftError when something cannot be erased: then again later."""
        done = STEPS.index(item.step) if item.step in STEPS else -1
        for name in STEPS[done + 1 :]:
            moved = self._step(engine, item, name)
            if moved is None:
                return
            item = moved
        self._certify(engine, item)

    def _step(self, engine: work.Engine, item: work.Work, name: str) -> work.Work | None:
        if name == "claimed":
            return engine.write(lambda tx: _claim(tx, item))
        if name == "compacted":
            self._compact()
            return engine.write(lambda tx: work.advance(tx, item, name))
        if name == "verified":
            return engine.write(lambda tx: _verify(tx, item))
        if name == "listed":
            entry = engine.read(lambda tx: self._entry(tx, item))
            if entry is None:
                return engine.write(lambda tx: _unless_held(tx, item, name, lambda case: None))
            self._ledger.begin(entry)

        def destroy(tx: Tx) -> work.Work | None:
            return _unless_held(tx, item, name, lambda case: _destroy(tx, case, name))

        return engine.write(destroy)

    def _entry(self, tx: Tx, item: work.Work) -> Entry | None:
        case = tx.cases.get(id=item.ref, opened=False)
        if tx.keys.is_held(case.subject):
            return None
        subject, scope = self._ledger.recognise(case.subject), SCOPES[Right(case.right)]
        epoch = self._ring.current_epoch().number
        return Entry(case.id, subject, scope, case.opened_at, epoch, purge_by(tx, case))

    def _certify(self, engine: work.Engine, item: work.Work) -> None:
        now, gone_by = engine.read(lambda tx: (tx.clock.now(), _gone_by(tx, item.ref)))
        self._ring.refresh()
        entry = self._ledger.complete(item.ref, STEPS, now, self._ring.current_epoch().number, purge_by=gone_by)

        def certify(tx: Tx) -> None:
            tx.certificates.add_new(certificate.make(entry, tx.policy, self._ring.newest_keys(SIGNING)[0].key))
            case = tx.cases.get(id=item.ref, opened=False)
            tx.cases.update({"id": item.ref}, subject="", held=False, purge_by=case.purge_by or entry.purge_by)
            case = tx.cases.get(id=item.ref)
            if case.right == Right.ERASURE:
                cases.move(tx, case, Step.ERASED, actor="service")
                work.schedule(tx, PURGED, case.id, entry.purge_by, epoch=entry.epoch)
            else:
                cases.move(tx, case, Step.FINISH, actor="service")
            said_at = max(tx.clock.now(), case.opened_at + _AFTER_ANSWER)
            tx.outbox.update({"lane": _lane(item.ref), "state": Delivery.WAITING.value}, due_at=said_at)
            work.finish(tx, item)

        engine.write(certify)

    def purged_job(self, engine: work.Engine, item: work.Work) -> None:
        """The purge window is over: the case ends, when no key is left that could open a copy in a backup."""
        case = engine.read(lambda tx: tx.cases.find(id=item.ref))
        if case is None or case.status != Status.PURGING:
            engine.write(lambda tx: work.finish(tx, item))
            return
        rotation.retire(engine, self._ring, item.checkpoint.get("epoch", 0), lambda tx: work.beat(tx, item))

        def end(tx: Tx) -> None:
            cases.move(tx, tx.cases.get(id=item.ref), Step.FINISH, actor="service")
            work.finish(tx, item)

        engine.write(end)


def _claim(tx: Tx, item: work.Work) -> work.Work | None:
    case = tx.cases.find(id=item.ref, opened=False)
    if case is None or not case.subject or case.status not in (Status.GRACE, Status.ERASING, Status.WORKING):
        work.finish(tx, item)
        return None
    if case.status == Status.GRACE:
        try:
            cases.move(tx, case, Step.CLAIM, actor="service")
        except TransitionError:  # taken back between our look and our write, and this work with it
            raise work.FencedError from None
    return work.advance(tx, item, "claimed")


def _unless_held(tx: Tx, item: work.Work, name: str, deed: Callable[[Case], None]) -> work.Work | None:
    """Do a destructive step, or stop where we are: lifting the hold schedules the rest."""
    case = tx.cases.get(id=item.ref, opened=False)
    if tx.keys.is_held(case.subject):
        tx.cases.update({"id": case.id}, held=True)
        work.finish(tx, item)
        return None
    tx.keys.require_unheld(case.subject)
    deed(case)
    return work.advance(tx, item, name)


def _destroy(tx: Tx, case: Case, name: str) -> None:
    if name == "shredded":
        if case.right == Right.ERASURE:
            _write_message(tx, case)
        erase_identity(tx, case.subject)
        return
    for source in SOURCES:
        if source.name == name:
            source.erase(tx, case.subject, case.id)


def leave_message(tx: Tx, ref: str, notice: str, *, chat_id: int, locale: str | None, **data: Any) -> None:
    """What is said when all of a case is erased and verified. There is no account any more then: it waits under the service's
    key, in a lane of its own."""
    payload = {"notice": notice, "data": {"ref": ref, "chat_id": chat_id, "locale": locale, **data}}
    delivery.put(tx, lane=_lane(ref), kind="notice", payload=payload, due_at=tx.clock.now() + _HELD_BACK)


def _write_message(tx: Tx, case: Case) -> None:
    account = tx.accounts.get(id=case.subject)
    until = _gone_by(tx, case.id).isoformat()
    for link in tx.links.select(subject=case.subject):
        chat_id = int(link.telegram_id)
        leave_message(tx, case.id, "deletion_certificate", chat_id=chat_id, locale=account.locale, purge_by=until)


def _verify(tx: Tx, item: work.Work) -> work.Work:
    case = tx.cases.get(id=item.ref, opened=False)
    if left(tx, case.subject, case.id):
        for source in SOURCES:
            source.erase(tx, case.subject, case.id)
        still = left(tx, case.subject, case.id)
        if still:
            raise ErasureLeftError(still)
    audit.record(tx, Tag.ERASURE_VERIFIED, ref=case.id)
    return work.advance(tx, item, "verified")


def purge_by(tx: Tx, case: Case) -> datetime:
    """When no backup holds anything of it any more."""
    return case.purge_by or case.opened_at + tx.policy.span("purge").as_timedelta()


def _gone_by(tx: Tx, ref: str) -> datetime:
    """When the last copy of what is erased now is unreadable: as promised, or at once where that day is over."""
    return max(purge_by(tx, tx.cases.get(id=ref, opened=False)), tx.clock.now())


def _lane(ref: str) -> str:
    return f"erased:{ref}"
