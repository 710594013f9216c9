"""The tables, derived from the core's records: one column per field, sealed fields as bytes.

Migrations in migrations/ are written out by hand; a test holds them against this.
"""

from __future__ import annotations

import types
from datetime import datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

from bot.core import (
    accounts,
    audit,
    cases,
    confirmations,
    consents,
    conversations,
    delivery,
    drafts,
    exports,
    questions,
    work,
)
from bot.core.breaches import Breach, BreachNotice, Telling
from bot.core.communities import Community
from bot.core.erasure.certificate import Certificate
from bot.core.keys import EpochHead, SubjectKey
from bot.core.policies.versions import PolicyNotice, PolicyVersion
from bot.core.ports import sealed_fields
from bot.core.staff import Member
from bot.core.support.bans import Ban
from bot.core.support.digests import Digest
from bot.core.support.four_eyes import Proposal
from bot.core.support.groups import TeamGroup
from bot.core.support.letters import Attachment, Letter
from bot.core.support.rooms import Room
from bot.storage.instant import Instant

metadata = MetaData()


_TYPES: dict[Any, Any] = {str: Text, int: BigInteger, bool: Boolean, bytes: LargeBinary, datetime: Instant, float: BigInteger}


def _table(name: str, record: type[Any], *indexes: tuple[str, ...]) -> Table:
    hints = get_type_hints(record)
    sealed = sealed_fields(record)
    columns = []
    for field, hint in hints.items():
        optional = get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)
        plain = next(arg for arg in get_args(hint) if arg is not type(None)) if optional else hint
        kind: Any
        if field in sealed:
            kind, optional = LargeBinary, True
        elif get_origin(plain) is dict:
            kind = Text
        else:
            kind = _TYPES[plain]
        if field == "id":
            kind = String(160)
        columns.append(Column(field, kind, primary_key=field == "id", nullable=optional))
    made = Table(name, metadata, *columns)
    for index in indexes:
        Index("ix_" + name + "_" + "_".join(index), *(made.c[column] for column in index))
    return made


subject_keys = _table("subject_keys", SubjectKey, ("epoch",))
epoch_heads = _table("epoch_heads", EpochHead)
accounts_table = _table("accounts", accounts.Account)
Index("ix_accounts_name_index", accounts_table.c.name_index, unique=True)
links = _table("telegram_links", accounts.TelegramLink, ("subject",))
link_tokens = _table("link_tokens", accounts.LinkToken, ("subject",), ("expires_at",))
conversations_table = _table(
    "conversations", conversations.Conversation, ("subject", "started_at"), ("kept", "stored_at")
)
segments = _table("segments", conversations.Segment, ("subject", "conversation"))
consents_table = _table("consents", consents.Consent, ("subject", "purpose", "at"))
cases_table = _table(
    "cases", cases.Case, ("subject", "opened_at"), ("status", "target_due"), ("look_at",), ("closed_at",),
    ("assignee", "closed_at"), ("closed_at", "target_due"), ("opened_at",), ("warn_at",), ("untold",),
)  # fmt: skip
audit_table = _table("audit", audit.AuditEntry, ("ref",), ("subject",))
confirmations_table = _table("confirmations", confirmations.Confirmation, ("expires_at",), ("subject",))
drafts_table = _table("drafts", drafts.Draft, ("updated_at",), ("subject",))
inbox = _table("inbox", delivery.InboxRow, ("state", "id"), ("lane", "state", "id"), ("received_at",))
outbox = _table("outbox", delivery.OutboxRow, ("state", "id"), ("lane", "state", "id"), ("created_at",), ("subject",))
slots = _table("slots", delivery.SlotRow, ("subject",), ("at",), ("lane", "message_id"))
work_table = _table("work", work.Work, ("state", "due_at", "id"), ("ref", "kind"))
packages = _table("packages", exports.Package, ("subject",), ("destroyed_at", "expires_at"))
chunks = _table("chunks", exports.Chunk, ("subject",))
download_links = _table("download_links", exports.DownloadLink, ("subject",), ("package",), ("expires_at",))
tallies = _table("tallies", questions.Tally, ("day",))
certificates = _table("certificates", Certificate)
members = _table("members", Member)
team_groups = _table("team_groups", TeamGroup)
letters = _table(
    "letters", Letter, ("ref", "at"), ("subject",), ("room_message",), ("source_message",), ("person_message",), ("at",), ("way", "at")
)
rooms = _table("rooms", Room, ("wanted_at",), ("thread",), ("card", "urgent_at"), ("subject",))
digests = _table("digests", Digest)
attachments = _table("attachments", Attachment, ("ref",), ("subject",), ("at",))
proposals = _table("proposals", Proposal, ("ref",), ("subject",), ("outcome", "expires_at"))
bans = _table("bans", Ban, ("subject",))
communities = _table("communities", Community)
breaches = _table("breaches", Breach, ("closed_at",))
breach_tellings = _table("breach_tellings", Telling)
breach_notices = _table("breach_notices", BreachNotice, ("breach", "state", "id"), ("subject",), ("message",))
policy_versions = _table("policy_versions", PolicyVersion)
policy_notices = _table("policy_notices", PolicyNotice, ("version",), ("subject",))

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
