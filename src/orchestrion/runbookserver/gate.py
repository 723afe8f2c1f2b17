"""Which executions may start: an instance may be paused, stepped through, stopped at breakpoints, or given data.

Everything a person asks of a running instance comes as a control message and stands in its journal, so that whoever
takes the instance over knows it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from orchestrion.engine.commands import StartActivity
from orchestrion.model.condition import Status
from orchestrion.model.values import Json, Record
from orchestrion.runbookserver.given import mapping_of, records_of
from orchestrion.sdk.invoke import Ended

Holds = Callable[[str], bool]  # whether the expression of a conditional breakpoint is true for a record


@dataclass(slots=True)
class Gate:
    """The wishes in force, and what is held back because of them.

    `pins` are endings given instead of running an activity, `edits` inputs given instead of what would be bound, both
    by activity id. `steps` is how many more executions may start, None for any number. `halted` is why the author wants
    a person to look before anything goes on.
    """

    paused_by: str = ""
    halted: str = ""
    steps: int | None = None
    breakpoints: dict[str, str] = field(default_factory=dict)
    pins: dict[str, Ended] = field(default_factory=dict)
    edits: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    held_back: dict[str, str] = field(default_factory=dict)
    _run_to: str = ""
    _passed: set[str] = field(default_factory=set)

    def reason(self) -> str:
        """Why nothing more starts, in words; empty when nothing is held back and nobody has paused the instance."""
        if self.halted or self.paused_by:
            return self.halted or f"Paused by {self.paused_by}."
        return next(iter(self.held_back.values()), "")

    @property
    def _is_open(self) -> bool:
        """Whether nobody wants anything held back, which is what nearly every execution finds."""
        wishes = self.paused_by or self.halted or self.breakpoints or self._run_to or self.held_back
        return not wishes and self.steps is None

    def opens(self, command: StartActivity, name: str, holds: Holds) -> bool:
        """Whether the execution may start now; if not, it is held back until a message lets it go."""
        if self._is_open:
            return True
        key = str(command.key)
        why = self._obstacle(key, command.activity, name, holds)
        if why:
            self.held_back[key] = why
            return False
        self.held_back.pop(key, None)
        self._passed.discard(key)
        if self.steps is not None:
            self.steps -= 1
        return True

    def _obstacle(self, key: str, activity: str, name: str, holds: Holds) -> str:
        if self.halted or self.paused_by:
            return self.reason()
        if self.steps == 0:
            return f"Stopped before '{name}' (step)."
        if key in self._passed or self.steps is not None:
            return ""
        if activity == self._run_to:
            return f"Stopped before '{name}' (run to here)."
        condition = self.breakpoints.get(activity)
        return f"Stopped before '{name}' (breakpoint)." if condition is not None and holds(condition) else ""

    def take(self, message: Mapping[str, Json]) -> None:
        """Does what a control message asks; the caller then offers again what was held back."""
        activity = str(message.get("activity") or "")
        match message.get("do"):
            case "pause":
                self.paused_by = str(message.get("by"))
            case "continue":
                self._go_on("")
            case "run-to":
                self._go_on(activity)
            case "step":
                self.paused_by, self.halted, self.steps = "", "", 1
            case "breakpoints":
                self.breakpoints = {str(name): str(each or "") for name, each in mapping_of(message.get("at")).items()}
            case "skip":
                self.pins[activity] = ended_of(message)
            case "unskip":
                self.pins.pop(activity, None)
            case "edit":
                self.edits[activity] = mapping_of(message.get("inputs"))
            case _:
                pass  # a wish of a later release

    def _go_on(self, run_to: str) -> None:
        self.paused_by, self.halted, self.steps, self._run_to = "", "", None, run_to
        self._passed.update(self.held_back)

    def taken_over(self) -> None:
        """After all messages of the journal: a step that was asked for has been made, or is asked for again."""
        if self.steps is not None:
            self.steps = 0
        self._passed.clear()


def gate_of(test: Mapping[str, Json] | None) -> Gate:
    """The gate that an instance begins with; `test` are the options of a test, None for an ordinary run."""
    gate = Gate()
    if test is None:
        return gate
    gate.take({"do": "breakpoints", "at": test.get("breakpoints")})
    for activity, given in mapping_of(test.get("pins")).items():
        gate.pins[activity] = ended_of(mapping_of(given))
    for activity, given in mapping_of(test.get("edits")).items():
        gate.edits[activity] = mapping_of(given)
    if test.get("step"):
        gate.steps = 0
    return gate


def ended_of(given: Mapping[str, Json]) -> Ended:
    """The ending that somebody gives for an activity: a status (success by default), records and an error text."""
    records: tuple[Record, ...] = records_of(given.get("records"))
    return Ended(Status(str(given.get("status") or "success")), records, str(given.get("error") or ""))
