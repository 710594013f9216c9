"""The team's round: once a minute home asks every region what the team should hear, and says it in one message for all of them.

    cases that passed a mark   one digest to the group, changed while it is fresh (policy: safeguards.warnings_every)
    cases that are overdue     one message to each lead in private; a data protection officer has the path of each (escalating.py)
                               and is told here only of what did not come to them that way
    many cases without a room  one digest to the group, changed until all are shown

Only references, rights, dates and counts cross regions. A region forgets what it has to tell after home has committed it; what is
read twice because a process died in between stands in the digest already and is not said again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.core import staff, work
from bot.core.cases.marks import OVERDUE
from bot.core.ports import Tx
from bot.core.staff import Role
from bot.core.support import digests, groups, rooms, warnings
from bot.core.support.digests import Digest
from bot.core.support.entries import Entry, entry_of
from bot.core.support.warnings import Warned
from bot.core.work import Engine, Job, Work, WorkState

ROUND: Final = "team.round"
EVERY: Final = timedelta(minutes=1)
_WARNED, _OVERDUE, _ROOMS = "warned", "overdue", "rooms"
_MOST_URGENT: Final = 5


@dataclass(frozen=True, slots=True)
class Heard:
    """What one region has to tell."""

    warned: tuple[Warned, ...]
    rooms: int
    urgent: tuple[Entry, ...]


def sweep(tx: Tx) -> int:
    """At home, as soon as there is a team: see to it that somebody goes round, and at once when there is something to tell here."""
    if not tx.members.count():
        return 0
    if not tx.work.count(kind=ROUND, state=WorkState.WAITING.value):
        work.schedule(tx, ROUND, "team")
        return 1
    if not tx.cases.count(untold__gt=0, closed_at=None):
        return 0
    waiting = {"kind": ROUND, "state": WorkState.WAITING.value, "lease_until": None, "due_at__gt": tx.clock.now()}
    return tx.work.update(waiting, due_at=tx.clock.now())


def make_round_job(others: Callable[[], Sequence[Engine]]) -> Job:
    """The job at home that goes round for ever."""

    def round_job(here: Engine, item: Work) -> None:
        regions = [here, *others()]
        heard = [region.read(hear) for region in regions]

        def say(tx: Tx) -> tuple[Work, bool]:
            _say(tx, heard)
            return work.advance(tx, item, "said"), groups.find(tx) is not None

        said, has_group = here.write(say)
        for region, each in zip(regions, heard, strict=True):
            told = [warned for warned in each.warned if has_group or warned.mark >= OVERDUE]
            if told:
                region.write(lambda tx, told=told: warnings.told(tx, told))  # type: ignore[misc]
        here.write(lambda tx: work.postpone(tx, said, tx.clock.now() + EVERY))

    return round_job


def hear(tx: Tx) -> Heard:
    """What this region has to tell now."""
    waiting = tx.rooms.select(card=None, wanted_at__ne=None, order_by="urgent_at", limit=_MOST_URGENT)
    found = [tx.cases.find(id=room.id, opened=False) for room in waiting]
    urgent = tuple(entry_of(tx, case) for case in found if case is not None)
    return Heard(tuple(warnings.untold(tx)), tx.rooms.count(card=None, wanted_at__ne=None), urgent)


def _say(tx: Tx, heard: Sequence[Heard]) -> None:
    warned = sorted((each for region in heard for each in region.warned), key=lambda each: (each.entry.due, each.entry.ref))
    _alarm(tx, [each for each in warned if each.mark >= OVERDUE])
    if groups.find(tx) is None:
        return  # what the group should hear waits until there is one
    _warn(tx, [each for each in warned if each.mark < OVERDUE])
    urgent = sorted((each for region in heard for each in region.urgent), key=lambda each: (each.due, each.ref))
    _count_rooms(tx, sum(region.rooms for region in heard), urgent[:_MOST_URGENT])


def _warn(tx: Tx, warned: Sequence[Warned]) -> None:
    before, now = digests.find(tx, _WARNED), tx.clock.now()
    new = _not_in(before, warned)
    if not new:
        return
    every = tx.policy.safeguards.warnings_every.as_timedelta()
    if before is not None and now < before.began_at + every:
        digest = Digest(_WARNED, before.began_at, {**before.entries, **new})
    else:
        digest = Digest(_WARNED, now, new)
    digests.put(tx, digest)
    rooms.say(tx, "", "cases_warned", slot=_slot(digest), cases=list(digest.entries.values()))


def _alarm(tx: Tx, warned: Sequence[Warned]) -> None:
    new = _not_in(digests.find(tx, _OVERDUE), warned)
    if not new:
        return
    digests.put(tx, Digest(_OVERDUE, tx.clock.now(), new))
    group = groups.find(tx)
    place: dict[str, Any] = {"group": group.chat if group else None, "topics": bool(group and group.topics)}
    cases = list(new.values())
    by_path = {each.entry.ref for each in warned if each.escalated}
    leading = [member for member in staff.team(tx) if member.held & {Role.LEAD, Role.DPO}]
    for member in leading:
        unheard = [case for case in cases if Role.DPO not in member.held or case["ref"] not in by_path]
        if unheard:
            staff.tell(tx, member, "cases_overdue", cases=unheard, **place)
    if not leading:
        rooms.say(tx, "", "nobody_leads", cases=cases)


def _count_rooms(tx: Tx, waiting: int, urgent: Sequence[Entry]) -> None:
    before = digests.find(tx, _ROOMS)
    if before is None and waiting < tx.policy.safeguards.waiting_rooms_told_from:
        return
    shown = {"waiting": waiting, "urgent": [each.ref for each in urgent]}
    digest = Digest(_ROOMS, before.began_at if before else tx.clock.now(), shown)
    if before is None or before.entries != shown:
        cases = [each.as_json() for each in urgent]
        rooms.say(tx, "", "rooms_waiting", slot=_slot(digest), waiting=waiting, cases=cases)
    if waiting:
        digests.put(tx, digest)
    else:
        tx.digests.remove(id=_ROOMS)


def _not_in(before: Digest | None, warned: Sequence[Warned]) -> dict[str, Any]:
    """What the last digest does not say already: a case with another mark, or with another date, is something new."""
    known: Mapping[str, Any] = before.entries if before else {}
    entries = {each.entry.ref: each.entry.as_json() | {"mark": each.mark} for each in warned}
    return {ref: entry for ref, entry in entries.items() if _what(known.get(ref)) != _what(entry)}


def _what(entry: Mapping[str, Any] | None) -> tuple[Any, ...]:
    return (entry["mark"], entry["due"]) if entry else ()


def _slot(digest: Digest) -> str:
    return f"{digest.id}:{digest.began_at.isoformat()}"
