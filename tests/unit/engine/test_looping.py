"""Loops, retries and flatten: what runs again, and what leaves (spec 3.9, 4.5; durability.md 1)."""

from __future__ import annotations

import pytest

from orchestrion.engine.looping import flattened
from orchestrion.model.runbook import Flatten, FlattenFormat
from orchestrion.model.values import Value

A_THEN_B = """
    activities:
      a: {{type: test.step, {a}}}
      b: {{type: test.step, inputs: {{value: '{{{{ a["{item}"] }}}}'}}}}
    links: [{{from: a, to: b, include: []}}]
    """


@pytest.mark.parametrize(
    ("flatten", "values", "joined"),
    [
        (Flatten(FlattenFormat.SEPARATOR, ";"), ["x", "y", "z"], "x;y;z"),
        (Flatten(), [1, 2], "1,2"),
        (Flatten(FlattenFormat.LINES), ["x", "y"], "x\ny"),
        (Flatten(FlattenFormat.CSV), ["a,b", 'say "x"', "two\nlines", "plain"], '"a,b","say ""x""","two\nlines",plain'),
        (Flatten(FlattenFormat.CSV), ["a,b"], '"a,b"'),
        (Flatten(FlattenFormat.CSV), [""], ""),
        (Flatten(FlattenFormat.JSON), ["x", 2, True, None], '["x", 2, true, null]'),
        (Flatten(FlattenFormat.SEPARATOR, ";"), [True, None, 1.5], "true;;1.5"),
        (Flatten(), [5], "5"),
    ],
)
def test_flatten_joins_each_item_as_its_format_says(flatten: Flatten, values: list[Value], joined: str) -> None:
    """Every format gives one text per item, CSV quoted by RFC 4180, a single record like many."""
    assert flattened(flatten, [{"x": value} for value in values]) == {"x": joined}


def test_flatten_joins_every_item_by_itself() -> None:
    """Items keep their positions: what a record lacks counts as empty."""
    assert flattened(Flatten(), [{"x": 1, "y": "a"}, {"x": 2}]) == {"x": "1,2", "y": "a,"}
