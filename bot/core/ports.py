"""What the core needs from the outside, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bot.core.clock import Clock
from bot.core.ids import Randomness

if TYPE_CHECKING:
    from bot.core.accounts import Account, LinkToken, TelegramLink
    from bot.core.audit import AuditEntry
    from bot.core.breaches import Breach, BreachNotice, Telling
    from bot.core.cases import Case
    from bot.core.communities import Community
    from bot.core.confirmations import Confirmation
    from bot.core.consents import Consent
    from bot.core.conversations import Conversation, Segment
    from bot.core.delivery import InboxRow, OutboxRow, SlotRow
    from bot.core.drafts import Draft
    from bot.core.erasure.certificate import Certificate
    from bot.core.exports import Chunk, DownloadLink, Package
    from bot.core.keys.keychain import Keychain
    from bot.core.policies import Policy
    from bot.core.policies.versions import PolicyNotice, PolicyVersion
    from bot.core.questions import Tally
    from bot.core.staff import Member
    from bot.core.support.bans import Ban
    from bot.core.support.digests import Digest
    from bot.core.support.four_eyes import Proposal
    from bot.core.support.groups import TeamGroup
    from bot.core.support.letters import Attachment, Letter
    from bot.core.support.rooms import Room
    from bot.core.work import Work

__all__ = ["Clock", "Collection", "Plus", "Randomness", "Tx", "sealed", "sealed_fields"]

T = TypeVar("T")


def sealed(codec: str = "text", **kwargs: Any) -> Any:
    """A dataclass field that is personal: it reaches storage only sealed under its record's `subject`.

    codec: "text", "bytes" or "json".
    """
    return field(metadata={"sealed": codec}, **kwargs)


def sealed_fields(record: type[Any]) -> dict[str, str]:
    """The sealed fields of a record class with their codecs."""
    found: dict[str, str] = {}
    each: Field[Any]
    for each in fields(record):
        if "sealed" in each.metadata:
            found[each.name] = each.metadata["sealed"]
    return found


@dataclass(frozen=True, slots=True)
class Plus:
    """In `update`: not a new value, but what is added to the number that is there."""

    amount: int


class Collection(Protocol[T]):
    """All records of one kind. `where` compares for equality; `field__le`, `field__lt`, `field__gt`, `field__in`, `field__is`
    compare otherwise. Sealed fields cannot be compared: look-ups go through blind indexes."""

    def add(self, record: T, /) -> None:
        """Insert."""
        ...

    def add_each(self, records: Sequence[T], /) -> None:
        """Insert many."""
        ...

    def add_new(self, record: T, /) -> bool:
        """Insert unless its key is there already; whether it was inserted."""
        ...

    def find(self, *, opened: bool = True, **where: Any) -> T | None:
        """The only match, or None."""
        ...

    def get(self, *, opened: bool = True, **where: Any) -> T:
        """The only match. NotFoundError when there is none."""
        ...

    def select(
        self,
        *,
        order_by: str = "id",
        limit: int | None = None,
        offset: int = 0,
        skip_locked: bool = False,
        opened: bool = True,
        **where: Any,
    ) -> list[T]:
        """Matches in order; `-name` orders descending."""
        ...

    def each(self, *, order_by: str = "id", opened: bool = True, **where: Any) -> Iterator[T]:
        """Matches one after another with bounded memory."""
        ...

    def update(self, where: Mapping[str, Any], /, **changes: Any) -> int:
        """Change matches; how many there were. To change a sealed field, `where` must name `id` and `subject`."""
        ...

    def update_each(self, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], /) -> None:
        """Many updates at once, each with what must be equal and the new values; all name the same fields, none a sealed one."""
        ...

    def reseal(self, subject: str, *, after: str = "", limit: int) -> tuple[str, int] | None:
        """Seal the next `limit` records of a subject under its newest DEK: the last id and how many values changed, or None
        when there are no more after `after`."""
        ...

    def remove(self, **where: Any) -> int:
        """Delete matches; how many there were."""
        ...

    def count(self, **where: Any) -> int:
        """How many match."""
        ...


class Tx(Protocol):
    """One transaction: all of it happens, or nothing."""

    @property
    def clock(self) -> Clock: ...
    @property
    def random(self) -> Randomness: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def keys(self) -> Keychain: ...
    @property
    def accounts(self) -> Collection[Account]: ...
    @property
    def links(self) -> Collection[TelegramLink]: ...
    @property
    def link_tokens(self) -> Collection[LinkToken]: ...
    @property
    def conversations(self) -> Collection[Conversation]: ...
    @property
    def segments(self) -> Collection[Segment]: ...
    @property
    def consents(self) -> Collection[Consent]: ...
    @property
    def cases(self) -> Collection[Case]: ...
    @property
    def audit(self) -> Collection[AuditEntry]: ...
    @property
    def confirmations(self) -> Collection[Confirmation]: ...
    @property
    def drafts(self) -> Collection[Draft]: ...
    @property
    def inbox(self) -> Collection[InboxRow]: ...
    @property
    def outbox(self) -> Collection[OutboxRow]: ...
    @property
    def slots(self) -> Collection[SlotRow]: ...
    @property
    def work(self) -> Collection[Work]: ...
    @property
    def packages(self) -> Collection[Package]: ...
    @property
    def chunks(self) -> Collection[Chunk]: ...
    @property
    def download_links(self) -> Collection[DownloadLink]: ...
    @property
    def tallies(self) -> Collection[Tally]: ...
    @property
    def certificates(self) -> Collection[Certificate]: ...
    @property
    def members(self) -> Collection[Member]: ...
    @property
    def team_groups(self) -> Collection[TeamGroup]: ...
    @property
    def rooms(self) -> Collection[Room]: ...
    @property
    def letters(self) -> Collection[Letter]: ...
    @property
    def attachments(self) -> Collection[Attachment]: ...
    @property
    def proposals(self) -> Collection[Proposal]: ...
    @property
    def bans(self) -> Collection[Ban]: ...
    @property
    def digests(self) -> Collection[Digest]: ...
    @property
    def communities(self) -> Collection[Community]: ...
    @property
    def breaches(self) -> Collection[Breach]: ...
    @property
    def breach_tellings(self) -> Collection[Telling]: ...
    @property
    def breach_notices(self) -> Collection[BreachNotice]: ...
    @property
    def policy_versions(self) -> Collection[PolicyVersion]: ...
    @property
    def policy_notices(self) -> Collection[PolicyNotice]: ...

    def of_subjects(self) -> Mapping[str, Collection[Any]]:
        """Every collection whose records name a subject, by its name here: what erasure empties and rotation seals anew."""
        ...

    def hold(self, name: str) -> bool:
        """Hold the lock of that name until the transaction ends. False, at once, while another transaction holds it."""
        ...

    def audit_head(self) -> tuple[int, bytes]:
        """The last audit entry's number and hash, locked until the transaction ends."""
        ...
