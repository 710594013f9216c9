"""The versions of the policy that this desk has known: recorded at the start, told to people before they take effect.

A version is published once: the same version with other content is refused, because consents and cases name the version under
which they came to be. The file itself is kept with its version, so that a deadline can be computed again, years later, by the
policy that it was promised under.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from bot.core import work
from bot.core.errors import NotFoundError, PolicyError
from bot.core.policies.changes import Change, compare, published_digest
from bot.core.policies.load import read_published
from bot.core.policies.model import Policy
from bot.core.ports import Tx
from bot.core.support import rooms
from bot.core.work import WorkState

ANNOUNCE: Final = "policy.announce"
_PUBLISHED: dict[tuple[str, str], Policy] = {}


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """`id` is the version. `body` is the published file itself, so that a consent given under it can be read years later."""

    id: str
    digest: str
    notice: str
    seen_at: datetime
    effective_at: datetime
    announced_at: datetime | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class PolicyNotice:
    """That a person was told of a version. `id` is `subject:version`; `told_at` is empty where nobody could be reached."""

    id: str
    subject: str
    version: str
    at: datetime
    told_at: datetime | None = None


def effective_at(policy: Policy) -> datetime:
    """The first instant at which a coming version holds: the beginning of its day in UTC. PolicyError without a day."""
    if policy.effective_on is None:
        raise PolicyError("policy.effective", "is missing: a coming version needs the day from which it holds")
    return datetime.combine(policy.effective_on, time.min, UTC)


def in_force(policy: Policy, following: Policy | None, now: datetime) -> Policy:
    """The version that holds now."""
    return following if following is not None and now >= effective_at(following) else policy


def note(tx: Tx, policy: Policy, body: str) -> None:
    """At the start: record the version that holds. PolicyError for a version that was published with other content.

    One that took another's place without having been announced is announced at once: late, and on record as late.
    """
    known = _known(tx, policy)
    if known is not None:
        return
    now = tx.clock.now()
    replaces = tx.policy_versions.count() > 0
    tx.policy_versions.add(PolicyVersion(policy.version, published_digest(policy), policy.notice, now, now, body=body))
    if replaces:
        work.schedule(tx, ANNOUNCE, policy.version)


def note_following(tx: Tx, policy: Policy, following: Policy, body: str) -> None:
    """At the start: record the version that will hold; the team sees it now, people are told in time. PolicyError."""
    begins = effective_at(following)
    if following.version == policy.version:
        raise PolicyError("policy.version", "is the one that holds already: a new version needs a new name")
    if _known(tx, following) is not None:
        return
    now = tx.clock.now()
    tx.policy_versions.add(
        PolicyVersion(following.version, published_digest(following), following.notice, now, begins, body=body)
    )
    tell_at = begins - policy.safeguards.policy_told_before.as_timedelta()
    work.schedule(tx, ANNOUNCE, following.version, max(now, tell_at))
    rooms.say(tx, "", "policy_coming", version=following.version, told_at=max(now, tell_at).isoformat(), begins=begins.isoformat())


def tell_now(tx: Tx, version: str) -> None:
    """The team wants people told at once. NotFoundError for a version that is unknown or told already."""
    if not tx.policy_versions.count(id=version, announced_at=None):
        raise NotFoundError("policy version")
    work.cancel(tx, ANNOUNCE, version)
    work.schedule(tx, ANNOUNCE, version)


def history(tx: Tx) -> list[PolicyVersion]:
    """Every version, by the date from which it holds."""
    return tx.policy_versions.select(order_by="effective_at")


def changes_of(tx: Tx, version: str) -> tuple[PolicyVersion, list[Change]]:
    """A version, and what it changes. NotFoundError; nothing changes with the first."""
    versions = history(tx)
    place = next((number for number, each in enumerate(versions) if each.id == version), None)
    if place is None:
        raise NotFoundError("policy version")
    if place == 0:
        return versions[0], []
    before, after = (published(each.body, tx.policy) for each in versions[place - 1 : place + 1])
    return versions[place], compare(before, after)


def terms(tx: Tx, version: str) -> Policy:
    """The policy of a version: what was promised under it is kept by it. Today's where it is not known any more."""
    if version == tx.policy.version:
        return tx.policy
    found = tx.policy_versions.find(id=version)
    return published(found.body, tx.policy) if found is not None else tx.policy


def published(body: str, base: Policy) -> Policy:
    """A stored version, with the desk's own limits of today."""
    key = hashlib.sha256(body.encode()).hexdigest(), base.digest
    if key not in _PUBLISHED:
        _PUBLISHED[key] = read_published(body.encode(), base)
    return _PUBLISHED[key]


def is_waiting(tx: Tx, version: str) -> bool:
    """Whether people are still to be told."""
    return tx.work.count(kind=ANNOUNCE, ref=version, state=WorkState.WAITING.value) > 0


def _known(tx: Tx, policy: Policy) -> PolicyVersion | None:
    known = tx.policy_versions.find(id=policy.version)
    if known is not None and known.digest != published_digest(policy):
        raise PolicyError("policy.version", f"{policy.version} was published before with other content: give it a new version")
    return known
