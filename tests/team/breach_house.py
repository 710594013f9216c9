"""Breaches without a chat: two regions with people, the jobs run by hand, and messages that arrive when the test says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.core import accounts, conversations, staff, work
from bot.core.breaches import Breach, NoticeState, Status, agreeing, fields, record
from bot.core.breaches.finding import find_job
from bot.core.breaches.telling import NOTICE, tell_job
from bot.core.breaches.wanting import FIND, TELL, WATCH
from bot.core.breaches.watching import make_watch_job
from bot.core.conversations import Message
from bot.core.delivery import Delivery, OutboxRow
from bot.core.keys import SERVICE
from bot.core.ports import Tx
from bot.core.staff import Member, Role
from bot.core.support import four_eyes
from bot.core.support.four_eyes import ProposedAlreadyError
from bot.core.work import Engine, FencedError, Job, Work
from bot.telegram import breach_notices, outbox
from tests.regions.two_regions import AWAY, HOME, PLACES, Faults, TwoRegions, _Engine
from tests.stage import START

T = TypeVar("T")
BEGAN, ENDED = START - timedelta(days=3), START - timedelta(days=1)
BEFORE = START - timedelta(days=10)
KINDS = (WATCH, FIND, TELL)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A notice that somebody got: of which version of the record, of which kinds of their data, in which words. `current`: when it
    left, its region knew of no other version, and of two people who agreed to it."""

    ref: str
    subject: str
    round: int
    categories: tuple[str, ...]
    texts: dict[str, list[str]]
    current: bool


class BreachHouse:
    """EU at home and US. Every write of a job passes `faults`."""

    def __init__(self, regions: TwoRegions) -> None:
        self.regions = regions
        self.faults = Faults()
        self.read: list[Arrival] = []
        self._flying: list[tuple[str, OutboxRow, bool]] = []
        self._people = 7000
        self.officer, self.lead = self.do(HOME, _team)

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
        """Both of them, as soon as everybody was looked at."""
        for _ in range(5):
            self.work()
            if record.is_found(self.breach(ref)):
                break
            self.regions.clock.move(timedelta(seconds=20))
        with suppress(ProposedAlreadyError):
            self.propose(ref)
        self.second(ref)

    def propose(self, ref: str) -> None:
        """The first pair of eyes."""
        self.do(HOME, lambda tx: agreeing.propose(tx, self.officer, ref))

    def second(self, ref: str) -> None:
        """The second one agrees to what is proposed, if something is."""
        for proposal in self.do(HOME, lambda tx: four_eyes.open_of(tx, ref)):
            self.do(HOME, lambda tx: four_eyes.agree(tx, self.lead, proposal.id))  # noqa: B023 - used at once

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

    def arrive(self) -> None:
        """What the sender does with every message, and Telegram takes them."""
        self.hand_over()
        self.land()

    def hand_over(self) -> None:
        """The sender has taken them and waits for Telegram's answer."""
        for region in (HOME, AWAY):
            self._flying += [(region, row, current) for row, current in self.do(region, _take_all)]

    def land(self) -> None:
        """Telegram took what was handed over."""
        flying, self._flying = self._flying, []
        for region, row, current in flying:
            data = (row.payload or {})["data"]
            self.read.append(Arrival(data["ref"], row.subject, data["round"], tuple(data["categories"]), data["texts"], current))
            self.do(region, lambda tx: _land(tx, row, data))  # noqa: B023 - used at once

    def written(self, ref: str) -> Counter[str]:
        """How many notices of a breach each person has got."""
        return Counter(each.subject for each in self.read if each.ref == ref)

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


def _take_all(tx: Tx) -> list[tuple[OutboxRow, bool]]:
    """As bot/telegram/sender.py."""
    taken = []
    for row in tx.outbox.select(kind="notice", state=Delivery.WAITING.value, lease_until=None):
        payload = row.payload or {}
        if payload.get("notice") != NOTICE:
            continue
        link = tx.links.find(id=row.lane, opened=False)
        if link is not None and link.blocked_at is not None:
            outbox.block(tx, row.lane)
        elif breach_notices.may_leave(tx, row, payload):
            tx.outbox.update({"id": row.id}, lease_until=tx.clock.now() + outbox.LEASE)
            telling = tx.breach_tellings.get(id=payload["data"]["ref"])
            taken.append((row, (telling.round, telling.agreed) == (payload["data"]["round"], True)))
        else:
            outbox.settle(tx, row, Delivery.PARKED, "stale or unreadable")
    return taken


def _land(tx: Tx, row: OutboxRow, data: dict[str, Any]) -> None:
    outbox.settle(tx, row, Delivery.DONE)
    breach_notices.arrival(row.subject, data)(tx, None)


def _team(tx: Tx) -> tuple[Member, Member]:
    staff.ensure_owner(tx, 9001)
    owner = staff.find(tx, 9001)
    return staff.grant(tx, owner, 9002, Role.DPO), staff.grant(tx, owner, 9003, Role.LEAD)


__all__ = ["AWAY", "BEFORE", "BEGAN", "ENDED", "HOME", "BreachHouse", "NoticeState", "Status", "replace"]
