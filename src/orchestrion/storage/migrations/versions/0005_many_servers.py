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
    "runbook_version": [sa.Column("placement_id", Id())],
    "job": [
        sa.Column("trace_context", sa.String(55)),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("queue_place", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("placement_id", Id()),
        sa.Column("stop_level", sa.String(20)),
        sa.Column("stop_requested_at", Instant()),
        sa.Column("stop_acknowledged_at", Instant()),
        sa.Column("restored", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    ],
    "folder": [sa.Column("retention", LongText())],
    "instance": [
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("turn", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("placement_id", Id()),
        sa.Column("restored", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    ],
    "monitor": [
        sa.Column("armed_at", Instant()),
        sa.Column("error", LongText()),
        sa.Column("failed_at", Instant()),
        sa.Column("waiting", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("waiting_limit", sa.Integer(), nullable=False, server_default="10000"),
        sa.Column("drops", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("flooded_at", Instant()),
        sa.Column("dropped", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failure_limit", sa.Integer(), nullable=False, server_default="10"),
        sa.Column("quarantined_at", Instant()),
        sa.Column("quarantine_reason", LongText()),
    ],
    "trigger_seen": [
        sa.Column("outcome", sa.String(20)),
        sa.Column("error", LongText()),
        sa.Column("number", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("retries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("retried_at", Instant()),
    ],
    "server": [
        sa.Column("lease_seconds", sa.Float(), nullable=False, server_default="15"),
        sa.Column("machine", sa.String(200)),
        sa.Column("process_id", sa.Integer()),
        sa.Column("tags", LongText(), nullable=False, server_default="[]"),
        sa.Column("granted_tags", LongText(), nullable=False, server_default="[]"),
        sa.Column("monitor_capacity", sa.Integer(), nullable=False, server_default="10000"),
        sa.Column("claim_limit", sa.Integer()),
        sa.Column("wanted", sa.String(20), nullable=False, server_default="active"),
        sa.Column("wanted_at", Instant()),
        sa.Column("hands_on", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("credential_hash", sa.String(64)),
        sa.Column("served_at", Instant()),
    ],
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


#: Indexes of triggers: name, columns, condition.
_OF_TRIGGERS = (
    ("ix_trigger_waiting", ["job_id", "id"], "instance_id IS NULL AND outcome IS NULL"),
    ("ix_trigger_running", ["job_id", "id"], "instance_id IS NOT NULL AND outcome IS NULL"),
    ("ix_trigger_job", ["job_id", "id"], None),
    ("ix_trigger_outcome", ["outcome", "id"], "outcome <> 'success'"),
    ("ix_trigger_job_outcome", ["job_id", "outcome", "id"], "outcome <> 'success'"),
)
#: How the instances of triggers from before ended, and which were left when their job was stopped.
_OUTCOMES = (
    """UPDATE trigger_seen SET outcome = (SELECT status FROM instance WHERE instance.id = trigger_seen.instance_id)
    WHERE instance_id IN (SELECT id FROM instance WHERE state = 'ended')""",
    """UPDATE trigger_seen SET outcome = 'canceled'
    WHERE instance_id IS NULL AND job_id IN (SELECT id FROM job WHERE status = 'canceled')""",
)
#: Partial indexes, all on what has ended: (name, table, columns).
_ENDED = (("ix_instance_ended", "instance", ["ended_at", "id"]), ("ix_job_ended", "job", ["ended_at", "id"]))
_TABLES: dict[str, list[sa.Column[object]]] = {
    "schema_support": [
        sa.Column("revision", sa.String(32), primary_key=True),
        sa.Column("oldest", sa.String(32), nullable=False),
    ],
    "setting": [
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("value", LongText(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
    ],
    "duty": [
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("started_at", Instant()),
        sa.Column("ended_at", Instant()),
        sa.Column("server", sa.String(200)),
        sa.Column("figures", LongText()),
        sa.Column("error", LongText()),
        sa.Column("failed_at", Instant()),
        sa.Column("last_error", LongText()),
        sa.Column("wanted", LongText()),
    ],
    "enrolment_token": [
        sa.Column("id", Id(), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("tags", LongText(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant()),
    ],
    "placement": [
        sa.Column("id", Id(), primary_key=True),
        sa.Column("servers", LongText(), nullable=False),
        sa.Column("types", LongText(), nullable=False),
        sa.Column("policy", sa.String(20)),
    ],
    "run_count": [
        sa.Column("starts_at", Instant(), primary_key=True),
        sa.Column("seconds", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("runbook_id", Id(), primary_key=True),
        sa.Column("subject", sa.String(20), primary_key=True),
        sa.Column("outcome", sa.String(20), primary_key=True),
        sa.Column("duration", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
    ],
}
#: Indexes that order what waits: name, table, columns, condition.
_ORDERS = (
    ("ix_job_queued", "job", ["runbook_id", "queue_place", "id"], "status = 'pending' AND NOT admitted"),
    ("ix_instance_ready", "instance", ["turn", "id"], "state = 'ready'"),
    ("ix_instance_ready_first", "instance", ["priority", "turn"], "state = 'ready'"),
    ("ix_instance_ready_last", "instance", ["runbook_id", "priority", "turn"], "state = 'ready'"),
)
#: Those of them that were there before: name, table, columns, condition.
_ORDERS_BEFORE = (
    ("ix_job_queued", "job", ["runbook_id", "id"], "status = 'pending' AND NOT admitted"),
    ("ix_instance_ready", "instance", ["id"], "state = 'ready'"),
)


def _order(orders: tuple[tuple[str, str, list[str], str], ...]) -> None:
    for name, table, names, condition in orders:
        where = sa.text(condition)
        op.create_index(name, table, names, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    for table, columns in _TABLES.items():
        op.create_table(table, *columns)
    has_ended = sa.text("ended_at IS NOT NULL")
    for name, table, names in _ENDED:
        op.create_index(name, table, names, sqlite_where=has_ended, postgresql_where=has_ended)
    op.create_index("ix_job_created", "job", ["created_at"])
    is_admitted = sa.text("status IN ('pending', 'running', 'waiting', 'stopping', 'held') AND admitted")
    op.create_index("ix_job_admitted", "job", ["runbook_id"], sqlite_where=is_admitted, postgresql_where=is_admitted)
    for name, table, _, _ in _ORDERS_BEFORE:
        op.drop_index(name, table)
    _order(_ORDERS)
    op.drop_index("ix_trigger_waiting", "trigger_seen")
    for statement in _OUTCOMES:
        op.execute(statement)
    for name, names, condition in _OF_TRIGGERS:
        where = None if condition is None else sa.text(condition)
        op.create_index(name, "trigger_seen", names, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_monitor_state", "monitor", ["state", "server_id"])
    is_rerun = sa.text("rerun IS NOT NULL")
    op.create_index("ix_job_rerun", "job", ["status"], sqlite_where=is_rerun, postgresql_where=is_rerun)
    op.execute("INSERT INTO schema_support (revision, oldest) VALUES ('0005', '0004')")


def downgrade() -> None:
    for name, table, _, _ in _ORDERS:
        op.drop_index(name, table)
    _order(_ORDERS_BEFORE)
    op.drop_index("ix_monitor_state", "monitor")
    for name, _, _ in _OF_TRIGGERS:
        op.drop_index(name, "trigger_seen")
    waiting = sa.text("instance_id IS NULL")
    op.create_index(
        "ix_trigger_waiting", "trigger_seen", ["job_id", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.drop_index("ix_job_rerun", "job")
    op.drop_index("ix_job_admitted", "job")
    op.drop_index("ix_job_created", "job")
    for name, table, _ in _ENDED:
        op.drop_index(name, table)
    for table in _TABLES:
        op.drop_table(table)
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)
