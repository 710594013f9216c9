"""Breaches without a chat: two regions with people, the jobs run by hand, and messages that arrive when the test says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.core import accounts, conversations, staff, work
from bot.core.breaches import Breach, NoticeState, Status, fields, reached, record
from bot.core.breaches.finding import find_job
from bot.core.breaches.telling import NOTICE, tell_job
from bot.core.breaches.wanting import FIND, TELL, WATCH
from bot.core.breaches.watching import make_watch_job
from bot.core.conversations import Message
from bot.core.delivery import Delivery
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.core.staff import Member, Role
from bot.core.work import Engine, FencedError, Job, Work
from bot.telegram import outbox
from tests.regions.two_regions import AWAY, HOME, PLACES, Faults, TwoRegions, _Engine
from tests.stage import START

T = TypeVar("T")
BEGAN, ENDED = START - timedelta(days=3), START - timedelta(days=1)
BEFORE = START - timedelta(days=10)
KINDS = (WATCH, FIND, TELL)


class BreachHouse:
    """EU at home and US. Every write of a job passes `faults`."""

    def __init__(self, regions: TwoRegions) -> None:
        self.regions = regions
        self.faults = Faults()
        self._people = 7000
        self.officer = self.do(HOME, _officer)

    # ------------------------------------------------------------------ the regions as the job sees them (watching.Reach)

    def in_use(self) -> Sequence[str]:
        return (HOME, AWAY)

    def serves(self, region: str) -> bool:
        return region in (HOME, AWAY)

    def engine(self, region: str) -> Engine:
        return _Engine(self.regions.engine(region), self.faults)

    # ------------------------------------------------------------------ scenery

    def do(self, region: str, unit: Callable[[Tx], T]) -> T:
        return self.regions.engine(region).write(unit)

    def person(self, region: str = HOME, *, since: datetime = BEFORE, talk: datetime | None = BEFORE) -> str:
        """Somebody with an account since then, and a conversation of that time; their subject."""
        self._people += 1
        number = self._people

        def make(tx: Tx) -> str:
            account, _new = accounts.open_for_telegram(tx, number, locale="de")
            tx.accounts.update({"id": account.id}, created_at=since, jurisdiction=PLACES[region])
            tx.links.update({"subject": account.id}, linked_at=since)
            if talk is not None:
                conversations.add(tx, account.id, "Talk", [Message("user", "hello", talk)], stored_at=talk)
            return account.id

        return self.do(region, make)

    def opens(self, *, regions: str = f"{HOME} {AWAY}", categories: str = "conversations", drill: bool = False, **changes: Any) -> str:
        """An open breach; its reference."""

        def make(tx: Tx) -> str:
            draft = record.begin(tx, self.officer, "en")
            texts = {field.value: {"en": f"{field.value} text"} for field in fields.FOR_PEOPLE}
            details = {"locale": "en", "given": [field.value for field in fields.STEPS], "texts": texts}
            columns: dict[str, Any] = {
                "regions": regions, "categories": categories, "began_at": BEGAN, "ended_at": ENDED, "risk": "high", "drill": drill,
            }  # fmt: skip
            tx.breaches.update({"id": draft.id, "subject": SERVICE}, details=details, **(columns | changes))
            return record.open_breach(tx, self.officer, draft.id).id

        return self.do(HOME, make)

    def agree(self, ref: str) -> None:
        """As soon as everybody was looked at."""
        for _ in range(5):
            self.work()
            if record.is_found(self.breach(ref)):
                break
            self.regions.clock.move(timedelta(seconds=20))
        self.do(HOME, lambda tx: record.agree(tx, self.officer, ref, record.get(tx, ref).version))

    def breach(self, ref: str) -> Breach:
        return self.do(HOME, lambda tx: record.get(tx, ref))

    # ------------------------------------------------------------------ work and messages

    def jobs(self) -> dict[str, Job]:
        return {WATCH: make_watch_job(self), FIND: find_job, TELL: tell_job}

    def work(self) -> int:
        """Everything that is due now, in both regions; how many pieces."""
        jobs, done = self.jobs(), 0
        while taken := [(region, item) for region in (HOME, AWAY) for item in self.claim(region)]:
            for region, item in taken:
                with suppress(FencedError):
                    jobs[item.kind](self.engine(region), item)
                done += 1
        return done

    def claim(self, region: str) -> list[Work]:
        return self.do(region, lambda tx: work.claim(tx, kinds=KINDS, limit=1))

    def later(self, **span: float) -> None:
        """Time goes by, and what falls due meanwhile is done."""
        self.regions.clock.move(timedelta(**span))
        self.work()

    def through(self, ref: str, arrive: bool = True) -> None:
        """Work, with messages arriving, until there is nothing to wait for but stragglers."""
        for _ in range(8):
            self.work()
            if arrive:
                self.arrive()
            self.later(seconds=20)

    def arrive(self) -> int:
        """What the sender does when Telegram takes the messages; how many notices of breaches it were."""
        return sum(self.do(region, _send_all) for region in (HOME, AWAY))

    def written(self, ref: str) -> Counter[str]:
        """How many messages about a breach were ever written to each person."""
        found: Counter[str] = Counter()
        for region in (HOME, AWAY):
            found.update(self.do(region, lambda tx: Counter(tx_notices(tx, ref))))
        return found

    def states(self, ref: str) -> Counter[str]:
        """How many people stand where."""
        found: Counter[str] = Counter()
        for region in (HOME, AWAY):
            found.update(self.do(region, lambda tx: Counter(each.state for each in tx.breach_notices.select(breach=ref))))
        return found

    def affected(self, ref: str) -> set[str]:
        return {
            each.subject for region in (HOME, AWAY) for each in self.do(region, lambda tx: tx.breach_notices.select(breach=ref))
        }


def tx_notices(tx: Tx, ref: str) -> list[str]:
    """Whose notice of a breach is or was in the outbox. Sent ones keep no payload, so tests mark them by their slot."""
    return [row.subject for row in tx.outbox.select(kind="notice", slot=ref)]


def _send_all(tx: Tx) -> int:
    sent = 0
    for row in tx.outbox.select(kind="notice", state=Delivery.WAITING.value):
        payload = row.payload or {}
        if payload.get("notice") != NOTICE:
            continue
        ref = payload["data"]["ref"]
        link = tx.links.find(id=row.lane, opened=False)
        if link is not None and link.blocked_at is not None:
            outbox.block(tx, row.lane)
            continue
        tx.outbox.update({"id": row.id}, slot=ref)
        outbox.settle(tx, row, Delivery.DONE)
        reached.arrived(tx, row.subject, ref)
        sent += 1
    return sent


def _officer(tx: Tx) -> Member:
    staff.ensure_owner(tx, 9001)
    return staff.grant(tx, staff.find(tx, 9001), 9002, Role.DPO)


__all__ = ["AWAY", "BEFORE", "BEGAN", "ENDED", "HOME", "BreachHouse", "NoticeState", "Status", "replace"]
