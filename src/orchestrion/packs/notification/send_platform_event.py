"""Send Platform Event: an event in the product itself."""

from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    EventType,
    PublishedModel,
    RunContext,
    activity,
    field,
    item,
)

_SUMMARY_LENGTH = 200
_DETAILS_LENGTH = 2000


class SendPlatformEventInputs(ActivityInputs):
    """What the event says."""

    type: EventType = field("Type", default=EventType.INFORMATION)
    summary: str = field("Summary", help=f"At most {_SUMMARY_LENGTH} characters.")
    details: str = field("Details", default="", kind="multiline", help=f"At most {_DETAILS_LENGTH} characters.")


class SendPlatformEventPublished(PublishedModel):
    """The event as raised."""

    type: str | None = item("Type")
    summary: str | None = item("Summary")
    details: str | None = item("Details")


@activity("Send Platform Event", category="Notification", effect="idempotent")
async def send_platform_event(inputs: SendPlatformEventInputs, ctx: RunContext) -> SendPlatformEventPublished:
    """Raise an event in the product itself, shown in its list of events.

    Effect class `idempotent`: the event is stored once for each execution and summary, however often it is repeated.
    Texts that are too long fail the activity with the input named, as documented; nothing is cut off.
    """
    published = _checked(inputs)
    await ctx.raise_event(inputs.type, inputs.summary, inputs.details)
    return published


@send_platform_event.simulate
async def what_would_be_raised(inputs: SendPlatformEventInputs, ctx: RunContext) -> SendPlatformEventPublished:
    """The event as it would be raised. Raises ActivityFailed for texts that are too long or missing."""
    return _checked(inputs)


def _checked(inputs: SendPlatformEventInputs) -> SendPlatformEventPublished:
    _check("Summary", inputs.summary, _SUMMARY_LENGTH)
    _check("Details", inputs.details, _DETAILS_LENGTH)
    if not inputs.summary.strip():
        raise ActivityFailed("Summary: write what happened.")
    return SendPlatformEventPublished(type=inputs.type.value, summary=inputs.summary, details=inputs.details)


def _check(label: str, text: str, length: int) -> None:
    if len(text) > length:
        raise ActivityFailed(f"{label}: {len(text)} characters are too many; at most {length} are allowed.")
