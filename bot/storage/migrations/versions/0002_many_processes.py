"""For many processes on one database: names unique by the database, lanes and due work found without sorting."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From 0001."""
    op.drop_index("ix_accounts_name_index", "accounts")
    op.create_index("ix_accounts_name_index", "accounts", ["name_index"], unique=True)
    op.create_index("ix_inbox_lane_state_id", "inbox", ["lane", "state", "id"])
    op.drop_index("ix_outbox_lane_id", "outbox")
    op.create_index("ix_outbox_lane_state_id", "outbox", ["lane", "state", "id"])
    op.drop_index("ix_work_state_due_at", "work")
    op.create_index("ix_work_state_due_at_id", "work", ["state", "due_at", "id"])
    op.drop_index("ix_work_kind_ref", "work")  # PostgreSQL without statistics read all of a kind through it
    op.create_index("ix_work_ref_kind", "work", ["ref", "kind"])
