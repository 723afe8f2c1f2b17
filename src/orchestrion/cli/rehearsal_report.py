"""Telling what became of rehearsals: for people, for programs, and as JUnit XML for build servers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from orchestrion.cli.rehearsal_files import Verdict
from orchestrion.cli.terminal import terminal
from orchestrion.engine.rehearsal import Execution, Rehearsed
from orchestrion.model.condition import Status
from orchestrion.model.values import Json

_MARKS = {"passed": "ok   ", "failed": "FAIL ", "error": "ERROR"}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INDENT = " " * 8


def tell(verdicts: Sequence[Verdict]) -> None:
    """Prints each case with what went wrong below it, and how many there were."""
    for file, cases in groupby(verdicts, key=lambda each: each.file):
        terminal().say(file)
        for each in cases:
            terminal().say(f"  {_MARKS[each.state]} {each.case or 'the file cannot be used'}")
            for line in _lines(each):
                terminal().say(f"{_INDENT}{line}")
    counts = Counter(each.state for each in verdicts)
    terminal().say(f"{counts['passed']} passed, {counts['failed']} failed, {counts['error']} with errors")


def as_json(verdict: Verdict) -> dict[str, Json]:
    """One verdict for programs."""
    found: dict[str, Json] = {"file": verdict.file, "case": verdict.case, "state": verdict.state}
    run = verdict.run
    if run is not None:
        found |= {
            "outcome": run.outcome.value,
            "error": run.error,
            "duration_seconds": run.duration_seconds,
            "path": [_step_json(each) for each in run.executions],
            "returned": [dict(each) for each in run.returned],
        }
    failures: list[Json] = [
        {"expectation": each.expectation, "expected": each.expected, "happened": each.happened, "note": each.note}
        for each in verdict.mismatches
    ]
    return found | {"failures": failures, "problems": list(verdict.problems)}


def as_junit(verdicts: Sequence[Verdict]) -> str:
    """All verdicts as JUnit XML: a suite per file, a test case per case."""
    root = ET.Element("testsuites", _counts(verdicts))
    for file, cases in groupby(verdicts, key=lambda each: each.file):
        of_file = list(cases)
        suite = ET.SubElement(root, "testsuite", {"name": _clean(file)} | _counts(of_file))
        for each in of_file:
            _add_case(suite, each)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_case(suite: ET.Element, verdict: Verdict) -> None:
    name = verdict.case or "the file cannot be used"
    case = ET.SubElement(suite, "testcase", {"classname": _clean(verdict.file), "name": _clean(name)})
    if verdict.state != "passed":
        lines = [_clean(line) for line in _lines(verdict)]
        kind = "failure" if verdict.state == "failed" else "error"
        ET.SubElement(case, kind, {"message": lines[0]}).text = "\n".join(lines)


def _counts(verdicts: Sequence[Verdict]) -> dict[str, str]:
    counts = Counter(each.state for each in verdicts)
    return {"tests": str(len(verdicts)), "failures": str(counts["failed"]), "errors": str(counts["error"])}


def _clean(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _lines(verdict: Verdict) -> Iterator[str]:
    """What went wrong, and with a failed expectation the way that the run took."""
    for problem in verdict.problems:
        yield from problem.splitlines()
    for mismatch in verdict.mismatches:
        yield str(mismatch)
    if verdict.mismatches and verdict.run:
        yield f"path taken: {_path(verdict.run)}"


def _path(run: Rehearsed) -> str:
    return ", ".join(_step(each) for each in run.executions) or "nothing ran"


def _step(execution: Execution) -> str:
    if execution.status is Status.SUCCESS:
        return execution.activity
    why = f": {execution.error}" if execution.error else ""
    return f"{execution.activity} ({execution.status.value}{why})"


def _step_json(execution: Execution) -> dict[str, Json]:
    return {"activity": execution.activity, "status": execution.status.value, "error": execution.error}
