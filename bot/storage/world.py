"""What a database offers to the rest of the program, and what every transaction carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from bot.core.clock import Clock
from bot.core.ids import Randomness
from bot.core.keys import SERVICE, Purpose, Vault
from bot.core.policies import Policy
from bot.core.policies.versions import in_force
from bot.core.ports import Tx
from bot.storage.migrations import migrate
from bot.storage.session import Session, session_of
from bot.storage.transaction import Transaction

T = TypeVar("T")


class Unit(Protocol):
    """A transaction that an async handler works in."""

    async def do(self, verb: Callable[[Tx], T]) -> T:
        """Run a verb of the core. If it raises, what it wrote is undone, unless the error keeps its writes."""
        ...


class Database(Protocol):
    """What the rest of the program needs of a database.

    Whoever names no purpose works for the product: it reads and changes nothing of a person whose processing is restricted.
    """

    async def start(self) -> None:
        """Make or migrate the tables and be ready."""
        ...

    async def stop(self) -> None:
        """Finish what is queued and close."""
        ...

    async def write(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        """Run a unit; when this returns, it is durably committed. It may run again when it lost a race against another
        transaction, so it touches nothing but its own."""
        ...

    async def read(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        """Run a unit that changes nothing."""
        ...

    async def handle(self, unit: Callable[[Unit], Awaitable[T]], purpose: Purpose = Purpose.PRODUCT) -> T:
        """Run an async unit in one transaction. It may await nothing but the unit and what never waits, and like `write` it
        may run again."""
        ...

    def write_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        """Like `write`, for a job in a thread of its own."""
        ...

    def read_from_thread(self, unit: Callable[[Tx], T], purpose: Purpose = Purpose.PRODUCT) -> T:
        """Like `read`, for a job in a thread of its own."""
        ...

    def compact(self) -> None:
        """Leave as few deleted bytes in the files as the database can, from a job's thread."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """What every transaction carries besides its connection."""

    vault: Vault
    policy: Policy
    clock: Clock
    random: Randomness
    following: Policy | None = None
    """The next version of the policy: in force from its day on, without a restart."""

    def prepare(self, connection: Connection) -> None:
        """What every database holds from its first start: the tables, the service's key and the head of the audit chain."""
        migrate(connection)
        tx = self.transaction(session_of(connection), Purpose.DELIVERY)
        tx.audit_head()
        if not tx.keys.exists(SERVICE):
            tx.keys.create(SERVICE)

    def transaction(self, session: Session, purpose: Purpose) -> Transaction:
        """A transaction on a session."""
        policy = self.policy if self.following is None else in_force(self.policy, self.following, self.clock.now())
        return Transaction(session, self.vault, policy, self.clock, self.random, purpose)
