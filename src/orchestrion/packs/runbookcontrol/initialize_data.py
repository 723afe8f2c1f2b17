"""Initialize Data: the parameters that a runbook is started with."""

from typing import Literal

from orchestrion.sdk import ActivityFailed, ActivityInputs, ActivityKind, DynamicItems, RunContext, activity, field


class Parameter(ActivityInputs):
    """One parameter of the runbook, which is published under its name."""

    name: str = field("Name")
    type: Literal["text", "number", "boolean", "date-time"] = field("Type", default="text")
    required: bool = field("Required", default=True, help="A start without a value and without a default is refused.")
    default: str | int | float | bool | None = field("Default", default=None)
    description: str = field("Description", default="")
    choices: list[str] = field("Choices", default=[], help="When there are any, other values are refused.")


class InitializeDataInputs(ActivityInputs):
    """What the runbook asks of whoever starts it."""

    parameters: list[Parameter] = field("Parameters", default=[], help="Each is published under its name.")


@activity(
    "Initialize Data",
    category="Runbook Control",
    effect="pure",
    kind=ActivityKind.CONTROL,
    dynamic_items=DynamicItems("parameters"),
)
async def initialize_data(inputs: InitializeDataInputs, ctx: RunContext) -> None:
    """Entry point that declares the parameters of a callable runbook.

    Effect class `pure`: it publishes what the job was started with. Parameter types, defaults and the refusal of a
    start without a required value are our choice where the documentation has no input table.
    """
    raise ActivityFailed("Initialize Data is interpreted by the engine and never run as an activity.")
