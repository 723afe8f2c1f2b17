"""Send Platform Event."""

import pytest

from orchestrion.packs.notification.send_platform_event import send_platform_event
from orchestrion.sdk import EventType
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
