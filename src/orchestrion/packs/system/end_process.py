"""End Process: first asked to end, then forced."""

import os
import signal
from collections.abc import Sequence
from typing import Literal, TypeAlias

import anyio
import anyio.to_thread
from pydantic import BaseModel

from orchestrion.packs.system.process_identity import Instance, boot_id, instances_of, is_running
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    Done,
    Evidence,
    NotDone,
    PublishedModel,
    RunContext,
    Verdict,
    activity,
    field,
    is_this_computer,
    item,
)

ALL, ONLY_ONE = "End all instances", "Fail if there is more than one instance"
SeveralMatch: TypeAlias = Literal["End all instances", "Fail if there is more than one instance"]

_POLL_SECONDS = 0.05
_NO_SIGNAL = 0  # the system only checks whether a signal might be sent
_FORCED_SECONDS = 5.0  # a killed process is gone at once, unless it waits for a device that does not answer


class EndProcessInputs(ActivityInputs):
    """Which process, and how long it may take."""

    computer: str = field("Computer", default="localhost", kind="computer")
    process: str = field("Process", help="The name of a program, or a process id.")
    when_several_match: SeveralMatch = field("When several match", default=ALL)
    terminate_in: float = field("Terminate in", default=10, help="Seconds before the process is forced to end.")


class EndProcessPublished(PublishedModel):
    """One record for each process that matched."""

    number_of_instances: int | None = item("Number of instances", description="Processes that matched.")
    process_id: int | None = item("Process ID", many=True)


class Matched(BaseModel):
    """The evidence: the processes that matched, and the boot they belong to."""

    boot: str
    instances: list[Instance]


@activity("End Process", category="System", effect="verifiable")
async def end_process(inputs: EndProcessInputs, ctx: RunContext) -> list[EndProcessPublished]:
    """End processes by name or process id.

    Effect class `verifiable`: a process id may soon belong to another process, but together with the start of the
    process it tells whether that process still runs. As documented, no matching process is a success, and the runbook
    goes on when all have ended; the choice to fail with several changes nothing. The runbook server does not end
    itself.
    """
    matched = await anyio.to_thread.run_sync(_matched, inputs)
    records = _records(matched)
    await _end(matched, inputs.terminate_in, records)
    return records


@end_process.prepare
async def look_before(inputs: EndProcessInputs, ctx: RunContext) -> Evidence:
    """The processes that match now, each with its start, and the boot."""
    matched = await anyio.to_thread.run_sync(_matched, inputs)
    return Matched(boot=boot_id(), instances=matched).model_dump()


@end_process.verify
async def look_again(inputs: EndProcessInputs, evidence: Evidence, ctx: RunContext) -> Verdict:
    """Done when none of the processes from before runs; a restart of the computer has ended them too."""
    before = Matched.model_validate(evidence)
    is_same_boot = before.boot == boot_id()
    if is_same_boot and any(is_running(instance) for instance in before.instances):
        return NotDone()
    return Done(tuple(_records(before.instances)))


@end_process.simulate
async def what_would_end(inputs: EndProcessInputs, ctx: RunContext) -> EndProcessPublished:
    """The number of processes that match now, and the first of them; the others are only logged.

    A simulation publishes one record. Raises ActivityFailed for a process that the server may not end. Whether one
    would resist even force is not foreseen.
    """
    matched = await anyio.to_thread.run_sync(_matched, inputs)
    records = _records(matched)
    for instance in matched:
        _send(_NO_SIGNAL, instance, records)
    ctx.log(f"Would end these processes: {', '.join(str(each.pid) for each in matched) or 'none'}.")
    return records[0]


def _matched(inputs: EndProcessInputs) -> list[Instance]:
    if not is_this_computer(inputs.computer):
        raise ActivityFailed(
            f"The processes of '{inputs.computer}' cannot be ended from here. "
            "Run the runbook on a server on that computer."
        )
    if not inputs.process.strip():
        raise ActivityFailed("Process: write the name of a program, or a process id.")
    found = instances_of(inputs.process)
    if len(found) > 1 and inputs.when_several_match == ONLY_ONE:
        raise ActivityFailed(f"'{inputs.process}' means {len(found)} processes; nothing was ended.", _records(found))
    if any(each.pid == os.getpid() for each in found):
        raise ActivityFailed(f"'{inputs.process}' means the runbook server itself; nothing was ended.", _records(found))
    return found


def _records(instances: Sequence[Instance]) -> list[EndProcessPublished]:
    number = len(instances)
    records = [EndProcessPublished(number_of_instances=number, process_id=each.pid) for each in instances]
    return records or [EndProcessPublished(number_of_instances=0)]


async def _end(instances: Sequence[Instance], seconds: float, records: list[EndProcessPublished]) -> None:
    remaining = list(instances)
    for sent, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, _FORCED_SECONDS)):
        for instance in remaining:
            _send(sent, instance, records)
        remaining = await _still_running(remaining, patience)
    if remaining:
        ids = ", ".join(str(instance.pid) for instance in remaining)
        raise ActivityFailed(f"These processes do not end, not even by force: {ids}.", records)


def _send(sent: int, instance: Instance, records: list[EndProcessPublished]) -> None:
    try:
        if is_running(instance):
            os.kill(instance.pid, sent)
    except ProcessLookupError:
        return
    except PermissionError:
        raise ActivityFailed(f"The runbook server may not end process {instance.pid}.", records) from None


async def _still_running(instances: Sequence[Instance], seconds: float) -> list[Instance]:
    """Those that run after `seconds`; none as soon as all have ended."""
    remaining = list(instances)
    with anyio.move_on_after(seconds):
        while remaining := [each for each in remaining if is_running(each)]:  # noqa: ASYNC110 - ends give no signal
            await anyio.sleep(_POLL_SECONDS)
    return [each for each in remaining if is_running(each)]
