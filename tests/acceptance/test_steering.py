"""An operator takes part in runs by the command line: a test with stops, a pause, a run made good."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.installation import Installation
from tests.services.orchestrion import COMMAND, OrchestrionProcess, clean_environment
from tests.services.waiting import eventually


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One `orchestrion up` for all tests here: each has a runbook of its own."""
    process = OrchestrionProcess(tmp_path_factory.mktemp("data"))
    process.start()
    yield Installation(process)
    process.close()


def add(product: Installation, name: str, text: str) -> None:
    """Imports a runbook over the API, which takes less time than a command."""
    document = f"orchestrion: runbook/1\nname: {name}\n{text}"
    product.request("POST", "/runbooks/import", {"files": [{"path": f"{name}.yaml", "text": document}]})


def three_lines(file: Path, last: Path | None = None, gate: Path | None = None) -> str:
    """A chain that writes `a`, `b` and `c`, the last perhaps elsewhere, the first perhaps when `gate` is there."""
    wait = f"while [ ! -e {gate} ]; do sleep 0.05; done; " if gate else ""
    first = f'{{type: system.run-script, inputs: {{type: Shell, script: "{wait}echo a >> {file}"}}}}'
    line = "{type: text-files.append-line, inputs: {file: %s, text: %s}}"
    return (
        f"activities:\n  a: {first}\n  b: {line % (file, 'b')}\n  c: {line % (last or file, 'c')}\n"
        "links: [{from: a, to: b}, {from: b, to: c}]\n"
    )


def written(file: Path) -> str:
    """The letters in the file."""
    return "".join(file.read_text().split()) if file.exists() else ""


def printed(product: Installation, *words: str, code: int = 0) -> Any:  # JSON
    """What a command prints as JSON."""
    done = product.command(*words, "--json")
    assert done.code == code, done.output + done.error
    return json.loads(done.output)


def held_again(product: Installation, job_id: str, reason: str) -> None:
    """Waits until the job is held for this reason."""
    eventually(lambda: product.request("GET", f"/jobs/{job_id}")["reason"] == reason, reason)


def test_a_test_is_taken_from_stop_to_stop(product: Installation, tmp_path: Path) -> None:
    """A command starts it and shows where it stands; others give data, go a step, and let it end."""
    file = tmp_path / "out"
    add(product, "Tried", three_lines(file))
    tried = product.command("runbook", "try", "Tried", "--break", "b")
    assert tried.code == 3, tried.error
    assert "Stopped before 'b' (breakpoint)." in tried.output
    assert f"file:  {file}" in tried.output
    job = product.request("GET", "/jobs")["items"][0]
    instance = job["latest_instance_id"]
    assert f"orchestrion instance step {instance}" in tried.output
    (wait,) = product.request("GET", f"/instances/{instance}/waits")
    assert wait["inputs"]["text"] == "b"
    printed(product, "instance", "edit", instance, "b", "--input", "text=x")
    printed(product, "instance", "step", instance)
    held_again(product, job["id"], "Stopped before 'c' (step).")
    assert "'c' is held back. Stopped before 'c' (step)." in product.command("instance", "waits", instance).output
    printed(product, "instance", "skip", instance, "c", "--record", "File path=nowhere")
    printed(product, "job", "continue", job["id"])
    product.wait_for_status(job["id"], "success")
    assert written(file) == "ax"
    shown = product.command("job", "show", job["id"]).output
    assert "given" in shown
    assert instance in shown


def test_a_person_at_the_terminal_is_asked_at_each_stop(product: Installation, tmp_path: Path) -> None:
    """The same command goes on as it is told, up to the end of the test."""
    file = tmp_path / "out"
    add(product, "Asked", three_lines(file))
    keyboard, screen = pty.openpty()
    command = [str(COMMAND), "runbook", "try", "Asked", "--step", "--data-dir", str(product.folder)]
    with subprocess.Popen(
        command, stdin=screen, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment()
    ) as process:
        os.write(keyboard, b"step\nperhaps\nstep\ncontinue\n")
        output, error = process.communicate(timeout=30)
    os.close(keyboard)
    os.close(screen)
    assert process.returncode == 0, error
    assert output.count("Stopped before") == 3
    assert written(file) == "abc"


def test_a_test_that_has_to_wait_says_why(product: Installation, tmp_path: Path) -> None:
    """Another one that was left at a stop has the runbook's turn; when it is stopped, the next begins."""
    add(product, "Queued", three_lines(tmp_path / "out"))
    left = printed(product, "runbook", "try", "Queued", "--step", code=3)
    command = [str(COMMAND), "runbook", "try", "Queued", "--data-dir", str(product.folder)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=clean_environment()
    ) as process:
        assert process.stderr is not None
        told = next(line for line in process.stderr if line.startswith("It has not begun. "))
        product.request("POST", f"/jobs/{left['id']}/stop")
        assert process.wait(30) == 0
    assert "Waits its turn" in told


def test_a_failed_run_is_made_good(product: Installation, tmp_path: Path) -> None:
    """The preview tells what is reused; with the input corrected only the rest runs again."""
    file = tmp_path / "out"
    add(product, "Failing", three_lines(file, last=tmp_path / "missing" / "out"))
    job = printed(product, "runbook", "run", "Failing", "--wait", code=3)
    rerun = ("instance", "rerun", job["latest_instance_id"], "--from", "c", "--input", f"c.file={file}")
    assert [each["verdict"] for each in printed(product, *rerun, "--preview")] == ["reused", "reused", "runs again"]
    refused = product.command(*rerun)
    assert (refused.code, "--yes" in refused.error) == (2, True)
    assert "verifiable" in refused.output
    again = printed(product, *rerun, "--yes")
    assert again["rerun_of"] == job["latest_instance_id"]
    product.wait_for_status(again["id"], "success")
    assert written(file) == "abc"


def test_a_paused_job_waits_until_it_is_continued(product: Installation, tmp_path: Path) -> None:
    """What runs goes on to its end; the rest follows when somebody says so."""
    file, gate = tmp_path / "out", tmp_path / "gate"
    add(product, "Paused", three_lines(file, gate=gate))
    job_id = product.start("Paused")
    product.wait_for_status(job_id, "running")
    printed(product, "job", "pause", job_id)
    gate.touch()
    held_again(product, job_id, "Paused by admin.")
    assert written(file) == "a"
    printed(product, "job", "continue", job_id)
    product.wait_for_status(job_id, "success")
    assert written(file) == "abc"


def test_a_doubt_is_answered_and_not_continued(product: Installation, tmp_path: Path) -> None:
    """Continuing the job would run it unknowingly, so it is refused until somebody has answered."""
    file = tmp_path / "out"
    add(product, "Doubtful", three_lines(file, gate=tmp_path / "gate"))
    job_id = product.start("Doubtful")
    instance = product.request("GET", f"/jobs/{job_id}")["latest_instance_id"]
    at = f"/instances/{instance}/activities"
    eventually(lambda: product.request("GET", at)["items"] or None, "the script to run")
    product.process.kill()
    product.process.start()
    product.wait_for_status(job_id, "held")
    refused = product.command("job", "continue", job_id)
    assert (refused.code, "in doubt" in refused.error) == (4, True)
    (doubt,) = product.request("GET", "/doubts")
    printed(product, "doubt", "answer", doubt["id"], "succeeded")
    product.wait_for_status(job_id, "success")
    assert written(file) == "bc"
