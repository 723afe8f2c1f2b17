"""Platform events in the order of time."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_at", "event", ["at", "id"])


def downgrade() -> None:
    op.drop_index("ix_event_at", "event")
