"""Send Platform Event."""

import pytest

from orchestrion.packs.notification.send_platform_event import SendPlatformEventInputs as Inputs
from orchestrion.packs.notification.send_platform_event import send_platform_event, what_would_be_raised
from orchestrion.sdk import ActivityFailed, EventType
from orchestrion.sdk.testing import RehearsalContext, run

pytestmark = pytest.mark.anyio


async def test_an_event_is_raised() -> None:
    """The server gets type, summary and details, and they are published."""
    ctx = RehearsalContext()
    ended = await run(send_platform_event, ctx, type="Warning", summary="Disk full", details="/var")
    assert ctx.events == [(EventType.WARNING, "Disk full", "/var")]
    assert dict(ended.records[0]) == {"Type": "Warning", "Summary": "Disk full", "Details": "/var"}


@pytest.mark.parametrize(("name", "length"), [("summary", 200), ("details", 2000)])
async def test_texts_have_a_limit(name: str, length: int) -> None:
    """The longest text passes; one character more fails with the input named."""
    texts = {"summary": "s", "details": "d"}
    assert (await run(send_platform_event, RehearsalContext(), **{**texts, name: "x" * length})).status == "success"
    ended = await run(send_platform_event, ctx := RehearsalContext(), **{**texts, name: "x" * (length + 1)})
    assert ended.error == f"{name.title()}: {length + 1} characters are too many; at most {length} are allowed."
    assert ctx.events == []


async def test_a_summary_is_needed() -> None:
    """An event that says nothing is a mistake."""
    assert (await run(send_platform_event, RehearsalContext(), summary=" ")).status == "failed"


async def test_a_simulation_raises_no_event() -> None:
    """It publishes what the real run then publishes."""
    texts = {"type": "Warning", "summary": "Disk full", "details": "/var"}
    simulated = await what_would_be_raised(Inputs.model_validate(texts), ctx := RehearsalContext())
    assert ctx.events == []
    assert [simulated.record()] == [dict(record) for record in (await run(send_platform_event, ctx, **texts)).records]


@pytest.mark.parametrize(("summary", "details"), [("x" * 201, ""), ("x", "x" * 2001), (" ", "")])
async def test_a_simulation_foresees_failures(summary: str, details: str) -> None:
    """It fails with the words of the real run."""
    with pytest.raises(ActivityFailed) as foreseen:
        await what_would_be_raised(Inputs(summary=summary, details=details), RehearsalContext())
    ended = await run(send_platform_event, RehearsalContext(), summary=summary, details=details)
    assert str(foreseen.value) == ended.error
