"""The ids on log lines, and changing what is worth a line."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from orchestrion.observability.logging import set_level, set_up_logging
from orchestrion.ports.observability import RUN, RunIds


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes while the test lasts."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    target = io.StringIO()
    set_up_logging("info", "json", target)
    yield target
    root.handlers, root.level = before
    structlog.reset_defaults()


async def _speak(run: RunIds) -> None:
    RUN.set(run)
    await asyncio.sleep(0)
    structlog.get_logger("ours").info("Ours.")
    logging.getLogger("theirs").warning("Theirs.")


async def _speak_together() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_speak(RunIds("job-1", "instance-1", trace="t")))
        group.create_task(_speak(RunIds("job-2", "instance-2")))


def test_every_line_of_a_run_carries_its_ids(stream: io.StringIO) -> None:
    """Of ours and of libraries, with many runs at once; ids that do not apply are left out."""
    asyncio.run(_speak_together())
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 4
    assert {(line["job"], line["instance"], line.get("trace")) for line in lines} == {
        ("job-1", "instance-1", "t"),
        ("job-2", "instance-2", None),
    }


def test_a_line_outside_of_a_run_has_no_ids(stream: io.StringIO) -> None:
    """Nothing is made up."""
    structlog.get_logger("ours").info("Started.")
    assert "job" not in json.loads(stream.getvalue())


def test_the_level_can_be_changed_while_it_runs(stream: io.StringIO) -> None:
    """What was not worth a line is, and the change itself is told."""
    structlog.get_logger("ours").debug("Before.")
    set_level("debug")
    structlog.get_logger("ours").debug("After.")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == [
        "The log level was changed.",
        "After.",
    ]
