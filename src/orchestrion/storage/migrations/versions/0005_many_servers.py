"""Many servers: priorities and turns between runbooks, and stops whose way can be seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from orchestrion.storage.dialect import Id, Instant, LongText

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: Columns by table. Every NOT NULL one has a default, so that rows from before stay valid.
_COLUMNS: dict[str, list[sa.Column[object]]] = {
    "runbook": [sa.Column("last_turn", sa.BigInteger(), nullable=False, server_default="0")],
    "job": [
        sa.Column("trace_context", sa.String(55)),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("stop_level", sa.String(20)),
        sa.Column("stop_requested_at", Instant()),
        sa.Column("stop_acknowledged_at", Instant()),
        sa.Column("restored", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    ],
    "instance": [
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("turn", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("restored", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    ],
    "server": [sa.Column("lease_seconds", sa.Float(), nullable=False, server_default="15")],
    "lease": [sa.Column("token", Id())],
    "installation": [
        sa.Column("incarnation_number", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("incarnation_since", Instant()),
        sa.Column("incarnation_reason", LongText()),
        sa.Column("database_identity", sa.String(60)),
        sa.Column("timeline", sa.Integer()),
        sa.Column("is_synchronous", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    ],
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)


def downgrade() -> None:
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)
