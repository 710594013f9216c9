"""Tells everybody of a new version of the policy, in their language: each person once, however often the work is begun again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.core import audit, delivery, work
from bot.core.audit import Tag
from bot.core.policies.versions import ANNOUNCE, PolicyNotice, PolicyVersion, changes_of
from bot.core.ports import Tx
from bot.core.work import Engine, Work

_AT_ONCE: Final = 100
_LATECOMERS: Final = timedelta(days=1)
"""So long before it takes effect those are told who came after the announcement."""


def announce_job(engine: Engine, item: Work) -> None:
    """In steps of some people each; a second round shortly before it takes effect reaches those who came later."""
    version, changes = engine.read(lambda tx: changes_of(tx, item.ref))
    told = [each.as_json() for each in changes]
    after = str(item.checkpoint.get("after", ""))
    while True:
        current = item

        def step(tx: Tx, current: Work = current, after: str = after) -> tuple[Work, str | None]:
            last = _tell_some(tx, version, told, after)
            return work.advance(tx, current, "told", after=last or after), last

        item, last = engine.write(step)
        if last is None:
            break
        after = last
    engine.write(lambda tx: _finish(tx, item, version))


def _tell_some(tx: Tx, version: PolicyVersion, told: list[dict[str, object]], after: str) -> str | None:
    now = tx.clock.now()
    people = tx.accounts.select(id__gt=after, order_by="id", limit=_AT_ONCE, opened=False)
    for account in people:
        notice = PolicyNotice(f"{account.id}:{version.id}", account.id, version.id, now)
        if not tx.keys.exists(account.id) or not tx.policy_notices.add_new(notice):
            continue
        reached = delivery.notify(
            tx, account.id, "policy_changed", version=version.id, begins=version.effective_at.isoformat(),
            changes=told, values=tx.policy.values(),
        )  # fmt: skip
        if reached:
            tx.policy_notices.update({"id": notice.id}, told_at=now)
    return people[-1].id if people else None


def _finish(tx: Tx, item: Work, version: PolicyVersion) -> None:
    now = tx.clock.now()
    people = tx.policy_notices.count(version=version.id)
    late = version.announced_at is None and now > version.effective_at
    tx.policy_versions.update({"id": version.id, "announced_at": None}, announced_at=now)
    audit.record(tx, Tag.POLICY_ANNOUNCED, actor="service", version=version.id, people=people, late=late)
    work.finish(tx, item)
    again = version.effective_at - _LATECOMERS
    if again > now:
        work.schedule(tx, ANNOUNCE, version.id, again)
