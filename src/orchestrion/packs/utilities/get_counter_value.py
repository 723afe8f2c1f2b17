"""Get Counter Value: what a shared counter stands at."""

from orchestrion.sdk import ActivityInputs, PublishedModel, RunContext, activity, field, item


class GetCounterValueInputs(ActivityInputs):
    """Which counter."""

    counter: str = field("Counter", help="Its path, such as Mail/Tries.")


class CounterPublished(PublishedModel):
    """The counter's value."""

    counter_value: float | None = item("Counter Value")


@activity("Get Counter Value", category="Utilities", effect="read")
async def get_counter_value(inputs: GetCounterValueInputs, ctx: RunContext) -> CounterPublished:
    """Publish the present value of a counter.

    Effect class `read`: the counter stays as it is. A counter that does not exist fails the activity.
    """
    return CounterPublished(counter_value=await ctx.counter(inputs.counter))
