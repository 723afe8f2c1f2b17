"""What is kept of the past, and deleting the rest in short transactions (ports.RetentionStore)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.selectable import Exists

from orchestrion.model.errors import NotFoundError
from orchestrion.model.job import InstanceState, JobStatus, has_ended
from orchestrion.model.values import Json
from orchestrion.ports.maintenance import Candidate, Candidates, FolderRules, Page, Removed
from orchestrion.storage.admission import ACTIVE
from orchestrion.storage.dialect import is_postgres
from orchestrion.storage.dump import dump_instances
from orchestrion.storage.rows import json_text, optional_json
from orchestrion.storage.tables import (
    doubt,
    event,
    execution,
    folder,
    inbox,
    instance,
    job,
    monitor,
    runbook,
    signal,
    snapshot,
    trigger,
)

_ENDS = [status.value for status in JobStatus if has_ended(status)]
_JOURNAL = (execution, signal)
_COUNTED_UP_TO = 1_000_000  # executions; of more than these PostgreSQL's own estimate is good enough


class SqlRetention:
    """See ports.RetentionStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # rules ---------------------------------------------------------------------------------------------------

    def folders(self) -> list[FolderRules]:
        """See ports.RetentionStore."""
        query = select(folder.c.id, folder.c.path, folder.c.retention).order_by(folder.c.folded_path)
        return [FolderRules(row.id, row.path, optional_json(row.retention)) for row in self._connection.execute(query)]

    def set_rules(self, folder_id: str, rules: Json) -> None:
        """See ports.RetentionStore."""
        stored = None if rules is None else json_text(rules)
        changed = update(folder).where(folder.c.id == folder_id).values(retention=stored)
        if self._connection.execute(changed).rowcount == 0:
            raise NotFoundError("folder", folder_id)

    def folders_of_runbooks(self) -> dict[str, str]:
        """See ports.RetentionStore."""
        query = select(runbook.c.id, folder.c.path).join(folder, folder.c.id == runbook.c.folder_id)
        return dict(self._connection.execute(query).all())

    def keep(self, job_id: str, *, is_kept: bool) -> None:
        """See ports.RetentionStore."""
        changed = update(job).where(job.c.id == job_id).values(kept=is_kept)
        if self._connection.execute(changed).rowcount == 0:
            raise NotFoundError("job", job_id)

    # candidates ----------------------------------------------------------------------------------------------

    def newest(self, runbook_id: str, outcome: str, count: int) -> str | None:
        """See ports.RetentionStore."""
        return self._newest(instance, runbook_id, outcome, count)

    def newest_job(self, runbook_id: str, outcome: str, count: int) -> str | None:
        """See ports.RetentionStore."""
        return self._newest(job, runbook_id, outcome, count)

    def _newest(self, table: Table, runbook_id: str, outcome: str, count: int) -> str | None:
        mine = (table.c.runbook_id == runbook_id) & (table.c.status == outcome)
        query = select(table.c.id).where(mine).order_by(table.c.id.desc()).offset(count - 1).limit(1)
        return self._connection.scalar(query)

    def instances(self, page: Page) -> Candidates:
        """See ports.RetentionStore."""
        last = select(func.max(execution.c.sequence)).where(execution.c.instance_id == instance.c.id).scalar_subquery()
        return self._page(
            select(instance.c.id, instance.c.runbook_id, instance.c.status, instance.c.ended_at, last.label("rows"))
            .outerjoin(job, job.c.id == instance.c.job_id)
            .where(instance.c.ended_at.is_not(None), _is_free(), *_within(instance, page))
            .order_by(instance.c.ended_at, instance.c.id)
            .limit(page.limit),
            page.limit,
        )

    def empty_jobs(self, page: Page) -> Candidates:
        """See ports.RetentionStore."""
        return self._page(
            select(job.c.id, job.c.runbook_id, job.c.status, job.c.ended_at, literal(0).label("rows"))
            .where(job.c.ended_at.is_not(None), _is_empty(), *_within(job, page))
            .order_by(job.c.ended_at, job.c.id)
            .limit(page.limit),
            page.limit,
        )

    def _page(self, query: Select[*tuple[object, ...]], limit: int) -> Candidates:
        rows = self._connection.execute(query).mappings().all()
        wanted = self._taken_over()
        found = [
            Candidate(row["id"], row["runbook_id"], row["status"], row["ended_at"], row["rows"] or 0)
            for row in rows
            if row["id"] not in wanted
        ]
        return Candidates(found, (rows[-1]["ended_at"], rows[-1]["id"]) if len(rows) == limit else None)

    def dump(self, instance_ids: Sequence[str]) -> list[Mapping[str, Json]]:
        """See ports.RetentionStore."""
        return dump_instances(self._connection, instance_ids)

    def _taken_over(self) -> set[str]:
        """The instances whose results a rerun that has not ended takes over."""
        query = select(job.c.rerun).where(job.c.rerun.is_not(None), job.c.status.in_(ACTIVE))
        return {str(from_json(each)["instance_id"]) for each in self._connection.scalars(query)}

    # deleting ------------------------------------------------------------------------------------------------

    def trim(self, instance_ids: Sequence[str], limit: int) -> int:
        """See ports.RetentionStore."""
        deleted = 0
        ids = self._locked(instance_ids)
        for table in _JOURNAL:
            for instance_id in ids:
                if deleted < limit:
                    deleted += self._trim_one(table, instance_id, limit - deleted)
        return deleted

    def _trim_one(self, table: Table, instance_id: str, limit: int) -> int:
        """From the front of the journal on: what is left is still one piece."""
        mine = table.c.instance_id == instance_id
        last = select(table.c.sequence).where(mine).order_by(table.c.sequence).offset(limit - 1).limit(1)
        bound = self._connection.scalar(last)
        rows = delete(table).where(mine) if bound is None else delete(table).where(mine, table.c.sequence <= bound)
        return self._connection.execute(rows).rowcount

    def remove(self, instance_ids: Sequence[str]) -> Removed:
        """See ports.RetentionStore."""
        ids = self._locked(instance_ids)
        if not ids:
            return Removed()
        rows = sum(self._delete(table, table.c.instance_id.in_(ids)) for table in _JOURNAL)
        for table in (snapshot, inbox, doubt):
            self._delete(table, table.c.instance_id.in_(ids))
        gone = delete(instance).where(instance.c.id.in_(ids)).returning(instance.c.job_id)
        jobs = sorted(set(self._connection.scalars(gone)))
        short = select(job.c.id).where(job.c.id.in_(jobs), ~job.c.is_monitor)
        return Removed(len(ids), self.remove_jobs(list(self._connection.scalars(short))), rows)

    def _locked(self, instance_ids: Sequence[str]) -> list[str]:
        """Those of the instances that may still be deleted; nobody else touches them until the commit."""
        query = (
            select(instance.c.id)
            .outerjoin(job, job.c.id == instance.c.job_id)
            .where(instance.c.id.in_(instance_ids), instance.c.state == InstanceState.ENDED.value, _is_free())
            .order_by(instance.c.id)
            .with_for_update(of=instance, skip_locked=True)
        )
        wanted = self._taken_over()
        return [each for each in self._connection.scalars(query) if each not in wanted]

    def trim_job(self, job_id: str, limit: int) -> int:
        """See ports.RetentionStore."""
        some = select(trigger.c.id).where(trigger.c.job_id == job_id).limit(limit)
        free = exists().where(job.c.id == job_id, job.c.ended_at.is_not(None), _is_empty())
        return self._delete(trigger, trigger.c.id.in_(some.where(free)))

    def remove_jobs(self, job_ids: Sequence[str]) -> int:
        """See ports.RetentionStore."""
        query = select(job.c.id).where(job.c.id.in_(job_ids), job.c.status.in_(_ENDS), _is_empty())
        ids = list(self._connection.scalars(query.with_for_update(skip_locked=True)))
        if ids:
            for table in (trigger, monitor):
                self._delete(table, table.c.job_id.in_(ids))
            self._delete(job, job.c.id.in_(ids))
        return len(ids)

    def remove_triggers(self, before: datetime, after: str | None, limit: int) -> tuple[int, str | None]:
        """See ports.RetentionStore."""
        query = select(trigger.c.id).where(trigger.c.at < before).order_by(trigger.c.id).limit(limit)
        found = list(self._connection.scalars(query.where(trigger.c.id > after) if after else query))
        if not found:
            return 0, None
        is_there = exists().where(instance.c.id == trigger.c.instance_id)
        has_been = or_(trigger.c.instance_id.is_not(None), trigger.c.outcome.is_not(None))
        old = and_(trigger.c.id.in_(found), has_been, ~is_there)
        return self._delete(trigger, old), found[-1] if len(found) == limit else None

    def remove_events(self, before: datetime, keep: int | None, limit: int) -> int:
        """See ports.RetentionStore."""
        old = select(event.c.id).where(event.c.at < before)
        if keep:
            newest = select(event.c.at, event.c.id).order_by(event.c.at.desc(), event.c.id.desc())
            bound = self._connection.execute(newest.offset(keep - 1).limit(1)).one_or_none()
            if bound is None:
                return 0
            old = old.where(or_(event.c.at < bound.at, and_(event.c.at == bound.at, event.c.id < bound.id)))
        return self._delete(event, event.c.id.in_(old.order_by(event.c.at, event.c.id).limit(limit)))

    def execution_count(self) -> int:
        """See ports.RetentionStore."""
        if is_postgres(self._connection.dialect):
            estimated = text("SELECT reltuples::bigint FROM pg_class WHERE oid = 'execution'::regclass")
            if (self._connection.scalar(estimated) or 0) > _COUNTED_UP_TO:
                self._connection.execute(
                    text("ANALYZE execution")
                )  # a sample; without it the estimate may be of weeks ago
                return self._connection.scalar(estimated) or 0
        return self._connection.scalar(select(func.count()).select_from(execution)) or 0

    def _delete(self, table: Table, wanted: ColumnElement[bool]) -> int:
        return self._connection.execute(delete(table).where(wanted)).rowcount


def _within(table: Table, page: Page) -> list[ColumnElement[bool]]:
    bounds = [table.c.ended_at < page.ended_before]
    if page.runbook_id is not None:
        bounds.append(table.c.runbook_id == page.runbook_id)
    if page.after is not None:
        ended_at, last_id = page.after
        bounds.append(or_(table.c.ended_at > ended_at, and_(table.c.ended_at == ended_at, table.c.id > last_id)))
        bounds.append(table.c.ended_at >= ended_at)  # both databases then begin in the index where the page begins
    return bounds


def _is_free() -> ColumnElement[bool]:
    """Of an instance with its job, which may be gone: nothing keeps it."""
    return and_(func.coalesce(job.c.kept, False).is_(False), ~_parent_goes_on())


def _parent_goes_on() -> Exists:
    parent = instance.alias()
    return exists().where(parent.c.id == job.c.parent_instance_id, parent.c.state != InstanceState.ENDED.value)


def _is_empty() -> ColumnElement[bool]:
    """Of a job: it has no instance, nobody keeps it, and no monitor that follows it needs its cursor."""
    follower = job.alias()
    is_followed = exists().where(follower.c.predecessor_id == job.c.id, follower.c.status.in_(ACTIVE))
    has_instance = exists().where(instance.c.job_id == job.c.id)
    return and_(~job.c.kept, ~has_instance, ~is_followed, ~_parent_goes_on())
