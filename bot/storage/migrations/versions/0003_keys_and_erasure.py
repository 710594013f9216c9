"""Rotation of data keys, the head of the epochs, and the certificates of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From 0002."""
    op.add_column("subject_keys", sa.Column("previous", sa.LargeBinary(), nullable=True))
    op.create_table(
        "epoch_heads",
        sa.Column("id", sa.String(160), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.String(160), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
