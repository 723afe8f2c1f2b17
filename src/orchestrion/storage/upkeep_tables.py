"""Tables of the maintenance; as `tables.py`, of which they are a part."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table

from orchestrion.storage.dialect import Id, Instant, LongText
from orchestrion.storage.tables import NAME, metadata

#: Maintenance duties: when each is due, how its last run went, and what people want of it.
duty = Table(
    "duty",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("stopped", Boolean, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),  # null while it runs, or when the process died that ran it
    Column("server", String(NAME)),
    Column("figures", LongText),  # what the last run that came to its end did, as JSON
    Column("error", LongText),  # of the last run
    Column("failed_at", Instant),  # the last time there was an error, with that error
    Column("last_error", LongText),
    Column("wanted", LongText),  # a run that somebody asked for, as JSON
)

#: How many instances and jobs of a runbook ended in some minutes, by outcome and by how long they took.
run_count = Table(
    "run_count",
    metadata,
    Column("starts_at", Instant, primary_key=True),
    Column("seconds", Integer, primary_key=True, autoincrement=False),  # how long these minutes are
    Column("runbook_id", Id, primary_key=True),
    Column("subject", String(20), primary_key=True),
    Column("outcome", String(20), primary_key=True),
    Column("duration", Integer, primary_key=True, autoincrement=False),  # index into model.statistics.DURATIONS
    Column("count", BigInteger, nullable=False),
)
