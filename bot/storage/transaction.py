"""One transaction: a connection with every collection on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection, insert

from bot.core.accounts import Account, LinkToken, TelegramLink
from bot.core.audit import GENESIS, AuditEntry
from bot.core.breaches import Breach, BreachNotice
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
from bot.core.exports import Chunk, Package
from bot.core.ids import Randomness
from bot.core.keys import EpochHead, Keychain, Purpose, SubjectKey, Vault
from bot.core.policies import Policy
from bot.core.policies.versions import PolicyNotice, PolicyVersion
from bot.core.ports import Tx
from bot.core.questions import Tally
from bot.core.staff import Member
from bot.core.support.bans import Ban
from bot.core.support.four_eyes import Proposal
from bot.core.support.groups import TeamGroup
from bot.core.support.letters import Attachment, Letter
from bot.core.support.rooms import Room
from bot.core.work import Work
from bot.storage import tables
from bot.storage.collection import Collection
from bot.storage.session import session_of

T = TypeVar("T")


class Transaction:
    """Implements `bot.core.ports.Tx`."""

    def __init__(
        self, connection: Connection, vault: Vault, policy: Policy, clock: Clock, random: Randomness, purpose: Purpose
    ) -> None:
        self.connection = connection
        self.session = session_of(connection)
        self.clock: Clock = clock
        self.random: Randomness = random
        self.policy: Policy = policy
        self.keys = Keychain(
            vault,
            Collection(SubjectKey, tables.subject_keys, self.session, None),
            Collection(EpochHead, tables.epoch_heads, self.session, None),
            random,
            purpose,
        )

    @cached_property
    def subject_keys(self) -> Collection[SubjectKey]:
        return Collection(SubjectKey, tables.subject_keys, self.session, None)

    @cached_property
    def accounts(self) -> Collection[Account]:
        return Collection(Account, tables.accounts_table, self.session, self.keys)

    @cached_property
    def links(self) -> Collection[TelegramLink]:
        return Collection(TelegramLink, tables.links, self.session, self.keys)

    @cached_property
    def link_tokens(self) -> Collection[LinkToken]:
        return Collection(LinkToken, tables.link_tokens, self.session, self.keys)

    @cached_property
    def conversations(self) -> Collection[Conversation]:
        return Collection(Conversation, tables.conversations_table, self.session, self.keys)

    @cached_property
    def segments(self) -> Collection[Segment]:
        return Collection(Segment, tables.segments, self.session, self.keys)

    @cached_property
    def consents(self) -> Collection[Consent]:
        return Collection(Consent, tables.consents_table, self.session, self.keys)

    @cached_property
    def cases(self) -> Collection[Case]:
        return Collection(Case, tables.cases_table, self.session, self.keys)

    @cached_property
    def audit(self) -> Collection[AuditEntry]:
        return _AuditTrail(AuditEntry, tables.audit_table, self.session, self.keys)

    @cached_property
    def confirmations(self) -> Collection[Confirmation]:
        return Collection(Confirmation, tables.confirmations_table, self.session, self.keys)

    @cached_property
    def drafts(self) -> Collection[Draft]:
        return Collection(Draft, tables.drafts_table, self.session, self.keys)

    @cached_property
    def inbox(self) -> Collection[InboxRow]:
        return Collection(InboxRow, tables.inbox, self.session, self.keys)

    @cached_property
    def outbox(self) -> Collection[OutboxRow]:
        return Collection(OutboxRow, tables.outbox, self.session, self.keys)

    @cached_property
    def slots(self) -> Collection[SlotRow]:
        return Collection(SlotRow, tables.slots, self.session, self.keys)

    @cached_property
    def work(self) -> Collection[Work]:
        return Collection(Work, tables.work_table, self.session, self.keys)

    @cached_property
    def packages(self) -> Collection[Package]:
        return Collection(Package, tables.packages, self.session, self.keys)

    @cached_property
    def chunks(self) -> Collection[Chunk]:
        return Collection(Chunk, tables.chunks, self.session, self.keys)

    @cached_property
    def tallies(self) -> Collection[Tally]:
        return Collection(Tally, tables.tallies, self.session, self.keys)

    @cached_property
    def certificates(self) -> Collection[Certificate]:
        return Collection(Certificate, tables.certificates, self.session, self.keys)

    @cached_property
    def members(self) -> Collection[Member]:
        return Collection(Member, tables.members, self.session, self.keys)

    @cached_property
    def team_groups(self) -> Collection[TeamGroup]:
        return Collection(TeamGroup, tables.team_groups, self.session, self.keys)

    @cached_property
    def rooms(self) -> Collection[Room]:
        return Collection(Room, tables.rooms, self.session, self.keys)

    @cached_property
    def letters(self) -> Collection[Letter]:
        return Collection(Letter, tables.letters, self.session, self.keys)

    @cached_property
    def attachments(self) -> Collection[Attachment]:
        return Collection(Attachment, tables.attachments, self.session, self.keys)

    @cached_property
    def proposals(self) -> Collection[Proposal]:
        return Collection(Proposal, tables.proposals, self.session, self.keys)

    @cached_property
    def bans(self) -> Collection[Ban]:
        return Collection(Ban, tables.bans, self.session, self.keys)

    @cached_property
    def communities(self) -> Collection[Community]:
        return Collection(Community, tables.communities, self.session, self.keys)

    @cached_property
    def breaches(self) -> Collection[Breach]:
        return Collection(Breach, tables.breaches, self.session, self.keys)

    @cached_property
    def breach_notices(self) -> Collection[BreachNotice]:
        return Collection(BreachNotice, tables.breach_notices, self.session, self.keys)

    @cached_property
    def policy_versions(self) -> Collection[PolicyVersion]:
        return Collection(PolicyVersion, tables.policy_versions, self.session, self.keys)

    @cached_property
    def policy_notices(self) -> Collection[PolicyNotice]:
        return Collection(PolicyNotice, tables.policy_notices, self.session, self.keys)

    def of_subjects(self) -> Mapping[str, Collection[Any]]:
        mine = [name for name, value in vars(Transaction).items() if isinstance(value, cached_property)]
        every: dict[str, Collection[Any]] = {name: getattr(self, name) for name in sorted(mine)}
        return {name: rows for name, rows in every.items() if "subject" in {f.name for f in fields(rows.record)}}

    def audit_head(self) -> tuple[int, bytes]:
        lock = "" if self.session.dialect.name == "sqlite" else " FOR UPDATE"
        rows = self.session.rows(f"SELECT number, hash FROM audit_heads WHERE id = 1{lock}", ())  # noqa: S608
        if not rows:
            self.connection.execute(insert(tables.audit_heads), {"id": 1, "number": 0, "hash": GENESIS})
            return 0, GENESIS
        return int(rows[0][0]), bytes(rows[0][1])

    def hold(self, name: str) -> bool:
        return self.session.hold(name)

    def run(self, verb: Callable[[Tx], T]) -> T:
        """Run a verb so that what it wrote is undone when it refuses. A verb that writes nothing needs no savepoint."""
        begun = False

        def begin() -> None:
            nonlocal begun
            self.session.before_write = None
            self.session.write("SAVEPOINT verb", ())
            begun = True

        self.session.before_write = begin
        try:
            return verb(self)
        except PrivacyError as error:
            if begun and not error.keeps_writes:
                self.session.write("ROLLBACK TO SAVEPOINT verb", ())
            raise
        finally:
            self.session.before_write = None


class _AuditTrail(Collection[AuditEntry]):
    """Moves the head with every entry."""

    def add(self, record: AuditEntry, /) -> None:
        super().add(record)
        marks = "?, ?" if self._session.dialect.name == "sqlite" else "$1, $2"
        first, second = marks.split(", ")
        self._session.write(
            f"UPDATE audit_heads SET number = {first}, hash = {second} WHERE id = 1",  # noqa: S608
            (record.number, record.hash),
        )
