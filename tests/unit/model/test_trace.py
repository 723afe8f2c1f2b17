"""The W3C trace context, and ids that every server derives alike."""

from __future__ import annotations

import pytest

from orchestrion.model.trace import TraceContext, execution_span_id, instance_span_id, job_span_id, read_trace_context

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_header_is_read_and_written_as_it_was() -> None:
    """The example of the recommendation."""
    found = read_trace_context(GIVEN)
    assert found == TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    assert str(found) == GIVEN


def test_the_caller_says_whether_the_trace_is_sent() -> None:
    """The lowest bit of the flags; others mean nothing to us."""
    assert read_trace_context(GIVEN[:-2] + "02") == TraceContext(GIVEN[3:35], GIVEN[36:52], is_sampled=False)


def test_a_later_version_may_say_more() -> None:
    """What is behind another dash is passed over."""
    assert read_trace_context("cc" + GIVEN[2:] + "-more") is not None


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "nonsense",
        GIVEN.upper(),
        "ff" + GIVEN[2:],
        GIVEN + "-more",
        GIVEN + "\n",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
    ],
)
def test_a_malformed_header_is_no_header(text: str | None) -> None:
    """W3C says to go on as if there were none."""
    assert read_trace_context(text) is None


def test_spans_of_different_things_have_different_ids() -> None:
    """The same thing always has the same id, of the right length."""
    found = [job_span_id("x"), instance_span_id("x"), execution_span_id("x", "a"), execution_span_id("x", "b")]
    assert len(set(found)) == 4
    assert {len(each) for each in found} == {16}
    assert job_span_id("x") == found[0]
