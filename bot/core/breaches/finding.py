"""In a region: whom a breach concerns. Everybody is looked at, page by page; killed anywhere, it goes on after the last page.

Finding somebody is itself an access to their data and stands under their /access, once. Found again after an amendment, they stay
as they are, unless more of their data is concerned than they were told: then they are told again. Nobody is taken off the list.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, Final

from bot.core import access_log, work
from bot.core.access_log import Role, Why
from bot.core.accounts import Account
from bot.core.audit import Tag
from bot.core.breaches import traces
from bot.core.breaches.breach import BreachNotice, NoticeState, Telling
from bot.core.breaches.traces import Traces
from bot.core.breaches.wanting import look_again, want_told, want_watched
from bot.core.ports import Tx
from bot.core.residence import MOVED, MOVING
from bot.core.work import Engine, Work

PAGE: Final = 100
_ON_THE_ROAD: Final = timedelta(minutes=1)


def find_job(engine: Engine, item: Work) -> None:
    """Look at everybody of this region under the record as it is now."""
    going: Work | None = item
    while going is not None:
        at = going
        going = engine.write(lambda tx: _page(tx, at))  # noqa: B023 - used at once


def look_at(tx: Tx, account: Account) -> None:
    """Somebody moved here: whether a breach that is open concerns them. What they brought with them is gone on with."""
    for telling in tx.breach_tellings.select(closed_at=None):
        found = traces.find(tx, telling, account, tx.clock.now())
        if found is not None:
            _note(tx, telling, account, found)
    for notice in tx.breach_notices.select(subject=account.id, state__ne=NoticeState.TOLD.value):
        want_told(tx, notice.breach)


def _page(tx: Tx, item: Work) -> Work | None:
    telling = tx.breach_tellings.find(id=item.ref)
    if telling is None or telling.closed_at is not None:
        work.finish(tx, item)
        return None
    if telling.found_round == telling.round:  # another piece of this work was faster
        work.finish(tx, item)
        return None
    if item.checkpoint.get("round") != telling.round:  # the record was changed meanwhile: from the beginning
        erased = tx.audit.count(tag=Tag.ACCOUNT_ERASED.value, at__ge=telling.began_at)
        listed = {name: value for name, value in telling.counts.items() if name == "listing"}
        tx.breach_tellings.update({"id": telling.id}, counts={"erased": erased, "by": item.id, **listed})
        item = work.advance(tx, item, "begun", round=telling.round, after="", road=0)
        telling = tx.breach_tellings.get(id=item.ref)
    if telling.counts.get("by", item.id) != item.id:  # another piece has begun since: only one may count
        work.finish(tx, item)
        return None
    accounts = tx.accounts.select(id__gt=item.checkpoint["after"], order_by="id", limit=PAGE)
    if not accounts:
        _end(tx, item, telling)
        return None
    people: Counter[str] = Counter(telling.counts.get("people", {}))
    records: Counter[str] = Counter(telling.counts.get("records", {}))
    road = item.checkpoint["road"]
    now = tx.clock.now()
    for account in accounts:
        if account.status in (MOVING, MOVED):
            road += 1
            continue
        found = traces.find(tx, telling, account, now)
        if found is not None:
            _note(tx, telling, account, found)
            people[account.jurisdiction or ""] += 1
            records.update(found.records)
    tx.breach_tellings.update({"id": telling.id}, counts=telling.counts | {"people": people, "records": records})
    return work.advance(tx, item, "looking", after=accounts[-1].id, road=road)


def _end(tx: Tx, item: Work, telling: Telling) -> None:
    if item.checkpoint["road"]:  # somebody is moving: they are looked at where they arrive, and here if they stay
        work.advance(tx, item, "waiting", round=0)
        look_again(tx, item, tx.clock.now() + _ON_THE_ROAD)
        return
    tx.breach_tellings.update({"id": telling.id, "round": telling.round}, found_round=telling.round)
    want_told(tx, telling.id)
    want_watched(tx, telling.id)
    work.finish(tx, item)


def _note(tx: Tx, telling: Telling, account: Account, found: Traces) -> None:
    now = tx.clock.now()
    key = f"{account.id}:{telling.id}"
    known = tx.breach_notices.find(id=key)
    if known is None:
        notice = BreachNotice(key, account.id, telling.id, NoticeState.DUE.value, now, categories=found.categories, round=telling.round)
        tx.breach_notices.add(notice)
        _access(tx, telling, account)
        return
    before = known.categories.split()
    more = [name for name in found.records if name not in before]
    changes: dict[str, Any] = {"round": telling.round}
    if more:
        order = list(tx.policy.breach_categories)
        changes["categories"] = " ".join(sorted({*before, *more}, key=order.index))
        if known.state == NoticeState.TOLD:
            changes |= {"state": NoticeState.DUE.value, "at": now, "message": ""}
    tx.breach_notices.update({"id": key}, **changes)


def _access(tx: Tx, telling: Telling, account: Account) -> None:
    member = tx.members.find(number=telling.by)
    role, actor = (member.seen_as, member.actor) if member and member.roles else (Role.SERVICE, "service")
    why = Why.DRILL if telling.drill else Why.BREACH
    access_log.record(tx, account.id, role=role, why=why, actor=actor, ref=telling.id)
