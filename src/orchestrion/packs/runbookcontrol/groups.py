"""For Each and While: groups of activities that run in rounds."""

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

_RETURNS = "An activity of the group: what follows runs once per record it published, and can read it. Empty: once."


class ForEachInputs(ActivityInputs):
    """What to go through."""

    items: list[str | int | float | bool] = field(
        "Items", default=[], help="One after the other; a text is split, and a JSON list is taken as it is."
    )
    separator: str = field("Separator", default="", help="Splits a text into items; empty splits it into lines.")
    return_data_from: str = field("Return data from", default="", kind=FieldKind.ACTIVITY, help=_RETURNS)


class ForEachPublished(PublishedModel):
    """Inside the group: which round it is. Behind it: how it went."""

    current: str = item("Item", description="The item of this round.")
    number: int = item("Number", description="Which round it is, from 1.")
    number_of_items: int = item("Number of items")
    failed_items: int = item("Failed items", description="How many rounds failed.")


@activity("For Each", category="Runbook Control", effect="pure", kind=ActivityKind.CONTROL)
async def for_each(inputs: ForEachInputs, ctx: RunContext) -> ForEachPublished:
    """Run a group of activities once per item, one after the other or several at once.

    Effect class `pure`: it only decides what its group does. How many items run at once is its degree of parallelism.
    A failed item does not keep the others from running; when all are through, the group fails.
    """
    raise ActivityFailed("For Each is interpreted by the engine and never run as an activity.")


class WhileInputs(ActivityInputs):
    """How long to go on."""

    condition: bool = field(
        "Condition", help="An expression that is asked before every round; it can read the data returned by the last."
    )
    max_rounds: int = field("Rounds at most", default=1000, help="The group fails when the condition holds longer.")
    return_data_from: str = field("Return data from", default="", kind=FieldKind.ACTIVITY, help=_RETURNS)


class WhilePublished(PublishedModel):
    """Inside the group: which round it is. Behind it: how many there were."""

    round: int = item("Round", description="Which round it is, from 1.")
    number_of_rounds: int = item("Number of rounds")


@activity("While", category="Runbook Control", id="while", effect="pure", kind=ActivityKind.CONTROL)
async def while_group(inputs: WhileInputs, ctx: RunContext) -> WhilePublished:
    """Run a group of activities again and again as long as a condition holds.

    Effect class `pure`: it only decides what its group does. A round that fails ends it.
    """
    raise ActivityFailed("While is interpreted by the engine and never run as an activity.")
