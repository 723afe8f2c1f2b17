"""Invoke Runbook: starts another runbook, and takes over what it returns."""

from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    ActivityKind,
    FieldKind,
    PublishedModel,
    RunContext,
    activity,
    field,
    item,
)


class InvokeRunbookInputs(ActivityInputs):
    """Which runbook to start, with what, and whether to wait."""

    runbook: str = field(
        "Runbook",
        kind=FieldKind.RUNBOOK,
        help="By its id, which follows it when it is moved or renamed; by its path when `Invoke by path` is on.",
    )
    by_path: bool = field(
        "Invoke by path",
        default=False,
        help="Whatever runbook has this path then is started. Moving or renaming it breaks this.",
    )
    wait: bool = field("Wait for completion", default=True)
    parameters: dict[str, str | int | float | bool | None] = field(
        "Parameters", default={}, help="One value per parameter that the runbook's Initialize Data declares."
    )
    servers: list[str] = field(
        "Runbook servers", default=[], help="Which may run it. None: those of the runbook, or all."
    )
    fail_with_child: bool = field(
        "Fail when the runbook fails",
        default=True,
        help="When it waits. Off: the activity succeeds, and the status of the runbook is data like any other.",
    )
    stop_with_parent: bool = field(
        "Stop with this runbook",
        default=True,
        help="When this runbook is stopped while it waits, the invoked one is stopped as well.",
    )


class InvokeRunbookPublished(PublishedModel):
    """The job, and with waiting its outcome; the returned data is published under its own names, once per record."""

    job_id: str = item("Child runbook Job ID")
    status: str = item("Child runbook status")


@activity("Invoke Runbook", category="Runbook Control", effect="verifiable", kind=ActivityKind.CONTROL)
async def invoke_runbook(inputs: InvokeRunbookInputs, ctx: RunContext) -> InvokeRunbookPublished:
    """Start another runbook with parameters, optionally wait for it and take over its returned data.

    Effect class `verifiable`: the job is stored together with the journal entry that it was invoked, under an id that
    follows from the execution, so a crash neither loses nor doubles it. A runbook that waits takes no slot of its
    server. Waiting is on by default, and so is failing with the runbook: both where the documentation is silent.
    """
    raise ActivityFailed("Invoke Runbook is carried out by the runbook server and never run as an activity.")
