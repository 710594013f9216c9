"""For the sweeps: what is due is found by an index."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """From 0006."""
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"])
    op.create_index("ix_slots_at", "slots", ["at"])
    op.create_index("ix_link_tokens_expires_at", "link_tokens", ["expires_at"])
    op.create_index("ix_download_links_expires_at", "download_links", ["expires_at"])
    op.create_index("ix_tallies_day", "tallies", ["day"])
    op.create_index("ix_packages_destroyed_at_expires_at", "packages", ["destroyed_at", "expires_at"])
    op.drop_index("ix_packages_expires_at", "packages")
