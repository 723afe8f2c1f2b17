"""Every table of the orchestration database.

Keys are uuid7 unless said otherwise; history has no foreign keys into it, so that retention deletes by instance alone
(durability.md 8).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    literal_column,
    text,
)

from orchestrion.storage.dialect import Id, Instant, LongText

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NAME, PATH = 200, 2000  # characters

#: One row: which installation this is, and a sealed text that tells whether the master key fits.
installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("incarnation", Id, nullable=False),
    Column("key_check", LongText, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("incarnation_number", Integer, nullable=False, server_default="1"),  # durability.md 8
    Column("incarnation_since", Instant),
    Column("incarnation_reason", LongText),
    Column("database_identity", String(60)),  # of the cluster and the schema in it, or of a SQLite file's stamp
    Column("timeline", Integer),  # of a PostgreSQL cluster
    Column("is_synchronous", Boolean, nullable=False, server_default=text("false")),  # a standby has every commit
)

# access ------------------------------------------------------------------------------------------------------

user = Table(
    "user_account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(NAME), nullable=False),
    Column("folded_name", String(NAME), nullable=False, unique=True),
    Column("display_name", String(NAME), nullable=False),
    Column("password_hash", String(300), nullable=False),
    Column("role", String(40), nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("id", String(64), primary_key=True),  # hash of the cookie's secret
    Column("user_id", Id, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf_token", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(NAME), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("user_name", String(NAME), nullable=False),
    Column("action", String(60), nullable=False),
    Column("object_type", String(40), nullable=False),
    Column("object_id", String(60), nullable=False),
    Column("object_name", String(PATH), nullable=False),
    Column("details", LongText, nullable=False),
    Column("origin", String(100), nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("type", String(20), nullable=False),
    Column("summary", String(200), nullable=False),
    Column("details", String(2000), nullable=False),
    Column("source", String(NAME), nullable=False),
    Column("job_id", Id),
    Column("instance_id", Id),
    Column("runbook_name", String(NAME)),
)
#: Ids of events that runs raise follow from what they tell of, so that they say nothing about time.
Index("ix_event_at", event.c.at, event.c.id)

# authoring ---------------------------------------------------------------------------------------------------

folder = Table(
    "folder",
    metadata,
    Column("id", Id, primary_key=True),
    Column("parent_id", Id, ForeignKey("folder.id")),
    Column("name", String(NAME), nullable=False),
    Column("path", String(PATH), nullable=False),
    Column("folded_path", String(PATH), nullable=False, unique=True),
    Column("retention", LongText),  # what is kept of the runs below it, as JSON; that of its parent where it is null
)

runbook = Table(
    "runbook",
    metadata,
    Column("id", Id, primary_key=True),
    Column("folder_id", Id, ForeignKey("folder.id"), nullable=False, index=True),
    Column("name", String(NAME), nullable=False),
    Column("path", String(PATH), nullable=False),
    Column("folded_path", String(PATH), nullable=False),
    Column("description", LongText, nullable=False),
    Column("version", Integer),
    Column("is_monitor", Boolean, nullable=False),
    Column("max_simultaneous_jobs", Integer, nullable=False),
    Column("owner_id", Id),
    Column("owner_name", String(NAME)),
    Column("checked_out_at", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("deleted_at", Instant),
)
Index(
    "uq_runbook_folded_path",
    runbook.c.folded_path,
    unique=True,
    sqlite_where=text("deleted_at IS NULL"),
    postgresql_where=text("deleted_at IS NULL"),
)

runbook_version = Table(
    "runbook_version",
    metadata,
    Column("runbook_id", Id, ForeignKey("runbook.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", LongText, nullable=False),
    Column("checked_in_by", String(NAME), nullable=False),
    Column("checked_in_at", Instant, nullable=False),
    Column("comment", LongText, nullable=False),
    Column("placement_id", Id),  # where it runs unless a start says otherwise; null in versions from before
)

draft = Table(
    "draft",
    metadata,
    Column("runbook_id", Id, ForeignKey("runbook.id"), primary_key=True),
    Column("owner_id", Id, primary_key=True),
    Column("owner_name", String(NAME), nullable=False),
    Column("base_version", Integer),
    Column("revision", Integer, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("document", LongText, nullable=False),
)

variable = Table(
    "variable",
    metadata,
    Column("id", Id, primary_key=True),
    Column("path", String(PATH), nullable=False),
    Column("folded_path", String(PATH), nullable=False, unique=True),
    Column("value", LongText, nullable=False),
    Column("encrypted", Boolean, nullable=False),
    Column("description", LongText, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

#: A number for all runbooks; changed in one statement, so that no change is lost (spec 6.2).
counter = Table(
    "counter",
    metadata,
    Column("id", Id, primary_key=True),
    Column("path", String(PATH), nullable=False),
    Column("folded_path", String(PATH), nullable=False, unique=True),
    Column("value", Float, nullable=False),
    Column("default_value", Float, nullable=False),
    Column("minimum", Float),
    Column("maximum", Float),
    Column("description", LongText, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

#: A named list of computers, `members` as JSON (spec 6.1).
computer_group = Table(
    "computer_group",
    metadata,
    Column("id", Id, primary_key=True),
    Column("path", String(PATH), nullable=False),
    Column("folded_path", String(PATH), nullable=False, unique=True),
    Column("members", LongText, nullable=False),
    Column("description", LongText, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

#: When runbooks may start: `days` and `exceptions` as JSON, `hours` as 6 hexadecimal digits per weekday (spec 6.3).
schedule = Table(
    "schedule",
    metadata,
    Column("id", Id, primary_key=True),
    Column("path", String(PATH), nullable=False),
    Column("folded_path", String(PATH), nullable=False, unique=True),
    Column("description", LongText, nullable=False),
    Column("time_zone", String(NAME), nullable=False),
    Column("days", LongText, nullable=False),
    Column("hours", String(42), nullable=False),
    Column("exceptions", LongText, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

#: What each runbook server announced: one row per server and activity type.
announced_type = Table(
    "announced_type",
    metadata,
    Column("server_id", Id, primary_key=True),
    Column("type_id", String(NAME), primary_key=True),
    Column("pack", String(NAME), nullable=False),
    Column("pack_version", String(60), nullable=False),
    Column("definition", LongText, nullable=False),
)

# servers -----------------------------------------------------------------------------------------------------

server = Table(
    "server",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(NAME), nullable=False, unique=True),
    Column("version", String(60), nullable=False),
    Column("status", String(20), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),  # by the database's clock
    Column("lease_seconds", Float, nullable=False, server_default="15"),  # unheard for so long, it is taken for dead
    Column("machine", String(NAME)),
    Column("process_id", Integer),
    Column("tags", LongText, nullable=False, server_default="[]"),  # as JSON; what the server says of itself
    Column("granted_tags", LongText, nullable=False, server_default="[]"),  # and what its enrolment token says
    Column("monitor_capacity", Integer, nullable=False, server_default="10000"),
    Column("claim_limit", Integer),  # what people allow instead of its capacity
    Column("wanted", String(20), nullable=False, server_default="active"),  # model.resources.Wanted
    Column("wanted_at", Instant),
    Column("hands_on", Boolean, nullable=False, server_default=text("false")),  # draining: what runs goes elsewhere
    Column("credential_hash", String(64)),  # null: from before; empty: it must be enrolled anew
    Column("served_at", Instant),  # when it was last given something that goes round all servers
)

#: Lets servers with unknown names in, a few times and for a while; the token itself is shown once.
enrolment_token = Table(
    "enrolment_token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("tags", LongText, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("created_by", String(NAME), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

#: Where something may run: the id follows from the content, so that equal ones are one row, which never changes.
placement = Table(
    "placement",
    metadata,
    Column("id", Id, primary_key=True),
    Column("servers", LongText, nullable=False),  # names and tags of servers as JSON; none: the global list
    Column("types", LongText, nullable=False),  # the activity types that it needs, as JSON
    Column("policy", String(20)),  # model.assignment.Policy; null: the global one
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("holder", String(NAME), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),  # by the database's clock
    Column("token", Id),  # of this grant, drawn anew for each
)

# runs --------------------------------------------------------------------------------------------------------

job = Table(
    "job",
    metadata,
    Column("id", Id, primary_key=True),
    Column("runbook_id", Id, nullable=False),
    Column("runbook_name", String(NAME), nullable=False),
    Column("runbook_path", String(PATH), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("is_monitor", Boolean, nullable=False),
    Column("parameters", LongText, nullable=False),
    Column("servers", LongText, nullable=False),
    Column("admitted", Boolean, nullable=False),  # within the runbook's limit: its instance or monitor exists
    Column("created_by_id", Id, nullable=False),
    Column("created_by_name", String(NAME), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("server_id", Id),
    Column("instance_count", Integer, nullable=False),
    Column("latest_instance_id", Id),
    Column("instance_limit", Integer, nullable=False),  # of a monitor: how many instances at once
    Column("returned", LongText),
    Column("error", LongText),
    Column("reason", LongText),
    Column("idempotency_key", String(200), unique=True),
    Column("parent_job_id", Id),
    Column("parent_instance_id", Id),
    Column("parent_key", String(60)),
    Column("predecessor_id", Id),  # the monitor job whose cursor this one goes on from
    Column("depth", Integer, nullable=False, server_default="0"),  # how many runbooks invoked each other to get here
    Column("rerun", LongText),  # which ended instance it repeats and from where, as JSON
    Column("priority", Integer, nullable=False, server_default="0"),  # higher first, between jobs of all runbooks
    Column("queue_place", BigInteger, nullable=False, server_default="0"),  # in its runbook's queue: lowest first
    Column("placement_id", Id),  # null in jobs from before
    Column("stop_level", String(20)),  # model.job.StopLevel, once somebody has asked for a stop
    Column("stop_requested_at", Instant),
    Column("stop_acknowledged_at", Instant),  # a server has begun to stop it
    Column("restored", Boolean, nullable=False, server_default=text("false")),  # held by a new incarnation
    Column("trace_context", String(55)),  # the W3C traceparent of whoever asked for it, or of the parent's execution
    Column("test", LongText),  # the draft under test and its breakpoints, as JSON; ordinary jobs have none
    Column("kept", Boolean, nullable=False, server_default=text("false")),  # no purge takes it
)
#: Word for word the conditions of the partial indexes: with a parameter in its place a database would read every row.
IS_ACTIVE = text("job.status IN ('pending', 'running', 'waiting', 'stopping', 'held')")
IS_ADMITTED = text("job.status IN ('pending', 'running', 'waiting', 'stopping', 'held') AND job.admitted")
IS_QUEUED = text("job.status = 'pending' AND NOT job.admitted")
_JOB_ACTIVE = text("status IN ('pending', 'running', 'waiting', 'stopping', 'held')")
Index("ix_job_active", job.c.runbook_id, job.c.id, sqlite_where=_JOB_ACTIVE, postgresql_where=_JOB_ACTIVE)
_JOB_ADMITTED = text("status IN ('pending', 'running', 'waiting', 'stopping', 'held') AND admitted")
Index("ix_job_admitted", job.c.runbook_id, sqlite_where=_JOB_ADMITTED, postgresql_where=_JOB_ADMITTED)
_JOB_QUEUED = text("status = 'pending' AND NOT admitted")
Index(
    "ix_job_queued",
    job.c.runbook_id,
    job.c.queue_place,
    job.c.id,
    sqlite_where=_JOB_QUEUED,
    postgresql_where=_JOB_QUEUED,
)
Index("ix_job_runbook", job.c.runbook_id, job.c.id)
_HAS_ENDED = text("ended_at IS NOT NULL")
Index("ix_job_ended", job.c.ended_at, job.c.id, sqlite_where=_HAS_ENDED, postgresql_where=_HAS_ENDED)
Index("ix_job_created", job.c.created_at)
_JOB_RERUN = text("rerun IS NOT NULL")
Index("ix_job_rerun", job.c.status, sqlite_where=_JOB_RERUN, postgresql_where=_JOB_RERUN)
_JOB_CHILD = text("parent_instance_id IS NOT NULL")
Index("ix_job_parent", job.c.parent_instance_id, sqlite_where=_JOB_CHILD, postgresql_where=_JOB_CHILD)

#: The unit that a runbook server claims. The ready and the owned ones have small indexes of their own.
instance = Table(
    "instance",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, nullable=False),
    Column("runbook_id", Id, nullable=False),
    Column("runbook_name", String(NAME), nullable=False),
    Column("runbook_path", String(PATH), nullable=False),
    Column("version", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("server_id", Id),
    Column("lease", Id),
    Column("engine_level", Integer, nullable=False),
    Column("journal_format", Integer, nullable=False),
    Column("takeovers", Integer, nullable=False),  # in a row, without progress of the journal
    Column("takeover_sequence", Integer, nullable=False),  # where the journal stood at the last one
    Column("eligible", LongText, nullable=False),  # names of the servers that may run it as |a|b|, or empty
    Column("trigger", LongText),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("returned", LongText),
    Column("error", LongText),
    Column("reason", LongText),
    Column("priority", Integer, nullable=False, server_default="0"),  # its job's
    Column("turn", BigInteger, nullable=False, server_default="0"),  # lowest first, between all runbooks (turns.py)
    Column("placement_id", Id),  # its job's
    Column("restored", Boolean, nullable=False, server_default=text("false")),  # held by a new incarnation
    Column("wake_at", Instant),  # of a parked one: when its next timer is due; none waits for its inbox alone
)
#: As those of jobs.
IS_OPEN = text("instance.state <> 'ended'")
IS_READY = instance.c.state == literal_column("'ready'")
IS_OWNED = instance.c.state == literal_column("'owned'")
IS_PARKED = instance.c.state == literal_column("'parked'")
_PARKED = text("state = 'parked'")
Index("ix_instance_parked", instance.c.wake_at, sqlite_where=_PARKED, postgresql_where=_PARKED)
_READY, _OWNED = text("state = 'ready'"), text("state = 'owned'")
Index("ix_instance_ready", instance.c.turn, instance.c.id, sqlite_where=_READY, postgresql_where=_READY)
#: For the turns of new ones: the first of a priority, and the last of a runbook in it.
Index("ix_instance_ready_first", instance.c.priority, instance.c.turn, sqlite_where=_READY, postgresql_where=_READY)
Index(
    "ix_instance_ready_last",
    instance.c.runbook_id,
    instance.c.priority,
    instance.c.turn,
    sqlite_where=_READY,
    postgresql_where=_READY,
)
Index("ix_instance_owned", instance.c.server_id, sqlite_where=_OWNED, postgresql_where=_OWNED)
_ACTIVE = text("state <> 'ended'")
Index("ix_instance_active", instance.c.job_id, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
Index("ix_instance_job", instance.c.job_id, instance.c.number)
Index("ix_instance_runbook", instance.c.runbook_id, instance.c.id)
Index("ix_instance_ended", instance.c.ended_at, instance.c.id, sqlite_where=_HAS_ENDED, postgresql_where=_HAS_ENDED)

#: A finished execution: the row is the journal entry and is never updated.
execution = Table(
    "execution",
    metadata,
    Column("instance_id", Id, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False, unique=True),
    Column("activity_id", String(64), nullable=False),
    Column("key", String(60), nullable=False),
    Column("status", String(20), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("effect", String(20), nullable=False),
    Column("pack_version", String(60), nullable=False),
    Column("server", String(NAME), nullable=False),
    Column("process_id", Integer, nullable=False),
    Column("offset_seconds", Integer, nullable=False),
    Column("digest", String(8), nullable=False),
    Column("error", LongText, nullable=False),
    Column("inputs", LongText, nullable=False),
    Column("records", LongText, nullable=False),
    Column("evidence", LongText),
)

#: Every other journal entry, with the same sequence (durability.md 2).
signal = Table(
    "signal",
    metadata,
    Column("instance_id", Id, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Column("digest", String(8)),
    Column("payload", LongText, nullable=False),
)

#: The state of a long run at some signal, so that replay is bounded.
snapshot = Table(
    "snapshot",
    metadata,
    Column("instance_id", Id, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("format", Integer, nullable=False),
    Column("state", LongText, nullable=False),
)

#: Signals from outside, inserted in the transaction of their cause, removed in the one that journals them.
inbox = Table(
    "inbox",
    metadata,
    Column("instance_id", Id, primary_key=True),
    Column("message_id", String(100), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("due", Instant, nullable=False),
    Column("payload", LongText, nullable=False),
)

doubt = Table(
    "doubt",
    metadata,
    Column("execution_id", Id, primary_key=True),
    Column("instance_id", Id, nullable=False, index=True),
    Column("job_id", Id, nullable=False),
    Column("runbook_name", String(NAME), nullable=False),
    Column("activity_id", String(64), nullable=False),
    Column("key", String(60), nullable=False),
    Column("effect", String(20), nullable=False),
    Column("since", Instant, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("inputs", LongText, nullable=False),
    Column("evidence", LongText),
    Column("answer", String(20)),
    Column("answered_by", String(NAME)),
    Column("answered_at", Instant),
)

#: An armed monitor: its lease row, one per job (durability.md 2).
monitor = Table(
    "monitor",
    metadata,
    Column("job_id", Id, primary_key=True),
    Column("state", String(20), nullable=False),  # ready, owned, stopping, ended; held by a new incarnation
    Column("server_id", Id),
    Column("lease", Id),
    Column("cursor", LongText),
    Column("armed_at", Instant),
    Column("error", LongText),  # why its activity failed the last time
    Column("failed_at", Instant),
    Column("waiting", Integer, nullable=False, server_default="0"),  # stored triggers that wait for their turn
    Column("waiting_limit", Integer, nullable=False, server_default="10000"),  # and from so many on it is flooded
    Column("drops", Boolean, nullable=False, server_default=text("false")),  # when flooded; otherwise it pauses
    Column("flooded_at", Instant),
    Column("dropped", BigInteger, nullable=False, server_default="0"),  # in all floods
    Column("failures", Integer, nullable=False, server_default="0"),  # of its instances in a row
    Column("failure_limit", Integer, nullable=False, server_default="10"),  # then quarantine; 0: never
    Column("quarantined_at", Instant),
    Column("quarantine_reason", LongText),
)
Index("ix_monitor_state", monitor.c.state, monitor.c.server_id)

#: What monitors saw. Without an outcome it waits for its turn, or runs when it has an instance.
trigger = Table(
    "trigger_seen",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, nullable=False),
    Column("key", String(500), nullable=False),
    Column("at", Instant, nullable=False),
    Column("published", LongText, nullable=False),
    Column("instance_id", Id),
    Column("outcome", String(20)),  # how its instance ended; dropped, discarded, or refused
    Column("error", LongText),  # why it was refused
    Column("number", Integer, nullable=False, server_default="1"),  # how many were dropped in one flood
    Column("retries", Integer, nullable=False, server_default="0"),  # that people asked for
    Column("retried_at", Instant),
    UniqueConstraint("job_id", "key"),
)
_WAITING = text("instance_id IS NULL AND outcome IS NULL")
Index("ix_trigger_waiting", trigger.c.job_id, trigger.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
_RUNNING = text("instance_id IS NOT NULL AND outcome IS NULL")
Index("ix_trigger_running", trigger.c.job_id, trigger.c.id, sqlite_where=_RUNNING, postgresql_where=_RUNNING)
Index("ix_trigger_job", trigger.c.job_id, trigger.c.id)
_NO_SUCCESS = text("outcome <> 'success'")
Index("ix_trigger_outcome", trigger.c.outcome, trigger.c.id, sqlite_where=_NO_SUCCESS, postgresql_where=_NO_SUCCESS)
Index(
    "ix_trigger_job_outcome",
    trigger.c.job_id,
    trigger.c.outcome,
    trigger.c.id,
    sqlite_where=_NO_SUCCESS,
    postgresql_where=_NO_SUCCESS,
)

# upkeep ------------------------------------------------------------------------------------------------------

#: What holds for the whole installation and people change while it runs, `value` as JSON.
setting = Table(
    "setting",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", LongText, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

#: Which releases can work on a schema: each migration says the oldest revision whose release still can (decision 0015).
schema_support = Table(
    "schema_support",
    metadata,
    Column("revision", String(32), primary_key=True),
    Column("oldest", String(32), nullable=False),
)
