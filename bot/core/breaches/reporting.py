"""The report to each authority (GDPR Art. 33(3) a-d, in phases by Art. 33(4)), as facts that a PDF and a JSON are made from.

An authority is that of a jurisdiction in which somebody is affected. Whose place is not known counts for the first jurisdiction of
the region that keeps their data. The report names nobody: it has counts, dates and what the officer wrote.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core import audit
from bot.core.audit import Tag
from bot.core.breaches.breach import Breach, Status
from bot.core.breaches.errors import NotReady, NotReadyError, Problem, RecordError
from bot.core.breaches.fields import Field
from bot.core.breaches.record import get, is_found, show, total
from bot.core.errors import NotFoundError, TransitionError
from bot.core.keys.vault import SERVICE
from bot.core.policies import Jurisdiction, Policy
from bot.core.ports import Tx
from bot.core.staff import Member


class Phase(StrEnum):
    """Of the report to one authority: what is known now, or all of it."""

    INITIAL = "initial"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one authority is told. `texts` are the officer's, by field, each with its language; `records` counts what
    lay open, by category; `labels` and the names are sentences of the policy."""

    ref: str
    drill: bool
    phase: Phase
    made_at: datetime
    place: Jurisdiction
    breach: Breach
    people: int
    people_elsewhere: int
    records: dict[str, int]
    labels: dict[str, str]
    texts: dict[str, tuple[str, str]]
    told: int
    unreached: int
    erased: int
    is_late: bool
    policy: Policy

    def as_json(self) -> dict[str, Any]:
        """For a program of the authority. Instants in UTC."""
        breach = self.breach
        return {
            "law": "GDPR Art. 33(3)",
            "reference": self.ref,
            "drill": self.drill,
            "phase": self.phase.value,
            "made_at": self.made_at.isoformat(),
            "controller": {"operator": self.policy.operator, "service": self.policy.service},
            "authority": self.place.regulator or self.place.authority,
            "jurisdiction": self.place.id,
            "a_nature": {
                "what": self._text(Field.WHAT),
                "found_at": _iso(breach.found_at),
                "aware_at": breach.aware_at.isoformat(),
                "open_from": _iso(breach.began_at),
                "open_until": _iso(breach.ended_at),
                "categories": list(self.labels),
                "people_here": self.people,
                "people_elsewhere": self.people_elsewhere,
                "people_erased_since": self.erased,
                "records_in_all": self.records,
            },
            "b_contact": {"officer": self.policy.dpo, "contact": self._text(Field.CONTACT)},
            "c_consequences": {"likely": self._text(Field.CONSEQUENCES), "risk": breach.risk},
            "d_measures": {
                "taken": self._text(Field.MEASURES),
                "advice_to_people": self._text(Field.ADVICE),
                "people_told": self.told,
                "people_not_reached": self.unreached,
                "people_told_at": _iso(breach.told_at),
            },
            "due_at": breach.due_at.isoformat(),
            "late": self.is_late,
            "reasons_for_delay": self._text(Field.LATE) if self.is_late else None,
        }

    def _text(self, field: Field) -> str | None:
        return self.texts[field.value][1] if field.value in self.texts else None


def places(policy: Policy, breach: Breach) -> dict[str, int]:
    """The jurisdictions whose authority is told, with how many people are affected there."""
    found: Counter[str] = Counter()
    for region, counts in breach.counts.items():
        for place, count in counts.get("people", {}).items():
            found[place if place in policy.jurisdictions else _first_of(policy, region)] += count
    if not found:
        return {_first_of(policy, region): 0 for region in breach.regions.split()}
    return {place: found[place] for place in policy.jurisdictions if place in found}


def make(tx: Tx, ref: str, place: str, phase: Phase) -> Report:
    """The report as of now. NotFoundError; NotReadyError while people are looked for, or when it is late without a reason."""
    breach = get(tx, ref)
    if breach.status == Status.DRAFT or place not in places(tx.policy, breach):
        raise NotFoundError("report")
    now = tx.clock.now()
    is_late = _is_late(breach, place, now)
    if not is_found(breach):
        raise NotReadyError(ref, NotReady.FINDING)
    if is_late and Field.LATE.value not in breach.texts:
        raise NotReadyError(ref, NotReady.LATE)
    people = places(tx.policy, breach)
    records: Counter[str] = Counter()
    for counts in breach.counts.values():
        records.update(counts.get("records", {}))
    chosen = breach.categories.split()
    return Report(
        ref=ref,
        drill=breach.drill,
        phase=phase,
        made_at=now,
        place=tx.policy.jurisdictions[place],
        breach=breach,
        people=people[place],
        people_elsewhere=sum(people.values()) - people[place],
        records={name: records[name] for name in chosen},
        labels={name: tx.policy.breach_categories[name].short for name in chosen if name in tx.policy.breach_categories},
        texts={name: _original(breach, of) for name, of in breach.texts.items()},
        told=total(breach, "told"),
        unreached=total(breach, "unreached"),
        erased=total(breach, "erased"),
        is_late=is_late,
        policy=tx.policy,
    )


def mark_sent(tx: Tx, member: Member, ref: str, place: str, phase: Phase, at: datetime) -> Breach:
    """An authority has been sent its report. When all have one, the breach counts as reported, from the last of these dates.

    NotFoundError, RecordError for a date that cannot be; NotReadyError when it was late and no reason is given.
    """
    breach = get(tx, ref)
    if breach.status != Status.OPEN:
        raise TransitionError(ref, breach.status, "report")
    wanted = places(tx.policy, breach)
    if place not in wanted:
        raise NotFoundError("report")
    if at > tx.clock.now():
        raise RecordError(Problem.FUTURE)
    if at < breach.aware_at:
        raise RecordError(Problem.BEFORE_AWARE)
    if _is_late(breach, place, at) and Field.LATE.value not in breach.texts:
        raise NotReadyError(ref, NotReady.LATE)
    reports = breach.reports | {place: {**breach.reports.get(place, {}), phase.value: at.isoformat()}}
    changes: dict[str, Any] = {"reports": reports}
    if breach.reported_at is None and wanted.keys() <= reports.keys():
        changes["reported_at"] = max(datetime.fromisoformat(min(reports[each].values())) for each in wanted)
    if not tx.breaches.update({"id": ref, "subject": SERVICE, "status": Status.OPEN.value}, **changes):
        raise TransitionError(ref, breach.status, "report")
    audit.record(
        tx, Tag.BREACH_REPORTED, actor=member.actor, ref=ref, place=place, phase=phase.value, sent=at.isoformat(), drill=breach.drill
    )
    show(tx, ref)
    return get(tx, ref)


def _is_late(breach: Breach, place: str, at: datetime) -> bool:
    """Whether this authority hears of it for the first time after the clock ran out."""
    sent = breach.reports.get(place, {}).values()
    first = min((datetime.fromisoformat(each) for each in sent), default=at)
    return min(first, at) > breach.due_at


def _original(breach: Breach, of: dict[str, str]) -> tuple[str, str]:
    locale = breach.written_in if breach.written_in in of else next(iter(of))
    return locale, of[locale]


def _first_of(policy: Policy, region: str) -> str:
    return next((place.id for place in policy.jurisdictions.values() if place.region == region), next(iter(policy.jurisdictions)))


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
