"""Compare Values."""

import pytest

from orchestrion.packs.utilities.compare_values import compare_values
from orchestrion.packs.utilities.comparison import Relation
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.testing import RehearsalContext, run
from orchestrion.sdk.wildcards import matches_wildcards

pytestmark = pytest.mark.anyio


async def compare(first: str | float, relation: str, second: str | float, **inputs: str | bool) -> Ended:
    values = {"first_value": first, "relation": relation, "second_value": second, **inputs}
    return await run(compare_values, RehearsalContext(), **values)


@pytest.mark.parametrize(
    ("first", "relation", "second"),
    [
        ("Running", "equals", "running"),
        ("a", "does not equal", "b"),
        ("service stopped", "contains", "STOP"),
        ("service", "does not contain", "stop"),
        ("service", "starts with", "Ser"),
        ("service", "ends with", "ICE"),
        ("log-2026.txt", "matches pattern", "LOG-????.*"),
        ("log.txt", "does not match pattern", "log-*"),
    ],
)
async def test_texts_are_compared_without_case(first: str, relation: str, second: str) -> None:
    """Every relation of texts holds whatever the case."""
    assert (await compare(first, relation, second)).records[0]["Comparison result"] is True


async def test_case_counts_when_asked() -> None:
    """With the case sensitive test, case is a difference."""
    ended = await compare("A", "equals", "a", case_sensitive_test=True)
    assert dict(ended.records[0]) == {
        "String to compare": "A", "String to compare to": "a", "Case sensitive comparison": True,
        "Value to compare": None, "Value to compare to": None, "Comparison result": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("relation", "result"),
    [
        ("equals", False),
        ("does not equal", True),
        ("is less than", True),
        ("is greater than", False),
        ("is less than or equal to", True),
        ("is greater than or equal to", False),
    ],
)
async def test_numbers_are_compared_by_value(relation: str, result: bool) -> None:
    """9 is less than 10, which texts would not say."""
    ended = await compare(" 9", relation, 10, type="Compare Numeric Values")
    assert ended.records[0]["Comparison result"] is result
    assert (ended.records[0]["Value to compare"], ended.records[0]["Value to compare to"]) == (9, 10)


async def test_false_is_an_outcome() -> None:
    """An answer to branch on is no failure."""
    assert (await compare("a", "equals", "b")).status == "success"


async def test_what_is_no_number_is_named() -> None:
    """In the numeric type a text fails the activity with the value."""
    ended = await compare("ten", "equals", "10", type="Compare Numeric Values")
    assert (ended.status, ended.error) == ("failed", "First value: 'ten' is not a number.")


@pytest.mark.parametrize(("kind", "relation"), [("Strings", "is less than"), ("Numeric Values", "contains")])
async def test_a_relation_of_the_other_type_fails(kind: str, relation: str) -> None:
    """The failure lists what the type has."""
    ended = await compare("1", relation, "2", type=f"Compare {kind}")
    assert ended.status == "failed"
    assert "has no relation" in ended.error


def test_every_relation_belongs_to_a_type() -> None:
    """The list that the designer shows holds nothing that no type takes."""
    assert len(Relation) == 12


@pytest.mark.parametrize(("text", "pattern"), [("a.c", "a.c"), ("a[1]", "a[1]"), ("a\nb", "a*b"), ("", "*"), ("", "")])
def test_only_two_wildcards(text: str, pattern: str) -> None:
    """All but `*` and `?` stands for itself, and `*` crosses lines."""
    assert matches_wildcards(text, pattern)
    assert not matches_wildcards(f"{text}x", pattern) or pattern.endswith("*")
