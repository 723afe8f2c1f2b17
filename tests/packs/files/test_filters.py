"""Filters on files."""

import os
import pwd

import pytest

from orchestrion.packs.files.filters import FileFilter, filter_of
from orchestrion.packs.files.snapshot import FileState
from orchestrion.sdk import ActivityFailed

SECOND = 1_000_000_000
STATE = FileState(1, 2, 1500, 0o644, os.geteuid(), 0, 1_767_225_600 * SECOND, 1_767_225_600 * SECOND, 0)  # 2026-01-01


def row(name: str, relation: str, value: str) -> FileFilter:
    return FileFilter.model_validate({"name": name, "relation": relation, "value": value})


@pytest.mark.parametrize(
    ("name", "relation", "value"),
    [
        ("File name", "equals", "REPORT-1.CSV"),
        ("File name", "does not equal", "report"),
        ("File name", "contains", "port"),
        ("File name", "does not contain", "sub"),
        ("File name", "starts with", "rep"),
        ("File name", "ends with", ".csv"),
        ("File name", "matches pattern", "report-?.*"),
        ("File name", "does not match pattern", "*.txt"),
        ("Extension", "equals", "csv"),
        ("Extension", "equals", ".CSV"),
        ("Size", "is more than", "1499"),
        ("Size", "is less than", "1501"),
        ("Size", "equals", "1500"),
        ("Modified", "is before", "2026-01-01T00:00:01"),
        ("Accessed", "is after", "2025-12-31T23:59:59"),
        ("Owner", "equals", pwd.getpwuid(os.geteuid()).pw_name),
    ],
)
def test_each_criterion_has_its_relations(name: str, relation: str, value: str) -> None:
    """Case does not matter, an extension may have its dot."""
    assert filter_of([row(name, relation, value)])("sub/Report-1.csv", STATE)


def test_all_filters_must_match() -> None:
    """One that does not keeps the file out."""
    rows = [row("Extension", "equals", "csv"), row("Size", "is more than", "2000")]
    assert not filter_of(rows)("a.csv", STATE)
    assert filter_of([])("a.csv", STATE)


@pytest.mark.parametrize(
    ("name", "relation", "value"),
    [
        ("File name", "is less than", "1"),
        ("Size", "contains", "1"),
        ("Size", "equals", "big"),
        ("Modified", "equals", "2026-01-01"),
        ("Modified", "is before", "yesterday"),
    ],
)
def test_filters_without_sense_are_refused(name: str, relation: str, value: str) -> None:
    """The failure names the criterion."""
    with pytest.raises(ActivityFailed, match=f"Filters: {name}"):
        filter_of([row(name, relation, value)])
