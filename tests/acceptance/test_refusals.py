"""Bad input is refused with a message that names the place and the way out, and nothing is half imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.installation import Installation

GOOD = """
orchestrion: runbook/1
name: Good
activities:
  a: {type: text-files.append-line, inputs: {file: /tmp/x, text: x}}
links: []
"""
HEAD = "orchestrion: runbook/1\nname: Bad\n"
APPEND = "{type: text-files.append-line, inputs: {file: /tmp/x, text: x}}"
BAD = {
    "broken YAML": (HEAD + "activities: {a: [}", ["bad.yaml:3:", "expected the node content"]),
    "unknown type": (HEAD + "activities: {a: {type: nowhere.nothing}}\nlinks: []", ["a", "nowhere.nothing", "Install"]),
    "not upstream": (
        HEAD
        + "activities:\n  a: {type: text-files.append-line, inputs: {file: /tmp/x, text: '{{ b[\"Line text\"] }}'}}\n"
        + f"  b: {APPEND}\nlinks: [{{from: a, to: b}}]",
        ["activity a", "text", "does not run before"],
    ),
    "cycle": (
        HEAD + f"activities:\n  s: {APPEND}\n  a: {APPEND}\n  b: {APPEND}\n"
        "links: [{from: s, to: a}, {from: a, to: b}, {from: b, to: a}]",
        ["cycle", "a → b → a", "Looping"],
    ),
    "two starting points": (
        HEAD + f"activities:\n  a: {APPEND}\n  b: {APPEND}\nlinks: []",
        ["2 starting points", "(a)", "(b)"],
    ),
    "missing input": (
        HEAD + "activities: {a: {type: text-files.append-line, inputs: {file: /tmp/x}}}\nlinks: []",
        ["'Text'", "needs a value"],
    ),
    "unknown field": (HEAD + f"activities: {{a: {APPEND}}}\nlinks: []\ncolour: red", ["colour", "not a known field"]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_runbook_is_refused_whole(product: Installation, tmp_path: Path, case: str) -> None:
    """The good file beside it is not imported either, and the message says where and what to do."""
    text, expected = BAD[case]
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(text)
    done = product.command("runbook", "import", tmp_path / "good.yaml", tmp_path / "bad.yaml")
    assert done.code == 4
    for part in expected:
        assert part in done.error
    assert "Good" not in product.command("runbook", "list").output


def test_samples_are_in_canonical_form(product: Installation) -> None:
    """Exporting gives the files in samples/ to the letter."""
    listed = product.request("GET", "/runbooks")["items"]
    assert len(listed) == 3
    for each in listed:
        file = Path(__file__).parents[2] / "samples" / f"{each['name']}.yaml"
        assert product.command("runbook", "export", each["path"]).output == file.read_text()


def test_a_run_that_fails_and_one_that_succeeds_differ_in_exit_code(product: Installation, tmp_path: Path) -> None:
    """0 for success, 3 for a failed run, 4 for a refused start, 2 for bad usage."""
    (tmp_path / "in.txt").write_text("one two\n")
    report = f"report={tmp_path / 'report.txt'}"
    run = ("runbook", "run", "Samples/Count words in a file", "--wait", "-p", report)
    assert product.command(*run, "-p", f"file={tmp_path / 'in.txt'}").code == 0
    assert product.command(*run, "-p", "file=/does/not/exist").code == 3
    assert product.command(*run).code == 4
    assert product.command("runbook", "run", "--no-such-flag").code == 2
