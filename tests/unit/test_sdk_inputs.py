"""Values from the data bus fit the inputs of activities as an author expects."""

from typing import Literal

import pytest

from orchestrion.sdk import ActivityFailed, ActivityInputs, RunContext, activity, field
from orchestrion.sdk.invoke import validated


class Row(ActivityInputs):
    value: str = field("Value")


class Inputs(ActivityInputs):
    text: str = field("Text", default="preset")
    number: int = field("Number", default=7)
    choice: Literal["1", "2"] = field("Choice", default="1")
    several: list[str] = field("Several", default=[])
    rows: list[Row] = field("Rows", default=[])
    mapping: dict[str, str] = field("Mapping", default={})


@activity("Sample", category="Test", effect="pure")
async def sample(inputs: Inputs, ctx: RunContext) -> None:
    """Does nothing."""


def fitted(**values: object) -> Inputs:
    found = validated(sample, values)  # type: ignore[arg-type]  # any object may arrive
    assert isinstance(found, Inputs)
    return found


@pytest.mark.parametrize(("value", "text"), [(12, "12"), (12.0, "12"), (1.5, "1.5"), (True, "true"), ("", "")])
def test_a_value_becomes_text_where_text_is_wanted(value: object, text: str) -> None:
    """A subscribed number or boolean reads as it does inside other text."""
    assert fitted(text=value).text == text


def test_a_number_chooses() -> None:
    """A subscribed number names a choice."""
    assert fitted(choice=2).choice == "2"


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_leaves_the_default(value: object) -> None:
    """An input without a value keeps its default."""
    assert fitted(number=value, several=value).number == 7


def test_inner_values_become_text() -> None:
    """Lists, rows and mappings take values as single inputs do."""
    found = fitted(several=[1, True], rows=[{"value": 2}], mapping={"a": 3})
    assert (found.several, found.rows[0].value, found.mapping) == (["1", "true"], "2", {"a": "3"})


def test_one_text_is_a_list_of_one() -> None:
    """A subscription in place of a list stands for one entry."""
    assert fitted(several="only").several == ["only"]


def test_a_wrong_value_is_named_by_its_label() -> None:
    """What does not fit fails with the label of the input."""
    with pytest.raises(ActivityFailed, match="Number: "):
        fitted(number="many")
