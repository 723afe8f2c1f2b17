"""Check Schedule: whether a shared schedule permits starts now."""

from orchestrion.sdk import ActivityInputs, PublishedModel, RunContext, activity, field, item


class CheckScheduleInputs(ActivityInputs):
    """Which schedule."""

    schedule_template: str = field("Schedule Template", help="The path of a schedule, such as Sites/Nights.")


class CheckSchedulePublished(PublishedModel):
    """The answer."""

    conforms_to_schedule: bool = item("Conforms to schedule")


@activity("Check Schedule", category="Scheduling", effect="read")
async def check_schedule(inputs: CheckScheduleInputs, ctx: RunContext) -> CheckSchedulePublished:
    """Tell whether the current time is allowed by a shared schedule.

    Effect class `read`: it only looks. The answer is published for links to branch on, and no is no failure. The
    clock of the runbook server counts, or that of the schedule's time zone. A schedule that does not exist fails the
    activity (our choice, as the documentation has none).
    """
    return CheckSchedulePublished(conforms_to_schedule=await ctx.schedule_permits(inputs.schedule_template))
