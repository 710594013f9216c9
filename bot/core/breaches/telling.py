"""In a region: telling the people of a breach, each once.

    due ──► sent ──► told          the message is written, with the mark, in one transaction; its arrival is noted by the sender
     ▲       │ └───► unreached     no way to them, or they blocked the bot: kept, and due again when they are back
     └───────┘                     the record was changed before the message left, or retention took it

A page of people is one transaction, fenced: killed anywhere, or doubled by a worker thought dead, nobody is written to twice. When
a message leaves, it is asked once more whether two people stand for it (reached.py). Only so many are on their way at a time, so
that answers to other people do not queue behind a hundred thousand notices; the pace itself is the sender's. In a drill the same
steps are taken up to the message, which is counted and not written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.core import delivery, staff, work
from bot.core.accounts import Account, TelegramLink
from bot.core.breaches.breach import BreachNotice, NoticeState, Telling
from bot.core.breaches.fields import FOR_PEOPLE, Field
from bot.core.breaches.wanting import look_again, want_watched
from bot.core.delivery import Delivery
from bot.core.policies import Policy
from bot.core.ports import Tx
from bot.core.residence import MOVED, MOVING
from bot.core.staff import Role
from bot.core.work import Engine, Work

PAGE: Final = 50
ON_THEIR_WAY: Final = 200
"""So many notices may wait to be sent at a time."""
NOTICE: Final = "breach_notice"
_SOON: Final = timedelta(seconds=5)
_LATER: Final = timedelta(minutes=1)


def tell_job(engine: Engine, item: Work) -> None:
    """Tell whoever is due, as far as two people agreed to it; then see that what was sent arrives."""
    going: _Pass | None = _Pass(item)
    while going is not None:
        at = going
        going = engine.write(lambda tx: _page(tx, at))  # noqa: B023 - used at once


@dataclass(frozen=True, slots=True)
class _Pass:
    """How far one pass got. Nothing of it needs to last: who was told is not due any more."""

    item: Work
    after: str = ""
    skipped: int = 0


def _page(tx: Tx, at: _Pass) -> _Pass | None:
    telling = tx.breach_tellings.find(id=at.item.ref)
    if telling is None or telling.found_round != telling.round:
        work.finish(tx, at.item)  # it is wanted again as soon as that changes
        return None
    if not telling.agreed:  # the record was changed: what is on its way is looked after all the same, and counted
        _see_to_the_rest(tx, at, telling)
        return None
    due = tx.breach_notices.select(
        breach=telling.id, state=NoticeState.DUE.value, id__gt=at.after, order_by="id", limit=PAGE
    )
    if not due:
        _see_to_the_rest(tx, at, telling)
        return None
    if tx.breach_notices.count(breach=telling.id, state=NoticeState.SENT.value) > ON_THEIR_WAY - PAGE:
        look_again(tx, at.item, tx.clock.now() + _SOON)
        return None
    skipped = sum(not _tell(tx, telling, notice) for notice in due)
    return _Pass(work.advance(tx, at.item, "telling"), due[-1].id, at.skipped + skipped)


def _tell(tx: Tx, telling: Telling, notice: BreachNotice) -> bool:
    """False for somebody who is moving: they are told where they arrive."""
    account = tx.accounts.find(id=notice.subject)
    if account is not None and account.status in (MOVING, MOVED):
        return False
    due, now = {"id": notice.id, "state": NoticeState.DUE.value}, tx.clock.now()
    links = tx.links.select(subject=notice.subject, blocked_at=None, limit=1, opened=False) if account else []
    if not links or account is None:
        tx.breach_notices.update(due, state=NoticeState.UNREACHED.value, at=now, message="")
    elif telling.drill:
        tx.breach_notices.update(due, state=NoticeState.TOLD.value, at=now, told_at=now)
    elif tx.breach_notices.update(due, state=NoticeState.SENT.value, at=now):  # else another worker was faster
        tx.breach_notices.update({"id": notice.id}, message=_write(tx, telling, notice, account, links[0]))
    return True


def _write(tx: Tx, telling: Telling, notice: BreachNotice, account: Account, link: TelegramLink) -> str:
    before = notice.told_at.isoformat() if notice.told_at else ""
    categories = notice.categories.split()
    data = notice_data(telling, tx.policy, categories, account.locale or "", before=before)
    data |= {"round": telling.round, "categories": categories}
    return delivery.put(tx, lane=link.id, kind="notice", payload={"notice": NOTICE, "data": data}, subject=account.id)


def notice_data(telling: Telling, policy: Policy, categories: list[str], locale: str, *, before: str = "") -> dict[str, Any]:
    """What a person reads is made from, in their language where a text was given in it. `before`: when they were told before."""
    content = telling.content or {}
    labels = [policy.breach_categories[name].label for name in categories if name in policy.breach_categories]
    return {
        "ref": telling.id,
        "drill": telling.drill,
        "began": telling.began_at.isoformat(),
        "ended": telling.ended_at.isoformat() if telling.ended_at else "",
        "labels": labels,
        "texts": {field.value: chosen for field in FOR_PEOPLE if (chosen := _in_language(content, field, locale))},
        "dpo": policy.dpo,
        "values": policy.values(),
        "before": before,
    }


def _in_language(content: dict[str, Any], field: Field, locale: str) -> list[str] | None:
    """The text with its language: this one, else the one in which the record was written, else any."""
    given: dict[str, str] = content.get("texts", {}).get(field.value, {})
    for wanted in (locale, content.get("locale", ""), *given):
        if wanted in given:
            return [wanted, given[wanted]]
    return None


def _see_to_the_rest(tx: Tx, at: _Pass, telling: Telling) -> None:
    """What was sent and is not there yet is looked after; whoever was moving is asked for again."""
    waiting = tx.breach_notices.select(breach=telling.id, state=NoticeState.SENT.value, limit=ON_THEIR_WAY)
    for notice in waiting:
        _mend(tx, notice)
    if waiting or at.skipped:
        look_again(tx, at.item, tx.clock.now() + (_SOON if waiting else _LATER))
    else:
        _list_unreached(tx, telling)
        want_watched(tx, telling.id)
        work.finish(tx, at.item)


def _list_unreached(tx: Tx, telling: Telling) -> None:
    """The officers hear who could not be reached, in private and from this region itself; again when somebody is new on the list."""
    left = tx.breach_notices.select(breach=telling.id, state=NoticeState.UNREACHED.value)
    if telling.drill or not left:
        return
    last, count = telling.counts.get("listing", ("", 0))
    newest = max(notice.at for notice in left).isoformat()
    if newest <= last and len(left) <= count:
        return
    accounts = (tx.accounts.find(id=notice.subject) for notice in left)
    people = sorted(account.pseudonym for account in accounts if account is not None)
    for member in staff.team(tx, Role.DPO):
        staff.tell(tx, member, "breach_unreached", ref=telling.id, region=tx.keys.region, people=people)
    tx.breach_tellings.update({"id": telling.id}, counts=telling.counts | {"listing": (newest, len(left))})


def _mend(tx: Tx, notice: BreachNotice) -> None:
    """A message that went without having arrived waited too long, and retention took it: its reader is due again.

    What waits for somebody who is moving comes after them.
    """
    if tx.outbox.count(id=notice.message, state=Delivery.WAITING.value) or _is_moving(tx, notice.subject):
        return
    state = NoticeState.DUE if tx.links.count(subject=notice.subject) else NoticeState.UNREACHED
    sent = {"id": notice.id, "state": NoticeState.SENT.value}
    tx.breach_notices.update(sent, state=state.value, at=tx.clock.now(), message="")


def _is_moving(tx: Tx, subject: str) -> bool:
    return bool(tx.accounts.count(id=subject, status__in=(MOVING, MOVED)))

