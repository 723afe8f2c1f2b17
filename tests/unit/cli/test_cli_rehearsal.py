"""Rehearsing runbooks without a server, and recording runs of one."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from orchestrion.cli.failures import ExitCode
from tests.services.waiting import eventually
from tests.services.web_service import WebService
from tests.unit.cli.conftest import Command, result

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples"
GRADE = "Grade a number.yaml"
CASE = """\
orchestrion: rehearsal/1
runbook: Grade a number.yaml
cases:
  - name: one
    parameters: {number: 130}
    results: {tell_high: {}}
    expect:
      EXPECT
"""
GONE = """\
orchestrion: runbook/1
name: Gone
activities:
  read: {type: text-files.read-line, inputs: {file: /nowhere/at/all, line_numbers: "1"}}
"""
MAIL = """\
orchestrion: runbook/1
name: Mail
activities:
  tell:
    type: email.send-email
    inputs:
      recipients: [{email_address: a@example.org}]
      email_address: b@example.org
      user_id: me
      password: '{{ var["Record/Password"] }}'
      computer: '{{ var["Record/Server"] }}'
      port: 9
"""
SLOW = """\
orchestrion: runbook/1
name: Slow
activities:
  a: {type: utilities.compare-values, inputs: {first_value: a, relation: equals, second_value: a}}
  b: {type: utilities.compare-values, inputs: {first_value: a, relation: equals, second_value: a}}
links: [{from: a, to: b, delay_seconds: 600}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a runbook."""
    (tmp_path / GRADE).write_text((SAMPLES / GRADE).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def begun(orchestrion: Command, job_id: str) -> str:
    """The instance of a job, as soon as there is one."""
    look = partial(orchestrion, "job", "show", job_id, "--json")
    return str(eventually(lambda: result(look())["latest_instance_id"], "an instance"))


def removed(service: WebService, variables: list[dict[str, str]]) -> None:
    """Takes variables away: the service is shared with other tests."""
    with service.with_token() as api:
        for each in variables:
            api.delete(f"/variables/{each['id']}").raise_for_status()


def expecting(folder: Path, expect: str) -> Path:
    """A rehearsal of the folder's runbook that expects one thing."""
    file = folder / "Grade a number.test.yaml"
    file.write_text(CASE.replace("EXPECT", expect), encoding="utf-8")
    return file


def test_the_samples_pass_their_rehearsals(command: Command) -> None:
    """Each of them has some, and all hold."""
    verdicts = result(command("runbook", "test", SAMPLES, "--json"))
    assert {each["state"] for each in verdicts} == {"passed"}
    runbooks = {path.stem for path in SAMPLES.glob("*.yaml") if ".test" not in path.name} - {"variables"}
    assert {re.sub(r"\.test\.ya?ml$", "", Path(each["file"]).name) for each in verdicts} == runbooks


@pytest.mark.parametrize(
    "expect",
    [
        "outcome: failed",
        "path: [ask, compare, tell_low, return_low]",
        "path_contains: [tell_high, compare]",
        "never: [tell_high]",
        "runs: {tell_high: 2}",
        "inputs: {tell_high: {summary: 130 is low}}",
        "data: {compare: {Comparison result: false}}",
        "returned: [{grade: low, difference: 30}]",
        "error: the database is away",
    ],
)
def test_an_expectation_that_is_not_met_fails(command: Command, folder: Path, expect: str) -> None:
    """The exit code is 1; the report says what was expected and which way the run took."""
    expecting(folder, expect)
    done = command("runbook", "test", folder)
    assert done.exit_code == 1, done.output
    assert f"{expect.partition(':')[0]}" in done.stdout
    assert "path taken: ask, compare, tell_high, return_high" in done.stdout


def test_a_run_that_takes_too_long_fails(command: Command, folder: Path) -> None:
    """By virtual time."""
    file = expecting(folder, "duration_seconds: 10")
    file.write_text(file.read_text().replace("tell_high: {}", "tell_high: {takes_seconds: 11}"))
    done = command("runbook", "test", file)
    assert (done.exit_code, "expected 10, was 11" in done.stdout) == (1, True)


@pytest.mark.parametrize("named", ["", GRADE, "Grade a number.test.yaml"])
def test_rehearsals_are_found_by_folder_runbook_or_name(command: Command, folder: Path, named: str) -> None:
    """Whatever is at hand."""
    expecting(folder, "outcome: success")
    done = command("runbook", "test", *([folder / named] if named else []))
    assert (done.exit_code, "1 passed, 0 failed" in done.stdout) == (0, True)


def test_without_a_name_the_runbook_is_the_one_beside(command: Command, folder: Path) -> None:
    """The file's own name says which."""
    file = expecting(folder, "outcome: success")
    file.write_text(file.read_text().replace("runbook: Grade a number.yaml\n", ""))
    assert command("runbook", "test", folder).exit_code == 0


@pytest.mark.parametrize("named", [GRADE, ".", "nowhere"])
def test_nothing_to_rehearse_is_no_success(command: Command, folder: Path, named: str) -> None:
    """A gate that tries nothing must not pass."""
    done = command("runbook", "test", folder / named)
    assert done.exit_code == ExitCode.USAGE
    assert done.stderr.startswith("error: There is no")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("expect:", "expct:", ":7:5: cases[0].expct: is not a known field"),
        ("tell_high: {}", "tel_high: {}", ":6:15: cases[0].results.tel_high: there is no activity 'tel_high'; did you"),
        ("tell_high: {}", "tell_high: {records: [{Sumary: x}]}", "did you mean 'Summary'?"),
        ("results: {tell_high: {}}", "results: {}", "tell_high: {records: [{"),
        ("results: {tell_high: {}}", "compute: [tell_high]", "is not pure; give its results instead"),
        ("results: {tell_high: {}}", "compute: []", "compare: {records: [{"),
        ("number: 130", "nummer: 130", "There is no parameter 'nummer'."),
        ("runbook: Grade a number.yaml", "runbook: gone.yaml", ":2:1: runbook: there is no file"),
    ],
)
def test_a_wrong_file_is_told_with_the_way_out(command: Command, folder: Path, old: str, new: str, told: str) -> None:
    """The exit code is 2; file, line and place are named."""
    file = expecting(folder, "outcome: success")
    file.write_text(file.read_text().replace(old, new))
    done = command("runbook", "test", folder)
    assert done.exit_code == 2, done.output
    assert told in done.stdout
    assert str(file) in done.stdout


def test_a_runbook_that_cannot_run_is_told(command: Command, folder: Path) -> None:
    """With its file, before any case."""
    expecting(folder, "outcome: success")
    text = (folder / GRADE).read_text()
    (folder / GRADE).write_text(text.replace("utilities.compare-values", "utilities.nothing"))
    done = command("runbook", "test", folder)
    assert (done.exit_code, "utilities.nothing" in done.stdout) == (2, True)


def test_junit_tells_failures_from_errors(command: Command, folder: Path) -> None:
    """One suite per file, one test case per case."""
    expecting(folder, "outcome: failed")
    (folder / "other.test.yaml").write_text("orchestrion: rehearsal/2\n")
    assert command("runbook", "test", folder, "--junit", "out.xml").exit_code == 2
    root = ET.parse(folder / "out.xml").getroot()
    assert root.attrib == {"tests": "2", "failures": "1", "errors": "1"}
    [failure, error] = [*root.iter("failure"), *root.iter("error")]
    assert failure.attrib["message"].startswith("outcome: expected")
    assert "rehearsal/2" in (error.text or "")


def test_junit_is_well_formed_whatever_a_case_is_called(command: Command, folder: Path) -> None:
    """XML has no way to write some characters."""
    file = expecting(folder, "outcome: success")
    file.write_text(file.read_text().replace("name: one", r'name: "a\u0000<b>"'))
    assert command("runbook", "test", folder, "--junit", "out.xml").exit_code == 0
    assert [each.attrib["name"] for each in ET.parse("out.xml").iter("testcase")] == ["a\ufffd<b>"]


def test_the_json_report_holds_the_path_and_the_failures(command: Command, folder: Path) -> None:
    """Everything that the report for people tells."""
    expecting(folder, "runs: {tell_high: 2}")
    [verdict] = json.loads(command("runbook", "test", folder, "--json").stdout)
    assert [each["activity"] for each in verdict["path"]] == ["ask", "compare", "tell_high", "return_high"]
    assert [(each["expected"], each["happened"]) for each in verdict["failures"]] == [(2, 1)]


def test_the_example_of_the_guide_passes(command: Command, tmp_path: Path) -> None:
    """Readers copy it."""
    text = (ROOT / "docs" / "guide" / "rehearsal.md").read_text(encoding="utf-8")
    for info, name in (("yaml runbook", "restart.yaml"), ("yaml rehearsal", "restart.test.yaml")):
        [block] = re.findall(rf"^```{info}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        (tmp_path / name).write_text(block, encoding="utf-8")
    done = command("runbook", "test", tmp_path)
    assert done.exit_code == 0, done.output


def test_a_run_becomes_a_rehearsal_that_passes(orchestrion: Command, folder: Path) -> None:
    """Results of what acts, data of what computes, the path and what was returned."""
    assert orchestrion("runbook", "import", folder / GRADE).exit_code == 0
    job = result(orchestrion("runbook", "run", "Grade a number", "-p", "number=130", "--wait", "--json"))
    done = orchestrion("runbook", "record", job["latest_instance_id"], "-o", "Grade a number.test.yaml")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    text = (folder / "Grade a number.test.yaml").read_text(encoding="utf-8")
    assert "path: [ask, compare, tell_high, return_high]" in text
    assert "Comparison result: true" in text
    assert orchestrion("runbook", "test", folder).exit_code == 0


def test_a_recording_never_overwrites(orchestrion: Command, folder: Path) -> None:
    """The file may hold more than one case by now."""
    file = expecting(folder, "outcome: success")
    before = file.read_text()
    job = result(orchestrion("runbook", "run", "Hello", "-p", "word=x", "--wait", "--json"))
    done = orchestrion("runbook", "record", job["latest_instance_id"], "-o", file)
    assert (done.exit_code, file.read_text()) == (ExitCode.USAGE, before)


def test_an_encrypted_variable_is_not_recorded(
    orchestrion: Command, service: WebService, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Another text stands for it; a note says so, and that plain variables have the values of now."""
    (tmp_path / "Mail.yaml").write_text(MAIL)
    wanted = (("Record/Password", "s3cret-canary"), ("Record/Server", "127.0.0.1"))
    orders = [{"path": path, "value": value, "encrypted": "canary" in value} for path, value in wanted]
    with service.with_token() as api:
        made = [api.post("/variables", json=order).json() for order in orders]
        request.addfinalizer(lambda: removed(service, made))
    assert orchestrion("runbook", "import", tmp_path / "Mail.yaml").exit_code == 0
    job = json.loads(orchestrion("runbook", "run", "Mail", "--wait", "--json").stdout)
    done = orchestrion("runbook", "record", job["latest_instance_id"], "--json")
    [case] = result(done)["rehearsal"]["cases"]
    assert case["variables"] == {"Record/Password": "hidden", "Record/Server": "127.0.0.1"}
    assert "s3cret-canary" not in done.output
    assert "the variable 'Record/Password' is encrypted" in done.stderr


def test_a_run_that_failed_is_recorded_with_its_error(orchestrion: Command, tmp_path: Path) -> None:
    """What went wrong once can be tried again and again."""
    (tmp_path / "Gone.yaml").write_text(GONE)
    assert orchestrion("runbook", "import", tmp_path / "Gone.yaml").exit_code == 0
    job = json.loads(orchestrion("runbook", "run", "Gone", "--wait", "--json").stdout)
    done = orchestrion("runbook", "record", job["latest_instance_id"], "--json")
    [case] = result(done)["rehearsal"]["cases"]
    assert (case["results"]["read"]["status"], case["expect"]["outcome"]) == ("failed", "failed")
    assert done.stderr == ""


def test_an_instance_that_has_not_ended_is_not_recorded(orchestrion: Command, tmp_path: Path) -> None:
    """Half a way is no test."""
    (tmp_path / "Slow.yaml").write_text(SLOW)
    assert orchestrion("runbook", "import", tmp_path / "Slow.yaml").exit_code == 0
    job = result(orchestrion("runbook", "run", "Slow", "--json"))
    try:
        done = orchestrion("runbook", "record", begun(orchestrion, job["id"]))
        assert (done.exit_code, "record it when it has ended" in done.stderr) == (ExitCode.REFUSED, True)
    finally:
        orchestrion("job", "stop", job["id"])
