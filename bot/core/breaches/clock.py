"""The clock of a breach: the team is warned at the policy's marks of its time, and when it is over, each once.

It runs in wall time from awareness until people and authorities are told. In a drill only the drill's own room hears of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from bot.core import audit, staff
from bot.core.audit import Tag
from bot.core.breaches.breach import Breach, Status
from bot.core.breaches.record import is_found, total
from bot.core.keys.vault import SERVICE
from bot.core.policies import Policy
from bot.core.ports import Tx
from bot.core.staff import Role
from bot.core.support import rooms

OVER: Final = 100


def is_kept(breach: Breach) -> bool:
    """Whether people (if there are any) and authorities have been told."""
    nobody = is_found(breach) and not total(breach, "affected")
    return (breach.told_at is not None or nobody) and breach.reported_at is not None


def mark(policy: Policy, breach: Breach, now: datetime) -> int:
    """The last mark that has been passed, in percent of the time; 100 when it is over, 0 before the first."""
    if now >= breach.due_at:
        return OVER
    passed = (now - breach.aware_at) / (breach.due_at - breach.aware_at) * 100
    return max((each for each in policy.safeguards.warn_at_percent if each <= passed), default=0)


def sweep(tx: Tx) -> int:
    """Warn of every open breach that has passed a mark since the last look; how many."""
    now, warned = tx.clock.now(), 0
    for breach in tx.breaches.select(status=Status.OPEN.value, warned__lt=OVER):
        passed = mark(tx.policy, breach, now)
        if passed <= breach.warned or is_kept(breach):
            continue
        if tx.breaches.update({"id": breach.id, "warned": breach.warned}, warned=passed):
            _warn(tx, breach, passed)
            warned += 1
    return warned


def _warn(tx: Tx, breach: Breach, passed: int) -> None:
    data: dict[str, Any] = {"percent": passed, "due": breach.due_at.isoformat(), "drill": breach.drill}
    rooms.say(tx, breach.id, "breach_warned", **data)
    rooms.touch(tx, breach.id, SERVICE)
    if not breach.drill:
        for member in staff.team(tx):
            if {Role.DPO, Role.LEAD} & member.held:
                staff.tell(tx, member, "breach_warned", ref=breach.id, **data)
    audit.record(tx, Tag.CASE_WARNED, actor="service", ref=breach.id, percent=passed)
