"""One update at the desk: who is speaking, in which chat, and the transaction it is handled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar, TypeVarTuple, Unpack

from bot.core import deletion, delivery
from bot.core.accounts import Account
from bot.core.errors import NotLinkedError
from bot.core.ports import Tx
from bot.storage import Unit

P = ParamSpec("P")
T = TypeVar("T")
Args = TypeVarTuple("Args")


class SlowWork(BaseException):
    """Unwinds a handler that needs slow work (a password hash, an encoder): it is done outside and the handler runs again.

    Not an Exception, so that nothing on the way takes it for a failure. The transaction is rolled back in between, so the
    second run starts from the same state and finds the result waiting.
    """

    def __init__(self, name: str, work: Callable[[], Any]) -> None:
        super().__init__(name)
        self.name = name
        self.work = work


@dataclass(slots=True)
class Desk:
    """Handed to every handler. Calling it runs a verb of the core in this update's transaction."""

    unit: Unit
    user_id: int
    chat_id: int
    lane: str
    private: bool
    thread_id: int | None
    locale: str
    found: Account | None
    bot_name: str
    services: Mapping[str, Any]
    slow_results: dict[str, Any] = field(default_factory=dict)
    without_draft: set[str] = field(default_factory=set)
    """Places of which this update's transaction knows that nothing is drafted there."""
    _asked: dict[Any, Any] = field(default_factory=dict)

    async def __call__(self, verb: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `verb(tx, *args, **kwargs)`."""
        self._asked.clear()  # it may change what filters were told
        return await self.unit.do(lambda tx: verb(tx, *args, **kwargs))

    async def once(self, verb: Callable[[Tx, Unpack[Args]], T], *args: *Args) -> T:
        """The same for a filter's question, which every step would ask again: answered anew only after something else was run."""
        question = (verb, *args)
        if question not in self._asked:
            self._asked[question] = await self.unit.do(lambda tx: verb(tx, *args))
        answer: T = self._asked[question]
        return answer

    @property
    def account(self) -> Account:
        """The account of whoever speaks. NotLinkedError for a stranger."""
        if self.found is None:
            raise NotLinkedError
        return self.found

    @property
    def subject(self) -> str:
        """The subject who speaks. NotLinkedError."""
        return self.account.id

    async def open_account(self) -> Account:
        """The account, which must not be closed. NotLinkedError, AccountClosedError."""
        account = self.account
        await self(deletion.require_open, account)
        return account

    def slow(self, name: str, work: Callable[[], T]) -> T:
        """The result of slow work; see SlowWork."""
        if name not in self.slow_results:
            raise SlowWork(name, work)
        result: T = self.slow_results[name]
        return result

    def quick(self, name: str, work: Callable[[], T]) -> T:
        """The result of quick work that must not be done again when the step runs again (something outside the transaction)."""
        if name not in self.slow_results:
            self.slow_results[name] = work()
        result: T = self.slow_results[name]
        return result

    @property
    def zone(self) -> str:
        """The time zone in which dates are shown where a client cannot do it itself."""
        policy = self.services["policy_now"]()
        place = policy.jurisdictions.get(self.found.jurisdiction or "") if self.found else None
        return place.time_zone if place else "UTC"


def lane_of(tx: Tx, chat_id: int) -> str:
    """The lane of a chat."""
    return delivery.lane_of(tx, chat_id)
