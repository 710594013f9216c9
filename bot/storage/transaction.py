"""One transaction: a session with every collection on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Generic, Self, TypeVar, overload

from sqlalchemy import Table

from bot.core.accounts import Account, LinkToken, TelegramLink
from bot.core.audit import GENESIS, AuditEntry
from bot.core.breaches import Breach, BreachNotice, Telling
from bot.core.cases import Case
from bot.core.clock import Clock
from bot.core.communities import Community
from bot.core.confirmations import Confirmation
from bot.core.consents import Consent
from bot.core.conversations import Conversation, Segment
from bot.core.delivery import InboxRow, OutboxRow, SlotRow
from bot.core.drafts import Draft
from bot.core.erasure.certificate import Certificate
from bot.core.errors import PrivacyError
from bot.core.exports import Chunk, DownloadLink, Package
from bot.core.ids import Randomness
from bot.core.keys import EpochHead, Keychain, Purpose, SubjectKey, Vault
from bot.core.policies import Policy
from bot.core.policies.versions import PolicyNotice, PolicyVersion
from bot.core.ports import Tx
from bot.core.questions import Tally
from bot.core.staff import Member
from bot.core.support.bans import Ban
from bot.core.support.digests import Digest
from bot.core.support.four_eyes import Proposal
from bot.core.support.groups import TeamGroup
from bot.core.support.letters import Attachment, Letter
from bot.core.support.rooms import Room
from bot.core.work import Work
from bot.storage import tables
from bot.storage.collection import Collection
from bot.storage.session import Session

T = TypeVar("T")


class _Rows(Generic[T]):
    """An attribute of a transaction: its collection of one kind of record, made at the first use."""

    def __init__(self, record: type[T], table: Table, kind: type[Collection[T]] = Collection) -> None:
        self._record = record
        self._table = table
        self._kind = kind

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, tx: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, tx: Transaction, owner: type[Any]) -> Collection[T]: ...
    def __get__(self, tx: Transaction | None, owner: type[Any]) -> Self | Collection[T]:
        if tx is None:
            return self
        made = self._kind(self._record, self._table, tx.session, tx.keys)
        tx.__dict__[self._name] = made  # found there from now on, without asking here
        return made


class _AuditTrail(Collection[AuditEntry]):
    """Moves the head with every entry."""

    def add(self, record: AuditEntry, /) -> None:
        super().add(record)
        number, head = self._session.mark(1), self._session.mark(2)
        sql = f"UPDATE audit_heads SET number = {number}, hash = {head} WHERE id = 1"  # noqa: S608
        self._session.write(sql, (record.number, record.hash))


class NoWayBack(BaseException):
    """A verb refused after it had written, and the transaction has no savepoint before it: all of it must be done again.

    Not an Exception, so that nothing on the way takes it for a failure.
    """


class Transaction:
    """Implements `bot.core.ports.Tx`."""

    careful = True
    """Make a savepoint before a verb writes. Where each costs a way to the server and back, the first attempt does without."""

    def __init__(
        self, session: Session, vault: Vault, policy: Policy, clock: Clock, random: Randomness, purpose: Purpose
    ) -> None:
        self.session = session
        self.clock: Clock = clock
        self.random: Randomness = random
        self.policy: Policy = policy
        self.keys = Keychain(
            vault,
            Collection(SubjectKey, tables.subject_keys, self.session, None),
            Collection(EpochHead, tables.epoch_heads, self.session, None),
            random,
            purpose,
            session.seen_keys,
        )

    subject_keys = _Rows(SubjectKey, tables.subject_keys)
    accounts = _Rows(Account, tables.accounts_table)
    links = _Rows(TelegramLink, tables.links)
    link_tokens = _Rows(LinkToken, tables.link_tokens)
    conversations = _Rows(Conversation, tables.conversations_table)
    segments = _Rows(Segment, tables.segments)
    consents = _Rows(Consent, tables.consents_table)
    cases = _Rows(Case, tables.cases_table)
    audit = _Rows(AuditEntry, tables.audit_table, _AuditTrail)
    confirmations = _Rows(Confirmation, tables.confirmations_table)
    drafts = _Rows(Draft, tables.drafts_table)
    inbox = _Rows(InboxRow, tables.inbox)
    outbox = _Rows(OutboxRow, tables.outbox)
    slots = _Rows(SlotRow, tables.slots)
    work = _Rows(Work, tables.work_table)
    packages = _Rows(Package, tables.packages)
    chunks = _Rows(Chunk, tables.chunks)
    download_links = _Rows(DownloadLink, tables.download_links)
    tallies = _Rows(Tally, tables.tallies)
    certificates = _Rows(Certificate, tables.certificates)
    members = _Rows(Member, tables.members)
    team_groups = _Rows(TeamGroup, tables.team_groups)
    rooms = _Rows(Room, tables.rooms)
    letters = _Rows(Letter, tables.letters)
    attachments = _Rows(Attachment, tables.attachments)
    proposals = _Rows(Proposal, tables.proposals)
    bans = _Rows(Ban, tables.bans)
    digests = _Rows(Digest, tables.digests)
    communities = _Rows(Community, tables.communities)
    breaches = _Rows(Breach, tables.breaches)
    breach_tellings = _Rows(Telling, tables.breach_tellings)
    breach_notices = _Rows(BreachNotice, tables.breach_notices)
    policy_versions = _Rows(PolicyVersion, tables.policy_versions)
    policy_notices = _Rows(PolicyNotice, tables.policy_notices)

    def of_subjects(self) -> Mapping[str, Collection[Any]]:
        mine = [name for name, value in vars(Transaction).items() if isinstance(value, _Rows)]
        every: dict[str, Collection[Any]] = {name: getattr(self, name) for name in sorted(mine)}
        return {name: rows for name, rows in every.items() if "subject" in {f.name for f in fields(rows.record)}}

    def audit_head(self) -> tuple[int, bytes]:
        lock = "" if self.session.database == "sqlite" else " FOR UPDATE"
        rows = self.session.rows(f"SELECT number, hash FROM audit_heads WHERE id = 1{lock}", ())  # noqa: S608
        if not rows:
            first = f"INSERT INTO audit_heads (id, number, hash) VALUES (1, 0, {self.session.mark(1)})"  # noqa: S608
            self.session.write(first, (GENESIS,))
            return 0, GENESIS
        return int(rows[0][0]), bytes(rows[0][1])

    def hold(self, name: str) -> bool:
        return self.session.hold(name)

    def run(self, verb: Callable[[Tx], T]) -> T:
        """Run a verb so that what it wrote is undone when it refuses. A verb that writes nothing needs no savepoint.

        NoWayBack when there is something to undo and no savepoint was made (`careful`).
        """
        wrote = False

        def begin() -> None:
            nonlocal wrote
            self.session.before_write = None
            if self.careful:
                self.session.write("SAVEPOINT verb", ())
            wrote = True

        self.session.before_write = begin
        try:
            return verb(self)
        except PrivacyError as error:
            if wrote and not error.keeps_writes:
                if not self.careful:
                    raise NoWayBack from error
                self.session.write("ROLLBACK TO SAVEPOINT verb", ())
                self.keys.look_again()
            raise
        finally:
            self.session.before_write = None
