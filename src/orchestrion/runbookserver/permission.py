"""Whether an instance may begin: its runbook may keep to a schedule (spec 2.2, 5.2, 6.3)."""

from __future__ import annotations

from orchestrion.model.errors import OrchestrionError
from orchestrion.model.job import JobStatus
from orchestrion.model.resources import EventType
from orchestrion.model.runbook import Runbook
from orchestrion.ports.journal import Claimed, InstanceEnd, Slice
from orchestrion.runbookserver.activity_runs import Services
from orchestrion.runbookserver.instance_events import EventSource


async def refused(claimed: Claimed, runbook: Runbook, services: Services) -> InstanceEnd | None:
    """Ends the instance before anything of it runs, if the runbook's schedule does not permit a start now.

    A schedule that cannot be asked fails the instance: what was to be held up must not run unnoticed. Either way an
    event says so. Gives the end, or None when the instance may begin.
    """
    path, now = runbook.settings.schedule, services.clock.now()
    if not path:
        return None
    status, kind, event = JobStatus.CANCELED, EventType.INFORMATION, "was not permitted to start"
    try:
        reason = await services.schedules.refusal(path, now)
    except OrchestrionError as error:
        status, kind, event = JobStatus.FAILED, EventType.ERROR, "could not start"
        reason = f"The runbook keeps to a schedule that cannot be asked. {error}"
    if not reason:
        return None
    end = InstanceEnd(status, now, error=reason)
    await services.writer.write(Slice(claimed.instance_id, claimed.lease, [], outcome=end))
    events = EventSource(
        services.server, services.clock, services.store_event, runbook.name, claimed.job_id, claimed.instance_id
    )
    await events.raise_event(kind, f"Runbook '{runbook.name}' {event}.", reason)
    return end
