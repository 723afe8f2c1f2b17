"""What every pack of the product keeps to."""

import re
from importlib.metadata import EntryPoint
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from orchestrion.model.activity_type import ActivityType
from orchestrion.sdk import ActivityKind, PackManifest
from orchestrion.sdk.manifest import AnyDefinition

PACKS = {
    "runbookcontrol": ["initialize-data", "invoke-runbook", "return-data", "junction", "for-each", "while"],
    "system": ["end-process", "run-program", "run-script"],
    "scheduling": ["check-schedule", "monitor-date-time"],
    "monitoring": ["get-process-status", "monitor-event-log"],
    "files": ["monitor-file"],
    "email": ["send-email"],
    "notification": ["send-platform-event"],
    "utilities": ["compare-values", "get-counter-value", "modify-counter"],
    "textfiles": ["append-line", "read-line"],
}
FOLDER = Path(__file__).parents[2] / "src" / "orchestrion" / "packs"
DRAWING = {f"{{http://www.w3.org/2000/svg}}{tag}" for tag in ("svg", "path", "circle", "rect")}


def manifest_of(pack: str) -> PackManifest:
    found = EntryPoint(pack, f"orchestrion.packs.{pack}.manifest:manifest", "orchestrion.packs").load()
    assert isinstance(found, PackManifest)
    return found


DEFINITIONS = [
    pytest.param(kind, definition, id=kind.id) for pack in PACKS for kind, definition in manifest_of(pack).definitions()
]
definitions = pytest.mark.parametrize(("kind", "definition"), DEFINITIONS)


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_offers_what_it_should(pack: str) -> None:
    """Each activity has its id below the pack's."""
    manifest = manifest_of(pack)
    assert [kind.id for kind, _ in manifest.definitions()] == [f"{manifest.id}.{name}" for name in PACKS[pack]]


def test_every_folder_is_a_pack_that_is_tested() -> None:
    """No pack is forgotten here."""
    assert {path.parent.name for path in FOLDER.glob("*/manifest.py")} == set(PACKS)


@definitions
def test_an_icon_draws_and_does_nothing_else(kind: ActivityType, definition: AnyDefinition) -> None:
    """Every activity has one; it takes the colour of the text around it, and holds shapes alone."""
    root = ET.fromstring(kind.icon)
    assert {element.tag for element in root.iter()} <= DRAWING
    assert (root.get("viewBox"), root.get("stroke")) == ("0 0 24 24", "currentColor")
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


@definitions
def test_the_documentation_states_the_effect_class(kind: ActivityType, definition: AnyDefinition) -> None:
    """The docstring says the class and why, and begins with what the activity does."""
    text = definition.handler.__doc__ or ""
    assert f"Effect class `{kind.effect.default.value}`" in text
    assert kind.summary == text.splitlines()[0]
    assert kind.summary.endswith(".")


@definitions
def test_inputs_are_consistent(kind: ActivityType, definition: AnyDefinition) -> None:
    """Names can be written in a runbook, labels differ, and what depends on another input names one."""
    names = {field.name for field in kind.inputs}
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in names)
    assert len({field.label for field in kind.inputs}) == len(kind.inputs)
    assert {field.shown_when.input for field in kind.inputs if field.shown_when} <= names
    assert {limit.input for limit in kind.limits} <= names


@definitions
def test_a_class_keeps_its_promise(kind: ActivityType, definition: AnyDefinition) -> None:
    """Verifiable activities bring both functions, monitors their beginning, the others none.

    Of what the product itself carries out, it knows by itself whether it took place.
    """
    verifiable = kind.effect.default.value == "verifiable" and kind.kind is not ActivityKind.CONTROL
    assert (definition.prepare_func is not None, definition.verify_func is not None) == (verifiable, verifiable)
    assert (definition.begin_func is not None) == (kind.kind is ActivityKind.MONITOR)
