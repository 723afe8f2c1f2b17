"""The control activities say what they take, and leave the work to the engine."""

import pytest

from orchestrion.packs.runbookcontrol.initialize_data import initialize_data
from orchestrion.packs.runbookcontrol.manifest import manifest
from orchestrion.packs.runbookcontrol.return_data import return_data
from orchestrion.sdk.testing import RehearsalContext, run

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("definition", [initialize_data, return_data])
async def test_nobody_but_the_engine_runs_them(definition: object) -> None:
    """Run as an activity they fail instead of pretending."""
    ended = await run(definition, RehearsalContext())
    assert ended.status == "failed"
    assert "interpreted by the engine" in ended.error


def test_parameters_are_rows_that_name_items() -> None:
    """The designer learns the columns, and that each row is published under its name."""
    kind = {kind.id: kind for kind, _ in manifest.definitions()}["runbook-control.initialize-data"]
    assert [column.name for column in kind.inputs[0].columns] == [
        "name", "type", "required", "default", "description", "choices"
    ]  # fmt: skip
    assert kind.inputs[0].columns[1].choices == ("text", "number", "boolean", "date-time")
    assert kind.dynamic_items is not None
    assert kind.dynamic_items.input == "parameters"


def test_return_data_takes_a_mapping() -> None:
    """Values go by the names that the runbook declares."""
    kind = {kind.id: kind for kind, _ in manifest.definitions()}["runbook-control.return-data"]
    assert (kind.inputs[0].name, kind.inputs[0].kind) == ("values", "mapping")
