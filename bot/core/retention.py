"""Retention of the desk's own records: how long cases, the audit trail, used buttons, links and counts stay (GDPR Art. 5(1)(e)).

Every period is a rule of the policy file. A sweep says how many records it removed; the numbers are added up in the transaction
of the removal and written to the audit trail once a day, so that what was removed is on record and what it was is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from bot.core import audit, deadlines, work
from bot.core.audit import Tag
from bot.core.cases import Case, Right
from bot.core.policies import Span
from bot.core.ports import Tx
from bot.core.support import rooms
from bot.core.unheld import first_unheld, is_held
from bot.core.work import WorkState

BATCH: Final = 500
_LOOKED_AT: Final = 4 * BATCH
"""Cases at a look: old letters of a case that is still open must not keep the others from being found."""
REPORT: Final = "retention.report"
_AFTER: Final = ":"
_REPORT_EVERY: Final = timedelta(days=1)

Sweep = Callable[[Tx], int]


def before(tx: Tx, record: str) -> datetime:
    """The instant before which records of this kind are no longer kept."""
    span = tx.policy.keep_for(record)
    return deadlines.add_span(tx.clock.now(), Span(-span.amount, span.unit))


def sweep_cases(tx: Tx) -> int:
    """Remove cases that were closed longer ago than the rule says; those of somebody under a legal hold stay."""
    over = before(tx, "case")

    def look(offset: int, limit: int) -> list[Case]:
        return tx.cases.select(closed_at__le=over, order_by="closed_at", offset=offset, limit=limit, opened=False)

    closed = first_unheld(tx, look, BATCH)
    for case in closed:
        rooms.dismantle_case(tx, case.id)
        tx.proposals.remove(ref=case.id)
        if case.subject and case.right == Right.EXPORT:
            tx.packages.remove(subject=case.subject, case=case.id, destroyed_at__ne=None)
    return tx.cases.remove(id__in=tuple(case.id for case in closed)) if closed else 0


def sweep_letters(tx: Tx) -> int:
    """Remove the letters of cases that were closed longer ago than the rule says, and what the team's group shows of these."""
    refs = _long_closed(tx, "letter")
    for ref in refs:
        rooms.dismantle_case(tx, ref)
    if not refs:
        return 0
    tx.attachments.remove(ref__in=refs)
    return tx.letters.remove(ref__in=refs)


def sweep_attachments(tx: Tx) -> int:
    """The same for pictures and files, and those that were never sent. The letters they came with stay."""
    unsent = tx.clock.now() - tx.policy.keep_for("draft").as_timedelta()
    gone = tx.attachments.remove(ref="", at__le=unsent)
    refs = _long_closed(tx, "attachment", attachment__ne="")
    if refs:
        for ref in refs:
            rooms.dismantle_case(tx, ref)
        tx.letters.update({"ref__in": refs}, attachment="")
        gone += tx.attachments.remove(ref__in=refs)
    return gone


def sweep_work(tx: Tx) -> int:
    """Remove work that was done, as long after it as messages that were sent. What was given up stays until somebody looks at it."""
    until = tx.clock.now() - tx.policy.keep_for("outbox").as_timedelta()
    done = tx.work.select(state=WorkState.DONE.value, due_at__le=until, order_by="due_at", limit=BATCH)
    return tx.work.remove(id__in=tuple(item.id for item in done)) if done else 0


def sweep_audit(tx: Tx) -> int:
    """Remove the oldest entries of the audit trail, from its beginning and without a gap, so that the rest still verifies.

    Whoever calls this signs a checkpoint afterwards: it tells the verifier where the trail begins now.
    """
    until = before(tx, "audit")
    if any(entry.at > until for entry in tx.audit.select(order_by="id", limit=1)):
        return 0
    oldest = tx.audit.select(order_by="id", limit=BATCH)
    count = next((number for number, entry in enumerate(oldest) if entry.at > until), len(oldest))
    # The newest entry stays in any case: the chain goes on from it.
    if count and oldest[count - 1].number == tx.audit_head()[0]:
        count -= 1
    return tx.audit.remove(id__le=oldest[count - 1].id) if count else 0


def sweep_confirmations(tx: Tx) -> int:
    """Remove used and expired buttons; until then a late tap is told what it was."""
    return tx.confirmations.remove(expires_at__le=before(tx, "confirmation"))


def sweep_link_tokens(tx: Tx) -> int:
    """Remove used and expired links."""
    return tx.link_tokens.remove(expires_at__le=before(tx, "confirmation"))


def sweep_tallies(tx: Tx) -> int:
    """Remove old counts."""
    return tx.tallies.remove(day__lt=before(tx, "tally").date().isoformat())


def counted(kind: str, sweep: Sweep) -> Sweep:
    """The same sweep, with its number noted for the day's entry in the audit trail."""

    @wraps(sweep)
    def swept(tx: Tx) -> int:
        gone = sweep(tx)
        if gone:
            _note(tx, Counter({kind: gone}))
        return gone

    return swept


def counted_by_age(kind: str, sweep: Callable[[Tx], list[timedelta]]) -> Sweep:
    """The same for a sweep that tells how old each was: noted is also how many were how many whole days old, so that the report
    need not believe that a sweep came in time (`days_of` reads it)."""

    @wraps(sweep)
    def swept(tx: Tx) -> int:
        gone = sweep(tx)
        if gone:
            _note(tx, Counter({kind: len(gone)}) + Counter(f"{kind}{_AFTER}{age.days}" for age in gone))
        return len(gone)

    return swept


def days_of(kind: str, numbers: Mapping[str, int]) -> Counter[int]:
    """By whole days of age, how many a day's numbers say were removed; empty where they do not say."""
    prefix = kind + _AFTER
    return Counter({int(name.removeprefix(prefix)): count for name, count in numbers.items() if name.startswith(prefix)})


def report_job(engine: work.Engine, item: work.Work) -> None:
    """Write what was removed since the last time to the audit trail: one entry, with a number for each kind."""

    def write(tx: Tx) -> None:
        total: Counter[str] = Counter(item.checkpoint)
        for other in tx.work.select(kind=REPORT, ref="", state=WorkState.WAITING.value):
            if other.id != item.id and tx.work.remove(id=other.id, fence=other.fence):
                total.update(other.checkpoint)
        numbers: dict[str, Any] = dict(total)
        audit.record(tx, Tag.RETENTION_SWEPT, actor="service", **numbers)
        work.finish(tx, item)

    engine.write(write)


def _long_closed(tx: Tx, record: str, **where: Any) -> tuple[str, ...]:
    """Cases with such letters that were closed longer ago than the rule of `record` says, some at a time; a hold keeps all of it."""
    until = before(tx, record)
    found: dict[str, None] = {}
    for letter in tx.letters.each(at__le=until, order_by="at", opened=False, **where):
        found[letter.ref] = None
        if len(found) >= _LOOKED_AT:
            break
    cases = tx.cases.select(id__in=tuple(found), opened=False) if found else []
    kept = {case.id for case in cases if case.closed_at is None or case.closed_at > until or is_held(tx, case.subject)}
    return tuple(ref for ref in found if ref not in kept)[:BATCH]


def _note(tx: Tx, gone: Counter[str]) -> None:
    """Add to the day's numbers. Where another process is just adding, a second row is made; the job adds them up."""
    now = tx.clock.now()
    for item in tx.work.select(
        kind=REPORT, ref="", state=WorkState.WAITING.value, due_at__gt=now, limit=1, skip_locked=True
    ):
        numbers = dict(Counter(item.checkpoint) + gone)
        if item.lease_until is None and tx.work.update({"id": item.id, "fence": item.fence}, checkpoint=numbers):
            return
    work.schedule(tx, REPORT, "", now + _REPORT_EVERY, **gone)
