"""Rehearsal files: what they may say, and what is refused where."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema_rs import validator_for

from orchestrion.engine.expectations import Expectations, Rehearsal
from orchestrion.engine.rehearsal import BEGINNING, Result
from orchestrion.interchange.rehearsal_file import RehearsalText
from orchestrion.interchange.rehearsal_schema import rehearsal_schema
from orchestrion.interchange.yaml_reader import read_yaml
from orchestrion.model.condition import Status
from orchestrion.model.errors import DocumentError
from orchestrion.model.job import Outcome
from orchestrion.model.values import Json

TEXT = RehearsalText()
VALIDATOR = validator_for(rehearsal_schema())
FULL = """\
orchestrion: rehearsal/1
runbook: restart.yaml
cases:
  - name: the service is down
    parameters: {service: spooler}
    variables: {Folder/Name: value}
    computer_groups: {Web: [alpha, beta]}
    trigger: {Event text: stopped}
    now: 2026-01-01T08:00:00Z
    results:
      get_state: {records: [{Service state: stopped}]}
      restart: [{status: failed, error: busy}, {takes_seconds: 5}]
    compute: [format_time]
    stop_after: restart
    expect:
      outcome: success
      path: [watch, restart]
      path_contains: [restart]
      never: [send_mail]
      runs: {restart: 2}
      inputs: {restart: [{service: spooler}, {}]}
      data: {restart: {Service state: running}}
      returned: [{pid: 12}]
      error: busy
      duration_seconds: 30
"""
CASE = "orchestrion: rehearsal/1\ncases:\n  - name: one\n"


def only(text: str) -> Rehearsal:
    """The one rehearsal of a text."""
    [found] = TEXT.read("x.test.yaml", text).rehearsals
    return found


def refused(text: str) -> str:
    """The message with which a text is refused."""
    with pytest.raises(DocumentError) as error:
        TEXT.read("x.test.yaml", text)
    return str(error.value)


def test_what_a_run_begins_with_is_read() -> None:
    """Parameters, variables, trigger and the moment."""
    case = only(FULL).case
    assert (case.parameters, case.variables) == ({"service": "spooler"}, {"Folder/Name": "value"})
    assert (case.trigger, case.now) == ({"Event text": "stopped"}, datetime(2026, 1, 1, 8, tzinfo=UTC))
    assert case.computer_groups == {"Web": ("alpha", "beta")}
    assert (case.compute, case.stop_after) == (("format_time",), "restart")


def test_results_are_one_or_a_list() -> None:
    """What is left out is a success with one empty record, at once."""
    results = only(FULL).case.results
    assert results["get_state"] == (Result(records=({"Service state": "stopped"},)),)
    assert results["restart"] == (Result(Status.FAILED, error="busy"), Result(takes_seconds=5))


def test_every_expectation_is_read() -> None:
    """Each kind there is."""
    assert only(FULL).expectations == Expectations(
        outcome=Outcome.SUCCESS,
        path=("watch", "restart"),
        path_contains=("restart",),
        never=("send_mail",),
        runs={"restart": 2},
        inputs={"restart": [{"service": "spooler"}, {}]},
        data={"restart": {"Service state": "running"}},
        returned=({"pid": 12},),
        error="busy",
        duration_seconds=30,
    )


def test_what_is_left_out_is_the_same_every_time() -> None:
    """A case without a moment begins at a fixed one."""
    case = only(CASE + "    expect: {outcome: success}\n").case
    assert (case.now, case.compute, case.trigger) == (BEGINNING, None, None)


def test_json_is_read_like_yaml() -> None:
    """By the ending of the file's name."""
    document = {"orchestrion": "rehearsal/1", "cases": [{"name": "one", "expect": {"returned": []}}]}
    [found] = TEXT.read("x.test.json", json.dumps(document)).rehearsals
    assert found.expectations.returned == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("orchestrion: runbook/1\n", "x.test.yaml:1:1: orchestrion: expected 'rehearsal/1', found 'runbook/1'"),
        ("orchestrion: rehearsal/1\n", "there is no case"),
        ("a: [\n", "x.test.yaml:2:1"),
        (CASE, "cases[0].expect: the case expects nothing"),
        (CASE + "    expect: {}\n", "x.test.yaml:4:5: cases[0].expect: the case expects nothing"),
        (CASE + "    expct: {}\n", "x.test.yaml:4:5: cases[0].expct: is not a known field"),
        (CASE + "    expect: {outcome: fine}\n", "x.test.yaml:4:14: cases[0].expect.outcome: 'fine' is none of"),
        (CASE + "    expect: {runs: {a: -1}}\n", "cases[0].expect.runs.a: expected how often"),
        (CASE + "    expect: {never: a}\n", "cases[0].expect.never: expected a list"),
        (CASE + "    expect: {never: [1]}\n", "cases[0].expect.never[0]: expected a name"),
        (CASE + "    expect: {inputs: {a: [1]}}\n", "cases[0].expect.inputs.a[0]: expected a mapping"),
        (CASE + "    expect: {duration_seconds: x}\n", "expected a number of seconds"),
        (CASE + "    now: soon\n", "write it as 2026-01-01T08:00:00Z"),
        (CASE + "    trigger: {a: [1]}\n", "cases[0].trigger.a: expected a text, a number"),
        (CASE + "    results: {a: []}\n", "cases[0].results.a: the list is empty"),
        (CASE + "    results: {a: {status: running}}\n", "'running' is none of success, warning, failed"),
        (CASE + "    results: {a: {error: x}}\n", "a success has no error"),
        (CASE + "    results:\n      a:\n        - {takes_seconds: -1}\n", "x.test.yaml:6:12"),
    ],
)
def test_a_mistake_is_refused_with_its_place(text: str, message: str) -> None:
    """File, line, column, the way to the value, and what should stand there."""
    assert message in refused(text)


def test_two_cases_of_one_name_are_refused() -> None:
    """A report could not tell them apart."""
    case = "  - name: one\n    expect: {outcome: success}\n"
    assert "x.test.yaml:5:5: cases[1].name: there are two" in refused(f"orchestrion: rehearsal/1\ncases:\n{case}{case}")


def test_a_place_that_does_not_stand_in_the_file_is_located_by_what_is_around_it() -> None:
    """Never by a neighbour whose name begins alike."""
    locate = TEXT.read("x.test.yaml", FULL).locate
    assert locate("cases[0].results.restart[0].records[0].x") == "12:17"
    assert locate("cases[0].results.restart_all") == "10:5"


def test_what_is_written_is_read_again() -> None:
    """Recorded cases are ordinary files."""
    document: Json = {"orchestrion": "rehearsal/1", "cases": [{"name": "one", "expect": {"path": ["a"]}}]}
    assert only(TEXT.write(document)).expectations.path == ("a",)


def test_the_schema_knows_every_field_that_is_read() -> None:
    """The example that uses all of them is valid."""
    VALIDATOR.validate(read_yaml(FULL).value)


@pytest.mark.parametrize(
    "wrong", ["    expect: {}", "    expct: {}", "    expect: {outcome: fine}", "    results: {a: []}"]
)
def test_what_is_refused_is_not_valid_either(wrong: str) -> None:
    """The schema says beforehand what a reading would say."""
    assert not VALIDATOR.is_valid(read_yaml(f"{CASE}{wrong}\n").value)


def test_the_published_schema_is_current() -> None:
    """`orchestrion runbook test --schema` writes it."""
    file = Path(__file__).parents[3] / "docs" / "reference" / "rehearsal.schema.json"
    assert file.read_text(encoding="utf-8") == TEXT.schema()
