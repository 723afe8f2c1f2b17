"""Modify Counter: a shared counter up, down, to a value, or back to its default."""

from typing import Literal, TypeAlias

from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    CounterOperation,
    EffectClass,
    EffectTable,
    PublishedModel,
    RunContext,
    activity,
    field,
    item,
)

Action: TypeAlias = Literal["Increment", "Decrement", "Set", "Reset"]
_REPEATABLE = {"Set": EffectClass.IDEMPOTENT, "Reset": EffectClass.IDEMPOTENT}


class ModifyCounterInputs(ActivityInputs):
    """Which counter, and what to do with it."""

    counter: str = field("Counter", help="Its path, such as Mail/Tries.")
    action: Action = field("Action")
    value: float | None = field(
        "Value",
        default=None,
        help="By how much, or the new value; a reset needs none.",
        shown_when=("action", ["Increment", "Decrement", "Set"]),
    )


class ModifyCounterPublished(PublishedModel):
    """The counter after the change."""

    counter_value: float | None = item("Counter Value", description="After the change.")


@activity("Modify Counter", category="Utilities", effect=EffectTable(EffectClass.ONCE, "action", _REPEATABLE))
async def modify_counter(inputs: ModifyCounterInputs, ctx: RunContext) -> ModifyCounterPublished:
    """Increase, decrease, set or reset a counter.

    Effect class `once`: an increment that is repeated counts twice, and the counter does not tell who counted. Set and
    Reset are `idempotent`. The change is one step, so that jobs that count at the same time lose nothing; the value is
    that of the whole installation. A change beyond the counter's minimum or maximum fails and changes nothing.
    """
    amount = _amount(inputs)
    operation = CounterOperation(inputs.action.lower())
    return ModifyCounterPublished(counter_value=await ctx.change_counter(inputs.counter, operation, amount))


@modify_counter.simulate
async def what_it_would_be(inputs: ModifyCounterInputs, ctx: RunContext) -> ModifyCounterPublished:
    """The value that the change would leave, reckoned from the present one.

    Raises ActivityFailed for a missing counter or number. An execution may read a counter's value alone, so its bounds
    are not foreseen, and the value after a reset is blank.
    """
    amount = _amount(inputs)
    present = await ctx.counter(inputs.counter)
    return ModifyCounterPublished(counter_value=_after(inputs.action, present, amount))


def _amount(inputs: ModifyCounterInputs) -> float:
    if inputs.value is None and inputs.action != "Reset":
        raise ActivityFailed(f"Value: {inputs.action} needs a number.")
    return inputs.value or 0


def _after(action: Action, present: float, amount: float) -> float | None:
    match action:
        case "Increment":
            return present + amount
        case "Decrement":
            return present - amount
        case "Set":
            return amount
        case "Reset":
            return None
