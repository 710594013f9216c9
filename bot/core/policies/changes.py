"""What is different in a new version of the policy, as data: for people, for the team, and for the operator's eyes.

Only what was published counts: promises, rights, topics, retention. Limits of the desk itself may change without a new version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

from bot.core.policies.model import Policy, Span

T = TypeVar("T")


class Kind(StrEnum):
    """What happened to a part of the policy."""

    PROMISE = "promise"
    KEPT = "kept"
    """How long a kind of record is kept."""
    NEW_RIGHT = "new_right"
    GONE_RIGHT = "gone_right"
    RIGHT = "right"
    NEW_TOPIC = "new_topic"
    GONE_TOPIC = "gone_topic"
    TOPIC = "topic"
    NOTICE = "notice"
    """What a consent to training is asked under."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `about` is a sentence of the policy (an English msgid) or the name of a record; `was` and `now` are amounts
    with their unit where it is about a number."""

    kind: Kind
    about: str
    was: tuple[int, str] | None = None
    now: tuple[int, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """For the payload of a notice."""
        return {"kind": self.kind.value, "about": self.about, "was": self.was, "now": self.now}


def compare(old: Policy, new: Policy) -> list[Change]:
    """Every difference, numbers first."""
    found: list[Change] = []
    for name, promise in new.promises.items():
        before = old.promises.get(name)
        if before is None or before.span != promise.span:
            found.append(Change(Kind.PROMISE, promise.says, _amount(before.span) if before else None, _amount(promise.span)))
    for name, promise in old.promises.items():
        if name not in new.promises:
            found.append(Change(Kind.PROMISE, promise.says, _amount(promise.span), None))
    for name, rule in new.retention.items():
        earlier = old.retention.get(name)
        if earlier is not None and earlier.keep_for != rule.keep_for and not _is_promise(new, rule.keep_for, name):
            found.append(Change(Kind.KEPT, name, _amount(earlier.keep_for), _amount(rule.keep_for)))
    found += _parts(old.rights, new.rights, "label", Kind.NEW_RIGHT, Kind.GONE_RIGHT, Kind.RIGHT)
    found += _parts(old.topics, new.topics, "title", Kind.NEW_TOPIC, Kind.GONE_TOPIC, Kind.TOPIC)
    if old.notice != new.notice:
        found.append(Change(Kind.NOTICE, ""))
    return found


def published_digest(policy: Policy) -> str:
    """Tells whether two files publish the same policy, whatever else they hold."""
    parts = {
        "promises": {name: asdict(each) for name, each in policy.promises.items()},
        "retention": {name: asdict(each) for name, each in policy.retention.items()},
        "rights": {name: asdict(each) for name, each in policy.rights.items()},
        "topics": {name: asdict(each) for name, each in policy.topics.items()},
        "notice": policy.notice,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _parts(old: Mapping[str, T], new: Mapping[str, T], label: str, added: Kind, gone: Kind, changed: Kind) -> list[Change]:
    found = []
    for name, part in new.items():
        if name not in old:
            found.append(Change(added, str(getattr(part, label))))
        elif old[name] != part:
            found.append(Change(changed, str(getattr(part, label))))
    found += [Change(gone, str(getattr(part, label))) for name, part in old.items() if name not in new]
    return found


def _is_promise(policy: Policy, span: Span, record: str) -> bool:
    """A retention that only follows a promise is told as that promise."""
    return record == "conversation" and policy.span("retention") == span


def _amount(span: Span) -> tuple[int, str]:
    return span.amount, span.unit.value
