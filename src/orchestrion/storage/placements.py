"""Where jobs may run, as rows that never change: equal placements are one row (model/assignment.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Insert, bindparam, select, update
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from orchestrion.model.assignment import Placement, Policy, needed_types
from orchestrion.model.ids import derived_id
from orchestrion.model.values import Json
from orchestrion.ports.runs import JobRecord
from orchestrion.storage.dialect import insert_or_ignore
from orchestrion.storage.rows import job_values, json_text
from orchestrion.storage.tables import job, placement, runbook_version

#: The placement of the version, where the job may run on the same servers.
_OF_VERSION = (
    select(runbook_version.c.placement_id)
    .join(placement, placement.c.id == runbook_version.c.placement_id)
    .where(
        runbook_version.c.runbook_id == bindparam("of_runbook"),
        runbook_version.c.version == bindparam("of_version"),
        placement.c.servers == bindparam("of_servers"),
    )
    .scalar_subquery()
)


def store_placement(connection: Connection, wanted: Placement) -> str:
    """The id of the placement's row, which is made when there is none."""
    types = json_text(sorted(wanted.types))
    servers, policy = json_text(wanted.servers), wanted.policy and wanted.policy.value
    new_id = derived_id("placement", servers, types, policy or "")
    row = {"id": new_id, "servers": servers, "types": types, "policy": policy}
    connection.execute(insert_or_ignore(connection, placement), row)
    return new_id


def placement_of_document(document: Mapping[str, Json], servers: Sequence[str] | None = None) -> Placement:
    """Where a runbook document says that it runs; on other servers where they are given."""
    found = document.get("settings")
    settings: Mapping[str, Json] = found if isinstance(found, Mapping) else {}
    listed, policy = settings.get("servers"), settings.get("assignment")
    own = [str(each) for each in listed] if isinstance(listed, (list, tuple)) else []
    return Placement(
        tuple(own if servers is None else servers),
        needed_types(document),
        Policy(policy) if isinstance(policy, str) and policy else None,
    )


def read_placements(connection: Connection, ids: Iterable[str]) -> dict[str, Placement]:
    """Placements by id."""
    query = select(placement).where(placement.c.id.in_(list(ids)))
    return {
        row["id"]: Placement(
            tuple(from_json(row["servers"])),
            frozenset(from_json(row["types"])),
            Policy(row["policy"]) if row["policy"] else None,
        )
        for row in connection.execute(query).mappings()
    }


def store_job(connection: Connection, new: JobRecord, instance_limit: int) -> str | None:
    """Stores a job with its placement, and gives the placement's id.

    None when a job with its id or its idempotency key is there: nothing is changed then.
    """
    values = job_values(new)
    wanted = {"of_runbook": new.runbook_id, "of_version": new.version, "of_servers": values["servers"]}
    found = connection.execute(
        _placing(insert_or_ignore(connection, job)), {**values, **wanted, "instance_limit": instance_limit}
    ).one_or_none()
    if found is None:
        return None
    placement_id: str | None = found.placement_id
    if placement_id is None or new.test is not None:
        placement_id = _placed(connection, new)
        connection.execute(update(job).where(job.c.id == new.id).values(placement_id=placement_id))
    return placement_id


@cache
def _placing(stored: PostgresInsert | SqliteInsert) -> Insert:
    """The insert of a job that finds its placement itself; made once for each database."""
    return stored.values(placement_id=_OF_VERSION).returning(job.c.placement_id)


def _placed(connection: Connection, new: JobRecord) -> str:
    """The placement of a job that differs from its version's, or whose version is from before placements."""
    draft = new.test.get("document") if new.test else None
    if isinstance(draft, Mapping):
        return store_placement(connection, placement_of_document(draft, new.servers))
    of_version = (
        runbook_version.c.runbook_id == new.runbook_id,
        runbook_version.c.version == new.version,
    )
    text = connection.scalar(select(runbook_version.c.document).where(*of_version))
    document: dict[str, Any] = {} if text is None else from_json(text)
    own = store_placement(connection, placement_of_document(document))
    connection.execute(
        update(runbook_version).where(*of_version, runbook_version.c.placement_id.is_(None)).values(placement_id=own)
    )
    return store_placement(connection, placement_of_document(document, new.servers))
