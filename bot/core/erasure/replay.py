"""After a restore: everyone in the ledger is erased again, before anything else runs.

Every entry counts, whatever its date: one that the backup already knows is found empty and nothing happens. Interrupted, it is
run again from the start and ends the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core import audit, cases, deadlines, work
from bot.core.audit import Tag
from bot.core.cases import Case, Right, Status, Step
from bot.core.deletion import REMIND
from bot.core.erasure import certificate, loss
from bot.core.erasure.job import ERASE, PURGED, SCOPES, STEPS
from bot.core.erasure.ledger import Entry, Ledger
from bot.core.erasure.quarantine import unreplayed
from bot.core.erasure.sources import erase_all, left
from bot.core.errors import ErasureLeftError
from bot.core.keys import rotation
from bot.core.keys.ring import SIGNING, KeyRing
from bot.core.ports import Tx


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found: entries in the ledger, people erased once more, people kept by a legal hold."""

    entries: int
    erased: int
    held: int


def replay(engine: work.Engine, ledger: Ledger, ring: KeyRing, compact: Callable[[], None]) -> Replayed:
    """Bring a restored database up to the ledger. ErasureLeftError, LedgerError, KeyUnavailableError for a DEK whose epoch is
    gone."""
    ring.refresh()
    newest = ring.current_epoch()
    engine.write(lambda tx: tx.keys.move_head(newest))
    loss.write_down_again(engine, ledger, newest.number)
    engine.write(lambda tx: loss.keep_on_record(tx, "erasures", ledger))
    entries, erased, held = ledger.entries(), 0, 0
    subjects = engine.read(lambda tx: _by_name(tx, ledger))
    for entry in entries:
        subject = subjects.get(entry.subject, "")
        outcome = engine.write(lambda tx: _erase_again(tx, entry, subject))  # noqa: B023
        held += outcome == "held"
        erased += outcome == "erased"
        if outcome != "held":
            now = engine.read(lambda tx: tx.clock.now())
            gone_by = max(entry.purge_by, now) if entry.purge_by else None
            done = ledger.complete(entry.ref, STEPS, now, newest.number, purge_by=gone_by)
            engine.write(lambda tx: _certify(tx, done, ring))  # noqa: B023
    rotation.rewrap(engine, ring, newest.number, lambda _tx, _count: None)
    compact()
    engine.read(lambda tx: _verify(tx, ledger, subjects))
    return Replayed(len(entries), erased, held)


def _by_name(tx: Tx, ledger: Ledger) -> dict[str, str]:
    """Every subject of the database, by all that the ledger may call them."""
    return {name: row.id for row in tx.keys.rows.each() for name in ledger.names_of(row.id)}


def _erase_again(tx: Tx, entry: Entry, subject: str) -> str:
    """ "held", "erased", or "" where there was nothing left to erase."""
    case = tx.cases.find(id=entry.ref, opened=False)
    if subject and tx.keys.is_held(subject):
        if case is not None and case.status == Status.GRACE:
            case = cases.move(tx, case, Step.CLAIM, actor="service")
        if case is not None:
            tx.cases.update({"id": case.id}, held=True)
        work.cancel(tx, ERASE, entry.ref)
        return "held"
    outcome = ""
    if subject and left(tx, subject, ""):
        erase_all(tx, subject, entry.ref)
        outcome = "erased"
    _settle_case(tx, case or _case_of(tx, entry), entry)
    if outcome:
        audit.record(tx, Tag.RESTORE_REPLAYED, ref=entry.ref)
    return outcome


def _settle_case(tx: Tx, case: Case, entry: Entry) -> None:
    """The case stands where the erasure left it, so that its reference still answers."""
    tx.cases.update({"id": case.id}, subject="", held=False, purge_by=entry.purge_by)
    for kind in (ERASE, REMIND):
        tx.work.remove(kind=kind, ref=case.id)
    case = tx.cases.get(id=case.id, opened=False)
    if case.right != Right.ERASURE:
        if not case.is_closed:
            cases.move(tx, case, Step.FINISH, actor="service")
        return
    if case.status == Status.GRACE:
        case = cases.move(tx, case, Step.CLAIM, actor="service")
    if case.status == Status.ERASING:
        case = cases.move(tx, case, Step.ERASED, actor="service")
    if case.status == Status.PURGING and not tx.work.count(kind=PURGED, ref=case.id, state="waiting"):
        work.schedule(tx, PURGED, case.id, entry.purge_by, epoch=entry.epoch)


def _case_of(tx: Tx, entry: Entry) -> Case:
    """The case of an erasure that was asked for after the backup was made, from what the ledger knows."""
    right = next(right for right, scope in SCOPES.items() if scope == entry.scope)
    dates = deadlines.for_request(tx.policy, None, right, entry.requested_at)
    case = Case(
        id=entry.ref,
        subject="",
        right=right.value,
        status=(Status.ERASING if right is Right.ERASURE else Status.WORKING).value,
        opened_at=entry.requested_at,
        acknowledge_by=dates.acknowledge_by,
        target_due=dates.target_due,
        legal_due=dates.legal_due,
        calendar=dates.calendar,
        calendar_version=dates.calendar_version,
        policy_version=tx.policy.version,
        acknowledged_at=entry.requested_at,
    )
    tx.cases.add(case)
    return case


def _certify(tx: Tx, entry: Entry, ring: KeyRing) -> None:
    tx.certificates.add_new(certificate.make(entry, tx.policy, ring.newest_keys(SIGNING)[0].key))


def _verify(tx: Tx, ledger: Ledger, subjects: dict[str, str]) -> None:
    places = [entry.ref for entry in unreplayed(tx, ledger)]
    for entry in ledger.entries():
        subject = subjects.get(entry.subject, "")
        if subject and not tx.keys.is_held(subject):
            places += left(tx, subject, "")
    if places:
        raise ErasureLeftError(tuple(places))
