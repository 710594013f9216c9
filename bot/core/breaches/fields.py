"""The fields of the record (GDPR Art. 33(3), 34(2)), in the order in which they are asked, and what may stand in each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.core import deadlines
from bot.core.breaches.breach import Breach, Risk
from bot.core.breaches.errors import Problem, RecordError
from bot.core.deadlines import Kind
from bot.core.policies import Policy

TEXT_AT_MOST: Final = 500
"""Letters of one text: five of them and the standard parts fit into one message."""


class Field(StrEnum):
    """A field of the record. Its value is what buttons carry."""

    DRILL = "drill"
    WHAT = "what"
    FOUND = "found"
    AWARE = "aware"
    CATEGORIES = "categories"
    REGIONS = "regions"
    BEGAN = "began"
    ENDED = "ended"
    CONSEQUENCES = "consequences"
    MEASURES = "measures"
    ADVICE = "advice"
    RISK = "risk"
    CONTACT = "contact"
    LATE = "late"
    """Why an authority was told later than the promise says (Art. 33(1)): not asked, only wanted then."""


STEPS: Final[tuple[Field, ...]] = tuple(field for field in Field if field is not Field.LATE)
TEXTS: Final = frozenset({Field.WHAT, Field.CONSEQUENCES, Field.MEASURES, Field.ADVICE, Field.CONTACT, Field.LATE})
FOR_PEOPLE: Final = (Field.WHAT, Field.CONSEQUENCES, Field.MEASURES, Field.ADVICE, Field.CONTACT)
"""The texts that people read: these may be given in every language."""
INSTANTS: Final = frozenset({Field.FOUND, Field.AWARE, Field.BEGAN, Field.ENDED})
_UNREAD: Final = frozenset({Field.FOUND, Field.AWARE, Field.RISK, Field.LATE})
"""What neither the search for people nor their notice depends on."""
_COLUMNS: Final = {Field.FOUND: "found_at", Field.AWARE: "aware_at", Field.BEGAN: "began_at", Field.ENDED: "ended_at"}
_MAY_BE_OPEN: Final = frozenset({Field.ENDED, Field.CONTACT})
"""Empty here means something: data still lies open; the contact point is the policy's."""

Value = str | bool | datetime | tuple[str, ...] | None


def missing(breach: Breach) -> list[Field]:
    """The fields that nobody has filled in yet, in order."""
    given = set((breach.details or {}).get("given", ()))
    return [field for field in STEPS if field.value not in given]


def changes_people_read(field: Field) -> bool:
    """Whether a change of this field asks for a new search and a new agreement."""
    return field not in _UNREAD


def due_at(policy: Policy, aware_at: datetime) -> datetime:
    """The end of the clock that awareness starts: the policy's promise or a law's period, whichever ends first. Wall time."""
    return min(deadlines.due_date(policy, place, Kind.BREACH, aware_at).target_due for place in policy.jurisdictions)


def changed(policy: Policy, breach: Breach, field: Field, value: Value, locale: str, now: datetime) -> dict[str, Any]:
    """What the record's columns are with this value in the field. RecordError."""
    details = dict(breach.details or {})
    changes: dict[str, Any] = {}
    if value is None and field not in _MAY_BE_OPEN:
        raise RecordError(Problem.EMPTY)
    if field in TEXTS:
        details["texts"] = _texts(breach, field, value, locale)
    elif field in INSTANTS:
        changes = _instants(policy, breach, field, value, now)
    elif field is Field.DRILL:
        changes = {"drill": bool(value)}
    elif field is Field.RISK:
        changes = {"risk": _known(str(value), [risk.value for risk in Risk])}
    else:
        changes = {field.value: " ".join(_chosen(policy, field, value))}
    details["given"] = sorted({*details.get("given", ()), field.value})
    return changes | {"details": details}


def _texts(breach: Breach, field: Field, value: Value, locale: str) -> dict[str, dict[str, str]]:
    texts = {name: dict(of) for name, of in breach.texts.items()}
    if value is None:
        texts.pop(field.value, None)
        return texts
    text = str(value).strip()
    if not text:
        raise RecordError(Problem.EMPTY)
    if len(text) > TEXT_AT_MOST:
        raise RecordError(Problem.LONG, TEXT_AT_MOST)
    texts.setdefault(field.value, {})[locale] = text
    return texts


def _instants(policy: Policy, breach: Breach, field: Field, value: Value, now: datetime) -> dict[str, Any]:
    assert value is None or isinstance(value, datetime)
    if value is not None and value > now:
        raise RecordError(Problem.FUTURE)
    changes: dict[str, Any] = {_COLUMNS[field]: value}
    after = replace(breach, **changes)
    if field is Field.AWARE and after.found_at and after.aware_at < after.found_at:
        raise RecordError(Problem.BEFORE_FOUND)
    if field is Field.FOUND and after.found_at and after.found_at > after.aware_at and _is_given(breach, Field.AWARE):
        raise RecordError(Problem.AFTER_AWARE)
    if after.began_at and after.ended_at and after.ended_at <= after.began_at:
        raise RecordError(Problem.BEFORE_BEGIN if field is Field.ENDED else Problem.AFTER_END)
    if field is Field.AWARE:
        changes["due_at"] = due_at(policy, after.aware_at)
    return changes


def _is_given(breach: Breach, field: Field) -> bool:
    return field.value in (breach.details or {}).get("given", ())


def _chosen(policy: Policy, field: Field, value: Value) -> list[str]:
    offered = list(policy.breach_categories) if field is Field.CATEGORIES else regions_of(policy)
    wanted = set(value) if isinstance(value, tuple) else {str(value)}
    if not wanted:
        raise RecordError(Problem.EMPTY)
    if not wanted <= set(offered):
        raise RecordError(Problem.UNKNOWN)
    return [name for name in offered if name in wanted]


def regions_of(policy: Policy) -> list[str]:
    """The regions in which this service keeps data."""
    return list(dict.fromkeys(place.region for place in policy.jurisdictions.values()))


def _known(value: str, offered: list[str]) -> str:
    if value not in offered:
        raise RecordError(Problem.UNKNOWN)
    return value
