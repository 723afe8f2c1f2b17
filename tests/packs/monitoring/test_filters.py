"""Filters on log entries."""

from datetime import UTC, datetime

import pytest

from orchestrion.packs.monitoring.log_entry import (
    LogEntry,
    MessageFilter,
    Property,
    Relation,
    category_of,
    filter_of,
    type_of,
)
from orchestrion.sdk import ActivityFailed

ENTRY = LogEntry("Service stopped", "app", "web1", "Error", datetime(2026, 1, 1, tzinfo=UTC), "c", "k", "daemon", 7)


def row(name: str, relation: str, value: str) -> MessageFilter:
    return MessageFilter(property=Property(name), relation=Relation(relation), value=value)


@pytest.mark.parametrize(
    ("name", "relation", "value"),
    [
        ("Category", "Contains", "dae"),
        ("Description", "Contains", "STOP"),
        ("Description", "Does not contain", "start"),
        ("Source", "Contains", "App"),
        ("Type", "Contains", "error"),
        ("Type", "Does not contain", "Warning"),
        ("Event ID", "is equal to", "7"),
        ("Event ID", "is different than", "8"),
        ("Event ID", "is lower than", "8"),
        ("Event ID", "is lower than or equals", "7"),
        ("Event ID", "is more than", "6"),
        ("Event ID", "is more than or equals", "7"),
    ],
)
def test_documented_filters(name: str, relation: str, value: str) -> None:
    """Each property has its documented relations; case does not matter."""
    assert filter_of([row(name, relation, value)])(ENTRY)


def test_all_filters_must_match() -> None:
    """One that does not match keeps the entry out; no filter lets every entry pass."""
    matching, other = row("Type", "Contains", "Error"), row("Source", "Contains", "other")
    assert not filter_of([matching, other])(ENTRY)
    assert filter_of([])(ENTRY)


def test_an_entry_without_id_is_only_different() -> None:
    """Entries of syslog have no number, so no comparison with one holds but being different."""
    entry = LogEntry("x", "", "", "Error", ENTRY.moment, "c", "k")
    assert [each for each in list(Relation)[2:] if filter_of([row("Event ID", each, "0")])(entry)] == [
        Relation.IS_DIFFERENT_THAN
    ]


@pytest.mark.parametrize(
    ("name", "relation", "value"),
    [("Event ID", "Contains", "1"), ("Type", "is equal to", "Error"), ("Event ID", "is equal to", "many")],
)
def test_filters_without_sense_are_refused(name: str, relation: str, value: str) -> None:
    """The failure says which relations there are, or which value is no number."""
    with pytest.raises(ActivityFailed, match="Message filters"):
        filter_of([row(name, relation, value)])


def test_severities_and_facilities() -> None:
    """0 to 3 are errors, 4 warnings, the rest information; facilities go by name."""
    assert [type_of(each) for each in range(8)] == ["Error"] * 4 + ["Warning"] + ["Information"] * 3
    assert (category_of(0), category_of(3), category_of(23), category_of(24)) == ("kern", "daemon", "local7", "")
