"""What runs tell: counts that a scrape shows, and spans that make one trace of a job, whoever works on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.model.job import JobStatus
from orchestrion.model.trace import TraceContext, execution_span_id, instance_span_id, job_span_id, trace_id_of
from orchestrion.observability import names
from orchestrion.observability.metrics import Exposition, FigureReader
from orchestrion.observability.tally import Tally
from orchestrion.observability.telemetry import RunTelemetry
from orchestrion.observability.tracing import Ended, open_spans
from orchestrion.ports.journal import JournalStore
from orchestrion.ports.runs import JobRecord
from orchestrion.runbookserver.service import RunbookServerService
from orchestrion.services.jobs import StartRequest
from orchestrion.storage.database import open_database
from orchestrion.storage.migrate import migrate
from tests.integration.world import FragileJournal, Installation, World
from tests.services.otlp import Collector
from tests.unit.observability.exposition import samples

pytestmark = pytest.mark.anyio

CHAIN = """
activities:
  one: {type: world.act-once, inputs: {name: one}}
  two: {type: world.act-verifiable, inputs: {name: two}}
links: [{from: one, to: two}]
"""
FAILING = "activities: {bad: {type: world.fail, inputs: {name: bad}}}"
PARENT = "activities: {invoke: {type: runbook-control.invoke-runbook, inputs: {runbook: %s}}}"
MONITOR = """
activities:
  told: {type: world.told}
  act: {type: world.act-once, inputs: {name: heard}}
links: [{from: told, to: act}]
"""


class KeptSpans:
    """See Spans; keeps what it is given."""

    def __init__(self) -> None:
        self.found: list[Ended] = []

    def send(self, ended: Ended) -> None:
        self.found.append(ended)

    def close(self) -> None:
        """Nothing is left."""

    def named(self, name: str) -> Ended:
        """The only span with this name."""
        (found,) = [each for each in self.found if each.name == name]
        return found


class Observed(Installation):
    """An installation whose servers count and send spans."""

    tally = Tally()
    spans = KeptSpans()

    def service(self, journal: JournalStore | None = None) -> RunbookServerService:
        """A server that tells what it does."""
        service = super().service(journal)
        service._outside = replace(service._outside, telemetry=RunTelemetry(self.tally, self.spans))
        return service


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Observed]:
    """A fresh installation."""
    url = f"sqlite:///{tmp_path / 'orchestrion.db'}"
    await migrate(url)
    database = open_database(url)
    place = Observed(database, World())
    place.tally, place.spans = Tally(), KeptSpans()
    yield place
    await database.close()


async def ran(place: Observed, job: JobRecord) -> JobRecord:
    """The job when it has ended, and everything about its end is done."""

    async def until_told() -> JobRecord:
        ended = await place.until(job.id)
        with anyio.fail_after(10), place.wakeups.listen("live") as listener:
            while not any(each.name == f"job {job.runbook_path}" for each in place.spans.found):
                await listener.next(0.02)
        return ended

    ended = await place.live(None, until_told)
    assert ended is not None
    return ended


async def test_a_job_is_one_trace(place: Observed) -> None:
    """Its trace has its id; the instance is below the job, the executions below the instance, each within the other."""
    job = await place.start(await place.add(CHAIN))
    await ran(place, job)
    instance_id = await place.instance_id(job.id)
    whole, instance = place.spans.named("job R"), place.spans.named("instance R")
    first, second = place.spans.named("one"), place.spans.named("two")
    assert {each.place.trace_id for each in place.spans.found} == {trace_id_of(job.id)}
    assert (whole.parent, instance.parent) == (None, job_span_id(job.id))
    assert {first.parent, second.parent} == {instance.place.span_id} == {instance_span_id(instance_id)}
    assert whole.begun <= instance.begun <= first.begun <= first.ended <= second.begun <= instance.ended <= whole.ended


async def test_a_trace_that_led_here_goes_on(place: Observed) -> None:
    """The job's span is a child of the caller's, in the caller's trace, sampled as the caller says."""
    caller = TraceContext("a" * 32, "b" * 16)
    request = StartRequest(await place.add(CHAIN), trace=caller)
    await ran(place, await place.jobs.start(SYSTEM, request))
    job = place.spans.named("job R")
    assert (job.place.trace_id, job.parent, job.is_remote) == (caller.trace_id, caller.span_id, True)


async def test_an_invoked_runbook_goes_on_below_the_execution_that_invokes_it(place: Observed) -> None:
    """Parent and child are one trace."""
    child = await place.add(CHAIN, "C")
    job = await place.start(await place.add(PARENT % child, "P"))
    await ran(place, job)
    assert {each.place.trace_id for each in place.spans.found} == {trace_id_of(job.id)}
    assert place.spans.named("job C").parent == place.spans.named("invoke").place.span_id


async def test_a_takeover_stays_in_the_trace(place: Observed) -> None:
    """The server that goes on finds the same trace and the same spans, and nothing is told twice."""
    job = await place.start(await place.add(CHAIN))
    await place.live(FragileJournal(place.database, 3), lambda: place.until(job.id))
    assert place.spans.found
    await ran(place, job)
    found = [each for each in place.spans.found if each.name in ("one", "two")]
    assert {each.place.trace_id for each in place.spans.found} == {trace_id_of(job.id)}
    assert len({each.place.span_id for each in found}) == 2


async def test_each_instance_of_a_monitor_is_a_trace(place: Observed) -> None:
    """It runs for months; every instance is a trace of its own that names the job's."""
    job = await place.start(await place.add(MONITOR, is_monitor=True))

    async def two_heard() -> None:
        await place.until(job.id, JobStatus.WAITING)
        for word in ("first", "second"):
            await place.world.tell(word)

        async def both() -> bool:
            return sum(each.name == "instance R" for each in place.spans.found) == 2

        await place.eventually(both)

    await place.live(None, two_heard)
    instances = [each for each in place.spans.found if each.name == "instance R"]
    assert len({each.place.trace_id for each in instances}) == 2
    assert {each.link.trace_id for each in instances if each.link} == {trace_id_of(job.id)}


async def test_a_failure_is_an_error_in_the_trace(place: Observed) -> None:
    """Of the execution, its instance and its job, with the reason."""
    job = await place.start(await place.add(FAILING))
    await ran(place, job)
    assert place.spans.named("bad").error == "told to fail"
    assert place.spans.named("job R").error


async def test_what_an_activity_sends_belongs_to_its_execution(place: Observed) -> None:
    """The place in the trace that goes out is the one of the span that tells of the execution."""
    job = await place.start(await place.add(CHAIN))
    await ran(place, job)
    instance_id = await place.instance_id(job.id)
    (ended,) = await place.runs.executions(SYSTEM, instance_id, "one")
    assert place.spans.named("one").place.span_id == execution_span_id(instance_id, ended.key)


async def test_runs_are_counted(place: Observed) -> None:
    """Claims, executions by type and status, ends, and what the journal wrote."""
    await ran(place, await place.start(await place.add(CHAIN)))
    await ran(place, await place.start(await place.add(FAILING, "F")))
    found = samples(await Exposition(place.tally, FigureReader(place.database, place.clock)).text())
    assert found[names.JOBS_STARTED.name, ()] == 2
    assert found[names.JOBS_ENDED.name, (("status", "failed"),)] == 1
    done = (("status", "success"), ("type", "world.act-once"))
    assert found[f"{names.ACTIVITY_SECONDS.name}_count", done] == 1
    assert found[f"{names.CLAIM_WAIT.name}_count", ()] == 2
    assert found[f"{names.COMMIT_ROWS.name}_count", ()] >= 2


async def test_spans_reach_a_collector(place: Observed, collector: Collector) -> None:
    """Over OTLP, with ids, times, attributes and the release as the service's."""
    job = await place.start(await place.add(CHAIN))
    await ran(place, job)
    spans = open_spans(collector.url, "s")
    for each in place.spans.found:
        spans.send(each)
    await anyio.to_thread.run_sync(spans.close)
    whole, one = collector.wait_for("job R", "one")
    assert whole.trace_id == one.trace_id == trace_id_of(job.id)
    assert one.attributes["orchestrion.activity.type"] == "world.act-once"
    assert one.attributes["orchestrion.job.id"] == job.id
    assert one.resource["service.name"] == "orchestrion"
    assert whole.begun < one.begun < one.ended <= whole.ended
