"""Schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from orchestrion.storage.dialect import Id, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", Id(), nullable=False),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("folded_path", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=200), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("hours", sa.String(length=42), nullable=False),
        sa.Column("exceptions", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schedule"),
        sa.UniqueConstraint("folded_path", name="uq_schedule_folded_path"),
    )


def downgrade() -> None:
    op.drop_table("schedule")
