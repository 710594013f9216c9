"""For the support desk: the team, its group and rooms, letters, what needs four eyes; breaches; versions of the policy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """From 0004."""
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attachments_at", "attachments", ["at"])
    op.create_index("ix_attachments_ref", "attachments", ["ref"])
    op.create_index("ix_attachments_subject", "attachments", ["subject"])
    op.create_table(
        "bans",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_bans_subject", "bans", ["subject"])
    op.create_table(
        "breach_notices",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("breach", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_breach_notices_breach_state_id", "breach_notices", ["breach", "state", "id"])
    op.create_index("ix_breach_notices_message", "breach_notices", ["message"])
    op.create_index("ix_breach_notices_subject", "breach_notices", ["subject"])
    op.create_table(
        "breach_tellings",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("found_round", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "breaches",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("aware_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("warned", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("agreed_version", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("reports", sa.Text(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_breaches_closed_at", "breaches", ["closed_at"])
    op.create_table(
        "communities",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("recent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("person_message", sa.BigInteger(), nullable=True),
        sa.Column("room_message", sa.BigInteger(), nullable=True),
        sa.Column("source_message", sa.BigInteger(), nullable=True),
        sa.Column("attachment", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=True),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("canned", sa.Text(), nullable=False),
        sa.Column("edits", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_letters_at", "letters", ["at"])
    op.create_index("ix_letters_person_message", "letters", ["person_message"])
    op.create_index("ix_letters_ref_at", "letters", ["ref", "at"])
    op.create_index("ix_letters_room_message", "letters", ["room_message"])
    op.create_index("ix_letters_source_message", "letters", ["source_message"])
    op.create_index("ix_letters_subject", "letters", ["subject"])
    op.create_index("ix_letters_way_at", "letters", ["way", "at"])
    op.create_table(
        "members",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.LargeBinary(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "policy_notices",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_policy_notices_subject", "policy_notices", ["subject"])
    op.create_index("ix_policy_notices_version", "policy_notices", ["version"])
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("announced_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_proposals_outcome_expires_at", "proposals", ["outcome", "expires_at"])
    op.create_index("ix_proposals_ref", "proposals", ["ref"])
    op.create_index("ix_proposals_subject", "proposals", ["subject"])
    op.create_table(
        "rooms",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("wanted_at", sa.BigInteger(), nullable=True),
        sa.Column("thread", sa.BigInteger(), nullable=True),
        sa.Column("card", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("urgent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rooms_card_urgent_at", "rooms", ["card", "urgent_at"])
    op.create_index("ix_rooms_subject", "rooms", ["subject"])
    op.create_index("ix_rooms_thread", "rooms", ["thread"])
    op.create_index("ix_rooms_wanted_at", "rooms", ["wanted_at"])
    op.create_table(
        "team_groups",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("topics", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("consents", sa.Column("policy_version", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_slots_lane_message_id", "slots", ["lane", "message_id"])
    op.add_column("cases", sa.Column("assignee", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("warned", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("escalated_at", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("channel", sa.Text(), nullable=False, server_default="telegram"))
    op.add_column("cases", sa.Column("warn_at", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("untold", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE cases SET warn_at = opened_at WHERE closed_at IS NULL")  # the sweep finds out which marks are passed
    op.create_index("ix_cases_assignee_closed_at", "cases", ["assignee", "closed_at"])
    op.create_index("ix_cases_closed_at_target_due", "cases", ["closed_at", "target_due"])
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"])
    op.create_index("ix_cases_untold", "cases", ["untold"])
    op.create_index("ix_cases_warn_at", "cases", ["warn_at"])
    op.add_column("outbox", sa.Column("rank", sa.BigInteger(), nullable=False, server_default="0"))
