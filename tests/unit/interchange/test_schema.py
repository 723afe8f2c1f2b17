"""The published JSON Schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema_rs import validator_for

from orchestrion.interchange.schema import runbook_schema, schema_text
from orchestrion.model.values import Json

PUBLISHED = Path(__file__).parents[3] / "docs" / "reference" / "runbook.schema.json"
VALIDATOR = validator_for(runbook_schema())


def document(**fields: Json) -> dict[str, Json]:
    """A document with these fields."""
    return {"orchestrion": "runbook/1", "name": "Run", **fields}


def test_the_published_schema_is_current() -> None:
    """Whoever changes the document publishes its schema with it."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize(
    "wrong",
    [
        document(orchestrion="runbook/2"),
        document(name="a/b"),
        document(name=" "),
        document(extra=1),
        document(settings={"max_simultaneous_jobs": 0}),
        document(settings={"recovery": "never"}),
        document(settings={"timetable": "Nights"}),
        document(activities={"A": {"type": "a.b"}}),
        document(activities={"var": {"type": "a.b"}}),
        document(activities={"a": {"type": "b"}}),
        document(activities={"a": {}}),
        document(links=[{"from": "a"}]),
        document(links=[{"from": "a", "to": "b", "include": [{"status": "running"}]}]),
        document(links=[{"from": "a", "to": "b", "include": [{"item": "x", "operator": "is like"}]}]),
        document(links=[{"from": "a", "to": "b", "include": [{"all": [], "any": []}]}]),
    ],
)
def test_an_editor_shows_what_is_wrong(wrong: dict[str, Json]) -> None:
    """What the reader refuses, the schema refuses."""
    assert not VALIDATOR.is_valid(wrong)


def test_every_property_is_described() -> None:
    """An editor shows the description beside what is typed."""
    assert list(_undescribed("", runbook_schema())) == []


def _undescribed(place: str, schema: Json) -> list[str]:
    found: list[str] = []
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "properties" and isinstance(value, dict):
                found += [f"{place}.{key}" for key, each in value.items() if not _is_described(each)]
            found += _undescribed(f"{place}.{name}", value)
    if isinstance(schema, list):
        for index, value in enumerate(schema):
            found += _undescribed(f"{place}[{index}]", value)
    return found


def _is_described(schema: Json) -> bool:
    return isinstance(schema, dict) and bool({"description", "$ref", "oneOf", "items"} & schema.keys())
