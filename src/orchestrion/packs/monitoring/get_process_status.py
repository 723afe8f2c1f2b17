"""Get Process Status: whether a process runs, and how often."""

from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    PublishedModel,
    RunContext,
    activity,
    field,
    is_this_computer,
    item,
)
from orchestrion.sdk.processes import matching_processes


class GetProcessStatusInputs(ActivityInputs):
    """Which process to look for."""

    computer: str = field("Computer", default="localhost", kind="computer")
    process: str = field("Process", help="The name of a program, or a process id.")
    not_running_is_a_failure: bool = field(
        "Not running is a failure", default=True, help="Otherwise the number of instances is 0 and the runbook goes on."
    )


class GetProcessStatusPublished(PublishedModel):
    """One record for each process."""

    computer: str | None = item("Computer")
    process_name: str | None = item("Process name")
    process_id: int | None = item("Process ID", many=True)
    number_of_instances: int | None = item("Number of instances for the process")


@activity("Get Process Status", category="Monitoring", effect="read", mode="thread")
def get_process_status(inputs: GetProcessStatusInputs, ctx: RunContext) -> list[GetProcessStatusPublished]:
    """Check that a process is running on a computer and count its instances.

    Effect class `read`: it looks and changes nothing. As documented, a process that does not run fails the activity;
    the option turns that into a result.
    """
    if not is_this_computer(inputs.computer):
        raise ActivityFailed(
            f"The processes of '{inputs.computer}' cannot be seen from here. "
            "Run the runbook on a server on that computer."
        )
    if not inputs.process.strip():
        raise ActivityFailed("Process: write the name of a program, or a process id.")
    ids = [process.pid for process in matching_processes(inputs.process)]
    records = [_record(inputs, pid, len(ids)) for pid in ids] or [_record(inputs, None, 0)]
    if not ids and inputs.not_running_is_a_failure:
        raise ActivityFailed(f"No process '{inputs.process}' runs on {inputs.computer}.", records)
    return records


def _record(inputs: GetProcessStatusInputs, pid: int | None, number: int) -> GetProcessStatusPublished:
    return GetProcessStatusPublished(
        computer=inputs.computer, process_name=inputs.process, process_id=pid, number_of_instances=number
    )
