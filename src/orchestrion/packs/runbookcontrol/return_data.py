"""Return Data: what a runbook hands back to whoever started it."""

from orchestrion.sdk import ActivityFailed, ActivityInputs, ActivityKind, RunContext, activity, field


class ReturnDataInputs(ActivityInputs):
    """The values, by the names that the runbook's Returned Data declares."""

    values: dict[str, str | int | float | bool | None] = field(
        "Values", default={}, help="One value per item that the runbook's settings declare as returned data."
    )


@activity("Return Data", category="Runbook Control", effect="pure", kind=ActivityKind.CONTROL)
async def return_data(inputs: ReturnDataInputs, ctx: RunContext) -> None:
    """Hand values back to the calling runbook or external caller.

    Effect class `pure`: the values become part of the instance's own state, which is written once.
    """
    raise ActivityFailed("Return Data is interpreted by the engine and never run as an activity.")
