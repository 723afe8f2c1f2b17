"""Log lines: their form, and what never gets into them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from orchestrion.observability.logging import set_up_logging
from orchestrion.observability.redact import MASK, redacted


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


def test_our_lines_and_those_of_libraries_look_alike(stream: io.StringIO) -> None:
    """One JSON object a line, with time, level and logger."""
    structlog.get_logger("ours").info("Started.", port=1)
    logging.getLogger("theirs").warning("Odd: %s", "x")
    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (ours["event"], ours["port"], ours["level"], ours["logger"]) == ("Started.", 1, "info", "ours")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("Odd: x", "warning", "theirs")


def test_what_is_below_the_level_is_left_out(stream: io.StringIO) -> None:
    """Debug lines are not written at `info`."""
    structlog.get_logger("ours").debug("Detail.")
    assert not stream.getvalue()


def test_secrets_do_not_reach_the_log(stream: io.StringIO) -> None:
    """By their name, in addresses, in headers, in the text itself and in the traceback of an error."""
    log = structlog.get_logger("ours")
    log.info(
        "to postgresql://me:canary@db/x", password="canary", headers={"Authorization": "canary"}, note="Bearer canary"
    )
    log.error("Failed.", exc_info=ValueError("cannot reach postgresql://me:canary@db/x"))
    assert "canary" not in stream.getvalue()
    assert MASK in stream.getvalue()


def test_what_is_no_secret_stays_as_it_is() -> None:
    """Numbers, flags and plain texts."""
    assert redacted({"port": 1, "has_password": True, "names": ["a"]}) == {
        "port": 1,
        "has_password": True,
        "names": ["a"],
    }
