"""The text form of runbooks: what it looks like, and what is refused where."""

from __future__ import annotations

import pytest

from orchestrion.interchange.native import NativeText
from orchestrion.interchange.yaml_reader import MAX_CHARACTERS
from orchestrion.model.errors import DocumentError

NATIVE = NativeText()

CANONICAL = """\
orchestrion: runbook/1
name: Restart a process
description: Watches a log
settings:
  max_monitor_instances: 2
  servers: [one, two]
returned_data:
  - {name: pid, type: number, description: New process id}
activities:
  watch:
    type: monitoring.monitor-event-log
    name: Monitor Event Log
    position: [120, 80]
    inputs:
      event_log: journal
      filters:
        - {property: Description, relation: Contains, value: stopped}
        - {property: Level, relation: Equals, value: 'yes'}
  script:
    type: system.run-script
    name: Script
    position: [320, 80]
    inputs:
      code: |
        if True:
            print("a # b")

        exit()
      text: '{{ watch["Description"] }}: it''s gone'
      begins_with_a_space: |2-
         first
        second
      when: '2026-01-01'
    looping:
      delay_seconds: 0.5
links:
  - {from: watch, to: script}
  - from: watch
    to: script
    name: Another way with a name that is long enough to make the whole row too long for a single line
    include:
      - {status: [success, warning]}
"""


def refused(text: str, file: str = "run.yaml") -> str:
    """The message with which a text is refused."""
    with pytest.raises(DocumentError) as error:
        NATIVE.read(file, text)
    return str(error.value)


def test_the_text_form_is_what_people_would_write() -> None:
    """Block style, short rows on one line, long texts as blocks; reading and writing changes no letter."""
    assert NATIVE.write(NATIVE.read("run.yaml", CANONICAL)) == CANONICAL


def test_a_changed_input_is_a_changed_line() -> None:
    """Version control shows what was changed and nothing else."""
    changed = CANONICAL.replace("event_log: journal", "event_log: syslog")
    written = NATIVE.write(NATIVE.read("run.yaml", changed)).splitlines()
    assert [line for line in written if line not in CANONICAL.splitlines()] == ["      event_log: syslog"]


def test_what_people_write_differently_is_read_alike() -> None:
    """Comments, quotes, flow style and a byte order mark do not count."""
    text = '\ufeff# comment\n{"orchestrion": runbook/1, name: "Run", activities: {a: {type: !!str test.step}}}'
    plain = "orchestrion: runbook/1\nname: Run\nactivities:\n  a: {type: test.step}"
    assert NATIVE.read("x", text) == NATIVE.read("x", plain)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "run.yaml: the text is empty"),
        ("a: [", "run.yaml:1:5: while parsing a flow node"),
        ("a: 1\na: 2", "run.yaml:2:1: the key 'a' stands here twice"),
        ("a: &x 1\nb: *x", "run.yaml:1:4: anchors (&x) are not allowed"),
        ("b: *x", "run.yaml:1:4: aliases (*x) are not allowed"),
        ("<<: {a: 1}", "run.yaml:1:1: merging mappings"),
        ("a: !!python/name:os.system x", "run.yaml:1:4: tags"),
        ("a: !x {}", "run.yaml:1:4: tags"),
        ("? [a]\n: b", "run.yaml:1:3: a key must be a text"),
        ("a: 1\n---\nb: 2", "run.yaml:2:1: there is more than one document"),
        ("[" * 1000, "run.yaml:1:42: nested deeper than 40"),
        ("a: 1e999", "run.yaml:1:4: '1e999' is too large"),
        ("a: " + "1" * 5000, "run.yaml:1:4: "),
        ("a: \0", "run.yaml: unacceptable character"),
        ("\ta: 1", "run.yaml:1:1: while scanning"),
        ("x" * (MAX_CHARACTERS + 1), "run.yaml: the text has more than"),
        ("just text", "run.yaml:1:1: expected a mapping"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    """None of YAML's dangers gets through."""
    assert refused(text).startswith(message)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("name: Script", "nme: Script"), "run.yaml:21:5: activities.script.nme: is not a known field"),
        (("position: [120, 80]", "position: here"), "run.yaml:13:5: activities.watch.position: expected a list"),
        (("  script:", "  Script:"), "run.yaml:19:3: activities.Script: an activity id"),
        (("to: script}", "too: script}"), "run.yaml:37:5: links[0].to: expected a text, found nothing"),
        (("[success, warning]", "[succes]"), "run.yaml:42:10: links[1].include[0].status: 'succes' is none of"),
        (("settings:\n", "settings:\n  timetable: Nights\n"), "run.yaml:5:3: settings.timetable: is not a known field"),
        (("runbook/1", "runbook/2"), "run.yaml:1:1: orchestrion: expected 'runbook/1'"),
    ],
)
def test_a_mistake_is_shown_at_its_line(wrong: tuple[str, str], message: str) -> None:
    """A message names file, line, column and the place in the document."""
    assert refused(CANONICAL.replace(*wrong)).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n}', "run.json:2:1: "),
        ('{"a": 1, "a": 2}', "run.json: the key 'a' stands twice"),
        ('{"a": NaN}', "run.json: NaN is no number"),
        ('{"a": 1e999}', "run.json: orchestrion: expected"),
        ("[" * 100_000, "run.json: cannot be read as JSON"),
        ('{"orchestrion": "runbook/1", "name": 3}', "run.json: name: expected a text"),
    ],
)
def test_json_is_refused_with_its_place(text: str, message: str) -> None:
    """A file that is named so is read as JSON, as strictly."""
    assert refused(text, "run.json").startswith(message)


def test_dates_and_yes_are_texts() -> None:
    """What other YAML readers take for dates and booleans stays what people typed."""
    inputs = "{day: 2026-01-01, flag: yes, time: 12:30:00, octal: 0o17, hex: 0xff, nothing: ~}"
    text = f"orchestrion: runbook/1\nname: Run\nactivities:\n  a: {{type: test.step, inputs: {inputs}}}\n"
    found = NATIVE.read("run.yaml", text).activities["a"].inputs
    assert found == {"day": "2026-01-01", "flag": "yes", "time": "12:30:00", "octal": 15, "hex": 255, "nothing": None}
