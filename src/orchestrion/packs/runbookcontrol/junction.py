"""Junction: waits for branches and goes on once."""

from typing import Literal

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


class JunctionInputs(ActivityInputs):
    """Which branches to wait for, and whose data goes on."""

    return_data_from: list[str] = field(
        "Return data from",
        default=[],
        kind=FieldKind.ACTIVITY,
        help="The activities whose data goes on under their own names. None: what follows runs once, without data.",
    )
    mode: Literal["all", "any", "count"] = field(
        "Wait for", default="all", help="All branches that can still deliver, the first one, or a number of them."
    )
    branches: int = field("Number of branches", default=1, shown_when=("mode", ["count"]))
    timeout_seconds: float = field(
        "Wait at most (seconds)",
        default=0,
        help="Counted from the first arrival; then it goes on with what there is, with a warning. 0 waits for ever.",
    )
    merge: bool = field(
        "Merge branches",
        default=False,
        help="What follows runs once and can read the data of all branches; several records of an activity are joined.",
    )


class JunctionPublished(PublishedModel):
    """What a junction says about itself."""

    selected_branch: str = item("Selected branch", description="The name of the chosen activity.")


@activity("Junction", category="Runbook Control", effect="pure", kind=ActivityKind.CONTROL)
async def junction(inputs: JunctionInputs, ctx: RunContext) -> JunctionPublished:
    """Wait for incoming branches, then go on with the data of some of them or none.

    Effect class `pure`: it decides by what the instance already knows. Branches that can no longer deliver, because
    they failed or were filtered away, are not waited for. The modes, the time limit and the merge are ours.
    """
    raise ActivityFailed("A junction is interpreted by the engine and never run as an activity.")
