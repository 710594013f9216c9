"""For the clocks of a case: where it is from, its pauses, and when the sweep must look at it again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """From 0003."""
    op.add_column("cases", sa.Column("jurisdiction", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("pauses", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("cases", sa.Column("look_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE cases SET look_at = opened_at WHERE closed_at IS NULL")  # the sweep finds out what is due
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"])
    op.create_index("ix_cases_look_at", "cases", ["look_at"])
