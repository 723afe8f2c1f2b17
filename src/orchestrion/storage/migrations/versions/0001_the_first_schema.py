"""The first schema: identity, journal, inbox, fencing and triggers as durability.md asks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from orchestrion.storage.dialect import Id, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _access()
    _authoring()
    _servers()
    _runs()
    _journal()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _access() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("incarnation", Id(), nullable=False),
        sa.Column("key_check", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded_name", sa.String(length=200), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("folded_name", name="uq_user_account_folded_name"),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_session_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    op.create_index("ix_session_user_id", "session", ["user_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_api_token_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("hash", name="uq_api_token_hash"),
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", Id(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=60), nullable=False),
        sa.Column("object_name", sa.String(length=2000), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "event",
        sa.Column("id", Id(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("details", sa.String(length=2000), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("job_id", Id(), nullable=True),
        sa.Column("instance_id", Id(), nullable=True),
        sa.Column("runbook_name", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )


def _authoring() -> None:
    op.create_table(
        "folder",
        sa.Column("id", Id(), nullable=False),
        sa.Column("parent_id", Id(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("folded_path", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["folder.id"], name="fk_folder_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_folder"),
        sa.UniqueConstraint("folded_path", name="uq_folder_folded_path"),
    )
    op.create_table(
        "runbook",
        sa.Column("id", Id(), nullable=False),
        sa.Column("folder_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("folded_path", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("is_monitor", sa.Boolean(), nullable=False),
        sa.Column("max_simultaneous_jobs", sa.Integer(), nullable=False),
        sa.Column("owner_id", Id(), nullable=True),
        sa.Column("owner_name", sa.String(length=200), nullable=True),
        sa.Column("checked_out_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["folder_id"], ["folder.id"], name="fk_runbook_folder_id"),
        sa.PrimaryKeyConstraint("id", name="pk_runbook"),
    )
    op.create_index("ix_runbook_folder_id", "runbook", ["folder_id"], unique=False)
    op.create_index(
        "uq_runbook_folded_path",
        "runbook",
        ["folded_path"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "runbook_version",
        sa.Column("runbook_id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("checked_in_by", sa.String(length=200), nullable=False),
        sa.Column("checked_in_at", Instant(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["runbook_id"], ["runbook.id"], name="fk_runbook_version_runbook_id"),
        sa.PrimaryKeyConstraint("runbook_id", "version", name="pk_runbook_version"),
    )
    op.create_table(
        "draft",
        sa.Column("runbook_id", Id(), nullable=False),
        sa.Column("owner_id", Id(), nullable=False),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["runbook_id"], ["runbook.id"], name="fk_draft_runbook_id"),
        sa.PrimaryKeyConstraint("runbook_id", "owner_id", name="pk_draft"),
    )
    op.create_table(
        "variable",
        sa.Column("id", Id(), nullable=False),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("folded_path", sa.String(length=2000), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("encrypted", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_variable"),
        sa.UniqueConstraint("folded_path", name="uq_variable_folded_path"),
    )
    op.create_table(
        "announced_type",
        sa.Column("server_id", Id(), nullable=False),
        sa.Column("type_id", sa.String(length=200), nullable=False),
        sa.Column("pack", sa.String(length=200), nullable=False),
        sa.Column("pack_version", sa.String(length=60), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("server_id", "type_id", name="pk_announced_type"),
    )


def _servers() -> None:
    op.create_table(
        "server",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_server"),
        sa.UniqueConstraint("name", name="uq_server_name"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "monitor",
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("server_id", Id(), nullable=True),
        sa.Column("lease", Id(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name="pk_monitor"),
    )
    op.create_table(
        "trigger_seen",
        sa.Column("id", Id(), nullable=False),
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("published", sa.Text(), nullable=False),
        sa.Column("instance_id", Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_trigger_seen"),
        sa.UniqueConstraint("job_id", "key", name="uq_trigger_seen_job_id"),
    )
    op.create_index(
        "ix_trigger_waiting",
        "trigger_seen",
        ["job_id", "id"],
        unique=False,
        sqlite_where=sa.text("instance_id IS NULL"),
        postgresql_where=sa.text("instance_id IS NULL"),
    )


def _runs() -> None:
    op.create_table(
        "job",
        sa.Column("id", Id(), nullable=False),
        sa.Column("runbook_id", Id(), nullable=False),
        sa.Column("runbook_name", sa.String(length=200), nullable=False),
        sa.Column("runbook_path", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("is_monitor", sa.Boolean(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("servers", sa.Text(), nullable=False),
        sa.Column("admitted", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", Id(), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("server_id", Id(), nullable=True),
        sa.Column("instance_count", sa.Integer(), nullable=False),
        sa.Column("latest_instance_id", Id(), nullable=True),
        sa.Column("instance_limit", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("parent_job_id", Id(), nullable=True),
        sa.Column("parent_instance_id", Id(), nullable=True),
        sa.Column("parent_key", sa.String(length=60), nullable=True),
        sa.Column("predecessor_id", Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("idempotency_key", name="uq_job_idempotency_key"),
    )
    op.create_index(
        "ix_job_active",
        "job",
        ["runbook_id", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('pending', 'running', 'waiting', 'stopping', 'held')"),
        postgresql_where=sa.text("status IN ('pending', 'running', 'waiting', 'stopping', 'held')"),
    )
    op.create_index(
        "ix_job_queued",
        "job",
        ["runbook_id", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'pending' AND NOT admitted"),
        postgresql_where=sa.text("status = 'pending' AND NOT admitted"),
    )
    op.create_index("ix_job_runbook", "job", ["runbook_id", "id"], unique=False)
    op.create_table(
        "instance",
        sa.Column("id", Id(), nullable=False),
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("runbook_id", Id(), nullable=False),
        sa.Column("runbook_name", sa.String(length=200), nullable=False),
        sa.Column("runbook_path", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("server_id", Id(), nullable=True),
        sa.Column("lease", Id(), nullable=True),
        sa.Column("engine_level", sa.Integer(), nullable=False),
        sa.Column("journal_format", sa.Integer(), nullable=False),
        sa.Column("takeovers", sa.Integer(), nullable=False),
        sa.Column("takeover_sequence", sa.Integer(), nullable=False),
        sa.Column("eligible", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("returned", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
    )
    op.create_index(
        "ix_instance_active",
        "instance",
        ["job_id"],
        unique=False,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index("ix_instance_job", "instance", ["job_id", "number"], unique=False)
    op.create_index(
        "ix_instance_owned",
        "instance",
        ["server_id"],
        unique=False,
        sqlite_where=sa.text("state = 'owned'"),
        postgresql_where=sa.text("state = 'owned'"),
    )
    op.create_index(
        "ix_instance_ready",
        "instance",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index("ix_instance_runbook", "instance", ["runbook_id", "id"], unique=False)


def _journal() -> None:
    op.create_table(
        "execution",
        sa.Column("instance_id", Id(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("activity_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("pack_version", sa.String(length=60), nullable=False),
        sa.Column("server", sa.String(length=200), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column("offset_seconds", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=8), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("records", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("instance_id", "sequence", name="pk_execution"),
        sa.UniqueConstraint("id", name="uq_execution_id"),
    )
    op.create_table(
        "signal",
        sa.Column("instance_id", Id(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("digest", sa.String(length=8), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "sequence", name="pk_signal"),
    )
    op.create_table(
        "snapshot",
        sa.Column("instance_id", Id(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "sequence", name="pk_snapshot"),
    )
    op.create_table(
        "inbox",
        sa.Column("instance_id", Id(), nullable=False),
        sa.Column("message_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "message_id", name="pk_inbox"),
    )
    op.create_table(
        "doubt",
        sa.Column("execution_id", Id(), nullable=False),
        sa.Column("instance_id", Id(), nullable=False),
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("runbook_name", sa.String(length=200), nullable=False),
        sa.Column("activity_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("execution_id", name="pk_doubt"),
    )
    op.create_index("ix_doubt_instance_id", "doubt", ["instance_id"], unique=False)


_TABLES = (
    "doubt",
    "inbox",
    "snapshot",
    "signal",
    "execution",
    "instance",
    "job",
    "trigger_seen",
    "monitor",
    "lease",
    "server",
    "announced_type",
    "variable",
    "draft",
    "runbook_version",
    "runbook",
    "folder",
    "event",
    "audit",
    "api_token",
    "session",
    "user_account",
    "installation",
)
