"""The Runbook Tester: running a draft on a real runbook server, stop by stop (spec 7.4).

A test is a job like any other, on the server and under the identity that production has, and as durable; what is
special about it stands in its options. `steering.py` takes it from stop to stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from uuid_utils import uuid7

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.check import check, has_errors
from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import InvalidError, NotFoundError
from orchestrion.model.job import JobStatus, check_parameters
from orchestrion.model.runbook import Runbook, declared_parameters
from orchestrion.model.values import Json, Record, Value
from orchestrion.ports.authoring import Document, RunbookRecord
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import LIVE, WORK, Wakeups
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import audit_entry, runbook_subject
from orchestrion.services.check_in import starts_with_monitor
from orchestrion.services.findings import FindingsError
from orchestrion.services.known import known_of
from orchestrion.services.live_events import job_changed
from orchestrion.services.secret_inputs import refuse_secrets
from orchestrion.services.server_names import unknown_servers


@dataclass(frozen=True, slots=True)
class TestOrder:
    """How a runbook is to be tested; activities are named by id.

    `trigger` is what the monitor at the starting point is said to have published. `breakpoints` hold a condition each,
    empty for always; `pins` the ending of activities that are not run, `edits` inputs instead of theirs. With `step`
    it stops before every activity. With `dry_run` nothing is changed outside: what only looks is run, the rest says
    what it would do, or is guessed.
    """

    __test__ = False  # not a test of ours

    runbook_id: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    trigger: Record | None = None
    breakpoints: Mapping[str, str] = field(default_factory=dict)
    pins: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    edits: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    step: bool = False
    dry_run: bool = False
    servers: tuple[str, ...] = ()


class Tester:
    """The use cases of an author who tries out what the draft does."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database = database
        self._wakeups = wakeups
        self._clock = clock

    async def start(self, actor: Actor, order: TestOrder) -> JobRecord:
        """Starts a test of the actor's draft, or of the newest version where the actor has none.

        Raises NotFoundError, FindingsError when the draft could not be checked in, InvalidError whose `problems` name
        each wrong parameter, server, activity or secret, RefusedError.
        """
        job_id = str(uuid7())
        job = await self._database.write(lambda tx: self._started(tx, actor, order, job_id))
        self._wakeups.announce(WORK)
        self._wakeups.announce(LIVE, job_changed(job.id, job.runbook_id, job.status.value))
        return job

    def _started(self, tx: Transaction, actor: Actor, order: TestOrder, job_id: str) -> JobRecord:
        record = tx.runbooks.get(order.runbook_id)
        demand(actor, Right.RUN, record.path)
        document = _document(tx, actor, record)
        runbook = read_runbook(document)
        types = tx.catalogue.types()
        findings = check(runbook, types, known_of(tx, runbook))
        if has_errors(findings):
            raise FindingsError(f"'{record.path}' cannot be tested: it has errors.", findings)
        refuse_secrets(runbook, types, order.edits)
        values, problems = check_parameters(declared_parameters(runbook), order.parameters)
        problems += _unknown(runbook, order)
        problems += unknown_servers(tx, order.servers)
        if starts_with_monitor(runbook, types) and order.trigger is None:
            problems.append("It begins with a monitor: say in `trigger` what the monitor is to have published.")
        if problems:
            raise InvalidError(f"'{record.path}' cannot be tested: {problems[0]}", problems)
        now = self._clock.now()
        job = JobRecord(
            id=job_id,
            runbook_id=record.id,
            runbook_name=record.name,
            runbook_path=record.path,
            version=record.version or 0,
            status=JobStatus.PENDING,
            is_monitor=False,
            parameters=values,
            servers=order.servers or runbook.settings.servers,
            created_by_id=actor.id,
            created_by_name=actor.name,
            created_at=now,
            test=_options(order, document),
            priority=runbook.settings.priority,
        )
        stored = tx.runs.add_job(job)
        details: dict[str, Json] = {"job_id": job_id, "dry_run": order.dry_run}
        tx.audit.add(audit_entry(actor, now, "tested", runbook_subject(record), details))
        return stored


def _document(tx: Transaction, actor: Actor, record: RunbookRecord) -> Document:
    draft = tx.runbooks.draft(record.id, actor.id)
    if draft is not None:
        return draft.document
    if record.version is None:
        raise NotFoundError("draft of", record.path)
    return tx.runbooks.version(record.id, record.version).document


def _options(order: TestOrder, document: Document) -> dict[str, Json]:
    return {
        "document": document,
        "trigger": None if order.trigger is None else dict(order.trigger),
        "breakpoints": dict(order.breakpoints),
        "pins": {activity: dict(given) for activity, given in order.pins.items()},
        "edits": {activity: dict(given) for activity, given in order.edits.items()},
        "step": order.step,
        "dry_run": order.dry_run,
    }


def _unknown(runbook: Runbook, order: TestOrder) -> list[str]:
    named = [*order.breakpoints, *order.pins, *order.edits]
    return [f"There is no activity '{each}'." for each in dict.fromkeys(named) if each not in runbook.activities]
