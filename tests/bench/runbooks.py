"""The runbooks that are measured: made of shipped activities that cost nothing outside."""

from __future__ import annotations

from dataclasses import dataclass

TEXT = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all."
BRANCHES = 100
MANY = 1_000_000  # jobs at once: no limit that counts here


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of activity to measure with."""

    type: str
    inputs: str  # of each activity but the first, `{before}` stands for the id of the one before
    first: str
    effect: str = ""  # declared by the author instead of the pack's
    tells: str = ""


KINDS = {
    "pure": Kind(
        "utilities.compare-values",
        '{{first_value: \'{{{{ {before}["String to compare"] }}}}\', relation: equals, second_value: "' + TEXT + '"}}',
        f'{{first_value: "{TEXT}", relation: equals, second_value: "{TEXT}"}}',
        tells="Compare Values: may run ahead of its journal",
    ),
    "read": Kind(
        "utilities.compare-values",
        '{{first_value: \'{{{{ {before}["String to compare"] }}}}\', relation: equals, second_value: "' + TEXT + '"}}',
        f'{{first_value: "{TEXT}", relation: equals, second_value: "{TEXT}"}}',
        effect="read",
        tells="Compare Values declared as `read`: everything before it is durable when it starts",
    ),
    "file": Kind(
        "text-files.read-line",
        '{{file: \'{{{{ {before}["File name"] }}}}\', line_numbers: "1"}}',
        '{file: "@FILE@", line_numbers: "1"}',
        tells="Read Line of a small file, in a thread: a real `read`",
    ),
}


def chain(kind: Kind, file: str, limit: int = MANY, length: int = 10) -> str:
    """Activities one after the other; each is given what the one before has published."""
    lines = [_activity(kind, f"a{number}", kind.inputs.format(before=f"a{number - 1}")) for number in range(1, length)]
    activities = "\n".join([_activity(kind, "a0", kind.first.replace("@FILE@", file)), *lines])
    links = ", ".join(f"{{from: a{number - 1}, to: a{number}}}" for number in range(1, length))
    return _runbook("Chain", limit, activities, links)


def fan(kind: Kind, file: str, branches: int = BRANCHES) -> str:
    """One activity, branches beside each other, and a junction that waits for all of them."""
    given = kind.inputs.format(before="a0")
    lines = [_activity(kind, f"b{number}", given) for number in range(branches)]
    join = "  join: {type: runbook-control.junction, position: [0, 0]}"
    activities = "\n".join([_activity(kind, "a0", kind.first.replace("@FILE@", file)), *lines, join])
    into = [f"{{from: a0, to: b{number}}}" for number in range(branches)]
    links = ", ".join([*into, *(f"{{from: b{number}, to: join}}" for number in range(branches))])
    return _runbook("Fan", MANY, activities, links)


def wait(seconds: float) -> str:
    """Two activities with a delay between them: a short one stays in memory, a long one is parked."""
    kind = KINDS["pure"]
    activities = f"{_activity(kind, 'a0', kind.first)}\n{_activity(kind, 'a1', kind.inputs.format(before='a0'))}"
    return _runbook("Wait", MANY, activities, f"{{from: a0, to: a1, delay_seconds: {seconds}}}")


def watch(log: str, runs: int) -> str:
    """A log monitor, and one activity for each line; so many runs at once."""
    kind = KINDS["pure"]
    monitor = f"  watch: {{type: monitoring.monitor-event-log, position: [0, 0], inputs: {{event_log: {log}}}}}"
    activities = f"{monitor}\n{_activity(kind, 'a0', kind.first)}"
    settings = f"settings: {{max_monitor_instances: {runs}}}"
    return _text("Watch", settings, activities, "{from: watch, to: a0}")


def _activity(kind: Kind, key: str, inputs: str) -> str:
    behaviour = f", behaviour: {{effect: {kind.effect}}}" if kind.effect else ""
    return f"  {key}: {{type: {kind.type}, name: {key}, position: [0, 0], inputs: {inputs}{behaviour}}}"


def _runbook(name: str, limit: int, activities: str, links: str) -> str:
    return _text(name, f"settings: {{max_simultaneous_jobs: {limit}}}", activities, links)


def _text(name: str, settings: str, activities: str, links: str) -> str:
    return f"orchestrion: runbook/1\nname: {name}\n{settings}\nactivities:\n{activities}\nlinks: [{links}]\n"
