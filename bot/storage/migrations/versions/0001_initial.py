"""The first schema. Written out and never changed again: what a database of that time looks like.

Instants are milliseconds since 1970. BYTES is a sealed value or a hash.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY, TEXT, NUMBER, BYTES, FLAG = sa.String(160), sa.Text(), sa.BigInteger(), sa.LargeBinary(), sa.Boolean()


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "accounts",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("status", TEXT),
        _column("created_at", NUMBER),
        _optional("pseudonym", BYTES),
        _optional("name", BYTES),
        _optional("name_index", TEXT),
        _optional("password_hash", BYTES),
        _column("password_tries", NUMBER),
        _optional("password_locked_until", NUMBER),
        _optional("locale", TEXT),
        _optional("jurisdiction", TEXT),
        _optional("country", TEXT),
    )
    _index("accounts", "name_index")
    op.create_table(
        "audit",
        sa.Column("id", KEY, primary_key=True),
        _column("at", NUMBER),
        _column("tag", TEXT),
        _column("actor", TEXT),
        _column("subject", TEXT),
        _column("ref", TEXT),
        _column("details", TEXT),
        _column("before", BYTES),
        _column("hash", BYTES),
    )
    _index("audit", "ref")
    _index("audit", "subject")
    op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), primary_key=True),
        _column("number", NUMBER),
        _column("hash", BYTES),
    )
    op.create_table(
        "cases",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("right", TEXT),
        _column("status", TEXT),
        _column("opened_at", NUMBER),
        _column("acknowledge_by", NUMBER),
        _column("target_due", NUMBER),
        _optional("legal_due", NUMBER),
        _column("calendar", TEXT),
        _column("calendar_version", TEXT),
        _column("policy_version", TEXT),
        _column("reason", TEXT),
        _optional("acknowledged_at", NUMBER),
        _optional("closed_at", NUMBER),
        _optional("extended_at", NUMBER),
        _optional("waiting_since", NUMBER),
        _column("paused_for", NUMBER),
        _optional("grace_until", NUMBER),
        _optional("purge_by", NUMBER),
        _optional("reminded_at", NUMBER),
        _optional("delay_told_at", NUMBER),
        _optional("missed_told_at", NUMBER),
        _column("held", FLAG),
        _optional("details", BYTES),
    )
    _index("cases", "status", "target_due")
    _index("cases", "subject", "opened_at")
    op.create_table(
        "chunks",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("number", NUMBER),
        _optional("content", BYTES),
    )
    _index("chunks", "subject")
    op.create_table(
        "confirmations",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("chat", TEXT),
        _column("action", TEXT),
        _column("target", TEXT),
        _column("expires_at", NUMBER),
        _optional("used_at", NUMBER),
    )
    _index("confirmations", "expires_at")
    _index("confirmations", "subject")
    op.create_table(
        "consents",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("purpose", TEXT),
        _column("given", FLAG),
        _column("at", NUMBER),
        _column("notice_version", TEXT),
        _column("locale", TEXT),
    )
    _index("consents", "subject", "purpose", "at")
    op.create_table(
        "conversations",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("started_at", NUMBER),
        _column("stored_at", NUMBER),
        _column("messages", NUMBER),
        _column("kept", FLAG),
        _optional("title", BYTES),
    )
    _index("conversations", "kept", "stored_at")
    _index("conversations", "subject", "started_at")
    op.create_table(
        "drafts",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _optional("state", TEXT),
        _column("updated_at", NUMBER),
        _optional("data", BYTES),
        _column("version", NUMBER),
    )
    _index("drafts", "subject")
    _index("drafts", "updated_at")
    op.create_table(
        "inbox",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("lane", TEXT),
        _column("state", TEXT),
        _column("received_at", NUMBER),
        _column("attempts", NUMBER),
        _optional("body", BYTES),
    )
    _index("inbox", "state", "id")
    op.create_table(
        "link_tokens",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("purpose", TEXT),
        _column("expires_at", NUMBER),
        _optional("used_at", NUMBER),
    )
    _index("link_tokens", "subject")
    op.create_table(
        "outbox",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("lane", TEXT),
        _column("kind", TEXT),
        _column("state", TEXT),
        _column("due_at", NUMBER),
        _column("created_at", NUMBER),
        _column("attempts", NUMBER),
        _optional("lease_until", NUMBER),
        _column("slot", TEXT),
        _column("error", TEXT),
        _optional("payload", BYTES),
    )
    _index("outbox", "lane", "id")
    _index("outbox", "state", "id")
    _index("outbox", "subject")
    op.create_table(
        "packages",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("case", TEXT),
        _column("key", TEXT),
        _column("created_at", NUMBER),
        _column("expires_at", NUMBER),
        _column("size", NUMBER),
        _column("parts", NUMBER),
        _optional("destroyed_at", NUMBER),
    )
    _index("packages", "expires_at")
    _index("packages", "subject")
    op.create_table(
        "segments",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("conversation", TEXT),
        _optional("content", BYTES),
    )
    _index("segments", "subject", "conversation")
    op.create_table(
        "slots",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("lane", TEXT),
        _column("message_id", NUMBER),
        _column("at", NUMBER),
    )
    _index("slots", "subject")
    op.create_table(
        "subject_keys",
        sa.Column("id", KEY, primary_key=True),
        _column("epoch", NUMBER),
        _optional("wrapped", BYTES),
        _column("generation", NUMBER),
        _column("restricted", FLAG),
        _column("held", FLAG),
    )
    _index("subject_keys", "epoch")
    op.create_table(
        "tallies",
        sa.Column("id", KEY, primary_key=True),
        _column("day", TEXT),
        _column("label", TEXT),
        _column("locale", TEXT),
        _column("band", TEXT),
        _column("asked", NUMBER),
        _column("helped", NUMBER),
        _column("not_helped", NUMBER),
    )
    op.create_table(
        "telegram_links",
        sa.Column("id", KEY, primary_key=True),
        _column("subject", TEXT),
        _column("linked_at", NUMBER),
        _optional("telegram_id", BYTES),
        _optional("blocked_at", NUMBER),
    )
    _index("telegram_links", "subject")
    op.create_table(
        "work",
        sa.Column("id", KEY, primary_key=True),
        _column("kind", TEXT),
        _column("ref", TEXT),
        _column("state", TEXT),
        _column("due_at", NUMBER),
        _column("created_at", NUMBER),
        _column("attempts", NUMBER),
        _column("fence", NUMBER),
        _optional("lease_until", NUMBER),
        _column("step", TEXT),
        _column("checkpoint", TEXT),
        _column("error", TEXT),
    )
    _index("work", "kind", "ref")
    _index("work", "state", "due_at")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _optional(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)
