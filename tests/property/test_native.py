"""What holds for the text form of every runbook."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for
from ruamel.yaml import YAML

from orchestrion.interchange.native import NativeText
from orchestrion.interchange.schema import runbook_schema
from orchestrion.interchange.yaml_reader import read_yaml
from orchestrion.interchange.yaml_writer import write_yaml
from orchestrion.model.codec import write_runbook
from orchestrion.model.errors import DocumentError
from orchestrion.model.runbook import Runbook
from orchestrion.model.values import Json
from tests.property.documents import TEXTS, VALUES, runbooks

NATIVE = NativeText()
SCHEMA = validator_for(runbook_schema())
RICH = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
PIECES = st.sampled_from(
    ["a", ":", " ", "\n", "- ", "[", "]", "{", "}", ",", "&x", "*x", "!!str", "|", ">", "'", '"', "#", "? ", "<<: ",
     "---", "...", "%YAML 1.1", "\t", "~", "1", ".5", "\\u00", "orchestrion: runbook/1\n", "name: x\n", "activities:\n"]
)  # fmt: skip


@RICH
@given(runbooks())
def test_a_written_runbook_is_read_equal(runbook: Runbook) -> None:
    """As YAML and as JSON, and writing it again changes no letter."""
    text = NATIVE.write(runbook)
    assert NATIVE.read("run.yaml", text) == runbook
    assert NATIVE.write(NATIVE.read("run.yaml", text)) == text
    assert NATIVE.read("run.json", json.dumps(write_runbook(runbook))) == runbook


@RICH
@given(runbooks())
def test_a_written_runbook_fits_the_published_schema(runbook: Runbook) -> None:
    """An editor finds no fault with what the product writes."""
    SCHEMA.validate(write_runbook(runbook))


@RICH
@given(VALUES)
def test_any_value_is_read_as_it_was_written(value: Json) -> None:
    """Types and the order of keys included."""
    found = read_yaml(write_yaml(value)).value
    assert repr(found) == repr(value)


@RICH
@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
@given(value=VALUES)
def test_other_readers_see_the_same(version: tuple[int, int], value: Json) -> None:
    """Those that still take `yes` for a boolean and a day for a date included."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    assert yaml.load(write_yaml(value)) == value


@given(st.dictionaries(st.text(min_size=400, max_size=1200), TEXTS, max_size=2))
def test_long_keys_are_read_as_they_were_written(value: dict[str, str]) -> None:
    """YAML gives up a plain key after 1024 characters."""
    assert read_yaml(write_yaml(value)).value == value


@RICH
@given(VALUES)
def test_no_line_ends_in_a_space(value: Json) -> None:
    """Editors that strip spaces change nothing, unless a text of several lines has such lines itself."""
    text = write_yaml(value)
    if "|" not in text:
        assert not any(line.endswith(" ") for line in text.splitlines())


@given(st.text(max_size=200) | st.lists(PIECES, max_size=30).map("".join))
def test_the_reader_raises_only_its_own_errors(text: str) -> None:
    """Whatever somebody imports."""
    for file in ("run.yaml", "run.json"):
        with suppress(DocumentError):
            NATIVE.read(file, text)
