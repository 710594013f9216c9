"""One transaction: a connection with every collection on it."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection, insert, select, update

from bot.core.accounts import Account, LinkToken, TelegramLink
from bot.core.audit import GENESIS, AuditEntry
from bot.core.cases import Case
from bot.core.clock import Clock
from bot.core.confirmations import Confirmation
from bot.core.consents import Consent
from bot.core.conversations import Conversation, Segment
from bot.core.delivery import InboxRow, OutboxRow, SlotRow
from bot.core.drafts import Draft
from bot.core.exports import Chunk, Package
from bot.core.ids import Randomness
from bot.core.keys import Keychain, Purpose, SubjectKey, Vault
from bot.core.policies import Policy
from bot.core.questions import Tally
from bot.core.work import Work
from bot.storage import tables
from bot.storage.collection import Collection


class Transaction:
    """Implements `bot.core.ports.Tx`."""

    def __init__(
        self, connection: Connection, vault: Vault, policy: Policy, clock: Clock, random: Randomness, purpose: Purpose
    ) -> None:
        self.connection = connection
        self.clock: Clock = clock
        self.random: Randomness = random
        self.policy: Policy = policy
        self.keys = Keychain(vault, Collection(SubjectKey, tables.subject_keys, connection, None), random, purpose)

    @cached_property
    def subject_keys(self) -> Collection[SubjectKey]:
        return Collection(SubjectKey, tables.subject_keys, self.connection, None)

    @cached_property
    def accounts(self) -> Collection[Account]:
        return Collection(Account, tables.accounts_table, self.connection, self.keys)

    @cached_property
    def links(self) -> Collection[TelegramLink]:
        return Collection(TelegramLink, tables.links, self.connection, self.keys)

    @cached_property
    def link_tokens(self) -> Collection[LinkToken]:
        return Collection(LinkToken, tables.link_tokens, self.connection, self.keys)

    @cached_property
    def conversations(self) -> Collection[Conversation]:
        return Collection(Conversation, tables.conversations_table, self.connection, self.keys)

    @cached_property
    def segments(self) -> Collection[Segment]:
        return Collection(Segment, tables.segments, self.connection, self.keys)

    @cached_property
    def consents(self) -> Collection[Consent]:
        return Collection(Consent, tables.consents_table, self.connection, self.keys)

    @cached_property
    def cases(self) -> Collection[Case]:
        return Collection(Case, tables.cases_table, self.connection, self.keys)

    @cached_property
    def audit(self) -> Collection[AuditEntry]:
        return _AuditTrail(AuditEntry, tables.audit_table, self.connection, self.keys)

    @cached_property
    def confirmations(self) -> Collection[Confirmation]:
        return Collection(Confirmation, tables.confirmations_table, self.connection, self.keys)

    @cached_property
    def drafts(self) -> Collection[Draft]:
        return Collection(Draft, tables.drafts_table, self.connection, self.keys)

    @cached_property
    def inbox(self) -> Collection[InboxRow]:
        return Collection(InboxRow, tables.inbox, self.connection, self.keys)

    @cached_property
    def outbox(self) -> Collection[OutboxRow]:
        return Collection(OutboxRow, tables.outbox, self.connection, self.keys)

    @cached_property
    def slots(self) -> Collection[SlotRow]:
        return Collection(SlotRow, tables.slots, self.connection, self.keys)

    @cached_property
    def work(self) -> Collection[Work]:
        return Collection(Work, tables.work_table, self.connection, self.keys)

    @cached_property
    def packages(self) -> Collection[Package]:
        return Collection(Package, tables.packages, self.connection, self.keys)

    @cached_property
    def chunks(self) -> Collection[Chunk]:
        return Collection(Chunk, tables.chunks, self.connection, self.keys)

    @cached_property
    def tallies(self) -> Collection[Tally]:
        return Collection(Tally, tables.tallies, self.connection, self.keys)

    def audit_head(self) -> tuple[int, bytes]:
        statement = select(tables.audit_heads).where(tables.audit_heads.c.id == 1).with_for_update()
        row = self.connection.execute(statement).first()
        if row is None:
            self.connection.execute(insert(tables.audit_heads), {"id": 1, "number": 0, "hash": GENESIS})
            return 0, GENESIS
        return int(row.number), bytes(row.hash)


class _AuditTrail(Collection[AuditEntry]):
    """Moves the head with every entry."""

    def add(self, record: AuditEntry, /) -> None:
        super().add(record)
        moved = update(tables.audit_heads).where(tables.audit_heads.c.id == 1)
        self._connection.execute(moved.values(number=record.number, hash=record.hash))
