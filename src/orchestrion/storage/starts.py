"""How a job comes into the database: with its first instance where it may start at once, else it queues (spec 5.2)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection
from uuid_utils import uuid7

from orchestrion.ports.runs import JobRecord
from orchestrion.storage.admission import add_first_instance, admit, free_turn
from orchestrion.storage.placements import store_job


def start_job(connection: Connection, new: JobRecord, instance_limit: int = 1) -> JobRecord | None:
    """Stores a job and admits it, unless one with its id or its idempotency key is there.

    Gives the job as it is now where it starts at once, which needs no further look; None says nothing about it.
    """
    turn = None if new.is_monitor else free_turn(connection, new)
    if turn is None:
        if store_job(connection, new, instance_limit) is not None:
            admit(connection, new.runbook_id, new.created_at)
        return None
    started = replace(new, instance_count=1, latest_instance_id=str(uuid7()))
    placement_id = store_job(connection, started, instance_limit)
    if placement_id is None:
        return None
    add_first_instance(connection, started, placement_id, turn)
    return started
