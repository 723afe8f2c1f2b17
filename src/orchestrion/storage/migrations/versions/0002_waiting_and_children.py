"""Parked instances, child runbooks, reruns, tests; counters and computer groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from orchestrion.storage.dialect import Id, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("depth", sa.Integer(), server_default="0", nullable=False))
    op.add_column("job", sa.Column("rerun", sa.Text()))
    op.add_column("job", sa.Column("test", sa.Text()))
    op.add_column("instance", sa.Column("wake_at", Instant()))
    child, parked = sa.text("parent_instance_id IS NOT NULL"), sa.text("state = 'parked'")
    op.create_index("ix_job_parent", "job", ["parent_instance_id"], sqlite_where=child, postgresql_where=child)
    op.create_index("ix_instance_parked", "instance", ["wake_at"], sqlite_where=parked, postgresql_where=parked)
    _resources()


def _resources() -> None:
    op.create_table(
        "counter",
        sa.Column("id", Id(), nullable=False),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("folded_path", sa.String(length=2000), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("default_value", sa.Float(), nullable=False),
        sa.Column("minimum", sa.Float()),
        sa.Column("maximum", sa.Float()),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_counter"),
        sa.UniqueConstraint("folded_path", name="uq_counter_folded_path"),
    )
    op.create_table(
        "computer_group",
        sa.Column("id", Id(), nullable=False),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("folded_path", sa.String(length=2000), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_computer_group"),
        sa.UniqueConstraint("folded_path", name="uq_computer_group_folded_path"),
    )


def downgrade() -> None:
    for table in ("computer_group", "counter"):
        op.drop_table(table)
    op.drop_index("ix_instance_parked", "instance")
    op.drop_index("ix_job_parent", "job")
    op.drop_column("instance", "wake_at")
    for column in ("test", "rerun", "depth"):
        op.drop_column("job", column)
