"""From the variables of a script to records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.packs.system.script_results import PublishedRow, read_assignments, records_of


def row(name: str, kind: str = "text", *, collection: bool = False) -> PublishedRow:
    return PublishedRow.model_validate({"name": name, "type": kind, "collection": collection, "variable": name})


def test_collections_are_lined_up_by_index() -> None:
    """Shorter ones end in blanks, single values are in each record."""
    rows = [row("a", "number", collection=True), row("b", collection=True), row("c")]
    assert records_of(rows, {"a": [1, 2, 3], "b": ["x"], "c": "same"}) == [
        {"a": 1, "b": "x", "c": "same"},
        {"a": 2, "b": None, "c": "same"},
        {"a": 3, "b": None, "c": "same"},
    ]


def test_without_collections_there_is_one_record() -> None:
    """Also when a collection is empty, or nothing was set at all."""
    assert records_of([row("a"), row("b", collection=True)], {"b": []}) == [{"a": None, "b": None}]
    assert records_of([], {}) == [{}]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("number", "12", 12),
        ("number", "", None),
        ("boolean", "yes", True),
        ("date-time", "2026-11-22T10:00:00+01:00", "2026-11-22T09:00:00+00:00"),
        ("text", 1.0, "1"),
        ("text", "", ""),
        ("text", [1, 2], "[1, 2]"),
    ],
)
def test_values_take_the_type_of_the_item(kind: str, value: object, expected: object) -> None:
    """Texts of a shell become numbers, booleans and moments; what is several becomes text."""
    assert records_of([row("a", kind)], {"a": value}) == [{"a": expected}]  # type: ignore[dict-item]  # any JSON


def test_a_value_of_another_type_is_refused() -> None:
    """The item and the value are named."""
    with pytest.raises(ValueError, match="value for 'a' does not fit: 'many' is not a number"):
        records_of([row("a", "number")], {"a": "many"})


def test_assignments() -> None:
    """One line a value, several lines between marks, and a name again for another value."""
    text = "A=1\nB=x=y\n\nTEXT<<END\nfirst = 1\n\nlast\nEND\nA=2\r\nC=\n"
    assert read_assignments(text) == {"A": ["1", "2"], "B": ["x=y"], "TEXT": ["first = 1\n\nlast"], "C": [""]}


@pytest.mark.parametrize("text", ["nonsense", "=x", "TEXT<<END\nopen"])
def test_other_lines_are_refused(text: str) -> None:
    """What is no assignment is named instead of being lost."""
    with pytest.raises(ValueError, match="script's output"):
        read_assignments(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a script writes, the answer is values or a ValueError."""
    try:
        found = read_assignments(text)
    except ValueError:
        return
    assert all(values for values in found.values())
