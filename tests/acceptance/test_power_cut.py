"""`kill -9` in the middle of a run, and what an operator finds after the restart."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.acceptance.installation import Installation
from tests.services.waiting import eventually

LINES = 10


def ten_lines(file: Path) -> str:
    """A chain of ten activities that append to `file`, with a short wait before each."""
    step = "{type: text-files.append-line, inputs: {file: %s, text: line %s}}"
    activities = "\n".join(f"  a{n}: {step % (file, n)}" for n in range(1, LINES + 1))
    links = "\n".join(f"- {{from: a{n}, to: a{n + 1}, delay_seconds: 0.1}}" for n in range(1, LINES))
    return f"activities:\n{activities}\nlinks:\n{links}\n"


def lines_of(file: Path) -> list[str]:
    """The lines written so far."""
    return file.read_text().splitlines() if file.exists() else []


@pytest.mark.parametrize("killed_at", [[1], [3, 6, 9]], ids=["once", "three times"])
def test_a_killed_server_goes_on_where_it_stood(product: Installation, tmp_path: Path, killed_at: list[int]) -> None:
    """After the restart the file holds each line once, in order, and the job ends as success."""
    file = tmp_path / "out.txt"
    product.add("Ten lines", ten_lines(file))
    job_id = product.start("Ten lines")
    for count in killed_at:
        eventually(lambda: len(lines_of(file)) >= count, f"line {count}")  # noqa: B023 - awaited at once
        product.process.kill()
        product.process.start()
    product.wait_for_status(job_id, "success")
    assert lines_of(file) == [f"line {n}" for n in range(1, LINES + 1)]


def test_a_program_whose_server_died_is_held_in_doubt(product: Installation, tmp_path: Path) -> None:
    """Run Program is never repeated unknowingly: the operator sees the doubt and answers on the command line."""
    marker = tmp_path / "ran"
    product.add(
        "Run once",
        f"""
        activities:
          run:
            type: system.run-program
            inputs: {{mode: Command execution, program_path: "echo $$ >> {marker}; sleep 60"}}
          after: {{type: text-files.append-line, inputs: {{file: {marker}, text: after}}}}
        links: [{{from: run, to: after}}]
        """,
    )
    job_id = product.start("Run once")
    eventually(lambda: lines_of(marker) or None, "the program to run")
    pid = int(lines_of(marker)[0])
    product.process.kill()
    eventually(lambda: not Path(f"/proc/{pid}").exists(), "the program to die with its server")
    product.process.start()
    product.wait_for_status(job_id, "held")
    listed = product.command("doubt", "list", "--json")
    (doubt,) = product.request("GET", "/doubts")
    assert doubt["id"] in listed.output
    answered = product.command("doubt", "answer", doubt["id"], "succeeded")
    assert answered.code == 0, answered.error
    product.wait_for_status(job_id, "success")
    assert lines_of(marker) == [str(pid), "after"]


def test_a_second_process_on_the_same_data_is_refused(product: Installation) -> None:
    """The message names the folder and the process that has it."""
    done = product.command("up", "--port", "0")
    assert done.code == 5
    assert str(product.folder) in done.error
    assert str(os.getpid()) not in done.error


def test_a_restart_keeps_everything_and_prints_no_password(product: Installation) -> None:
    """A second start keeps the runbooks and does not make another administrator."""
    before = product.request("GET", "/runbooks")["items"]
    assert product.process.stop() == 0
    product.process.start()
    assert product.request("GET", "/runbooks")["items"] == before
    assert "One-time password" not in product.process.process.output
