"""A runbook: activities joined by links, with settings (spec 2 and 3). Pure data; `codec.py` knows the stored form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrion.model.assignment import Policy
from orchestrion.model.condition import ON_SUCCESS, Condition
from orchestrion.model.values import Json, Value, ValueType

INITIALIZE_DATA = "runbook-control.initialize-data"
RETURN_DATA = "runbook-control.return-data"
JUNCTION = "runbook-control.junction"
INVOKE_RUNBOOK = "runbook-control.invoke-runbook"
FOR_EACH = "runbook-control.for-each"
WHILE = "runbook-control.while"
GROUP_TYPES = frozenset({FOR_EACH, WHILE})
CONTROL_TYPES = frozenset({INITIALIZE_DATA, RETURN_DATA, JUNCTION, INVOKE_RUNBOOK, *GROUP_TYPES})

ERROR = "error"  # under this name the error path subscribes to what failed, as if it were an activity

DEFAULT_LOOP_CAP = 1000  # attempts of a new loop before it fails (spec 3.9 [R])


class EffectClass(StrEnum):
    """What repeating an activity would do (durability.md 6)."""

    PURE = "pure"
    READ = "read"
    IDEMPOTENT = "idempotent"
    VERIFIABLE = "verifiable"
    ONCE = "once"


class InDoubtAnswer(StrEnum):
    """What the author answers for a `once` activity whose outcome a crash hid; ASK leaves it to an operator."""

    ASK = "ask"
    SUCCEED = "succeed"
    REPEAT = "repeat"
    FAIL = "fail"


class Recovery(StrEnum):
    """What happens to an instance whose server died (spec 5.7); RESUME is the default."""

    RESUME = "resume"
    RESTART = "restart"
    FAIL = "fail"
    HOLD = "hold"


class Flood(StrEnum):
    """What a monitor does when too many of its triggers wait (spec 5.5): watch no further for a while, or drop."""

    PAUSE = "pause"
    DROP = "drop"


class FlattenFormat(StrEnum):
    """How the records of one execution become one (spec 4.5)."""

    LINES = "lines"
    SEPARATOR = "separator"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Flatten:
    """Joins the records of one execution item by item; `separator` counts for the format SEPARATOR only."""

    format: FlattenFormat = FlattenFormat.SEPARATOR
    separator: str = ","


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Runs a failed execution again: `attempts` in all, waiting `delay_seconds`, times `backoff` after each.

    With conditions in `when`, only a failure for which one of them holds.
    """

    attempts: int = 1
    delay_seconds: float = 0
    backoff: float = 1
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class RunBehaviour:
    """The Run Behavior tab of an activity and our additions to it (spec 2.3). Zero seconds mean: off."""

    flatten: Flatten | None = None
    report_after_seconds: float = 0
    report_failure: bool = False
    timeout_seconds: float = 0
    retry: RetryPolicy = RetryPolicy()
    effect: EffectClass | None = None
    in_doubt: InDoubtAnswer = InDoubtAnswer.ASK
    parallel: int = 1


@dataclass(frozen=True, slots=True)
class Looping:
    """Repeats one activity until an exit condition holds (spec 3.9). Zero caps mean: no cap."""

    delay_seconds: float = 0
    exit: tuple[Condition, ...] = ON_SUCCESS
    do_not_exit: tuple[Condition, ...] = ()
    max_attempts: int = DEFAULT_LOOP_CAP
    max_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """One node of the graph. `id` is unique in the runbook and never changes; texts in `inputs` may hold templates.

    `group` is the id of the For Each or While activity whose body it is part of, or empty.
    """

    id: str
    type: str
    name: str
    description: str = ""
    position: tuple[int, int] = (0, 0)
    enabled: bool = True
    inputs: Mapping[str, Json] = field(default_factory=dict)
    behaviour: RunBehaviour = RunBehaviour()
    looping: Looping | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A directed edge that passes the records its filter lets through (spec 3.1); colour and width only show."""

    source: str
    target: str
    name: str = ""
    include: tuple[Condition, ...] = ON_SUCCESS
    exclude: tuple[Condition, ...] = ()
    delay_seconds: float = 0
    enabled: bool = True
    color: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """One item of a runbook's output contract, filled by Return Data."""

    name: str
    type: ValueType = ValueType.TEXT
    description: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The runbook's properties (spec 2.2). Zero seconds mean: off; no servers mean: the global list.

    `servers` has names and tags (`tag:zone=dmz`). `assignment` says how they share the work; None: as everywhere.
    `priority` is that of its jobs, from -100 to 100.

    `on_error` is the activity that begins the error path: it runs once, when everything else is over and a failure was
    taken by no link. With `fresh_variables` inputs read variables when their activity starts, not when the instance
    did. `schedule` is the path of the schedule that says when it may start (spec 6.3); empty: at any time.
    `quarantine_after_failures` instances of a monitor in a row that failed, no more are started; 0: never.
    """

    max_simultaneous_jobs: int = 1
    max_monitor_instances: int = 1
    max_waiting_triggers: int = 10_000
    when_flooded: Flood = Flood.PAUSE
    quarantine_after_failures: int = 10
    timeout_seconds: float = 0
    report_after_seconds: float = 0
    report_failure: bool = False
    servers: tuple[str, ...] = ()
    assignment: Policy | None = None
    priority: int = 0
    recovery: Recovery = Recovery.RESUME
    start_monitor_on_check_in: bool = False
    on_error: str = ""
    fresh_variables: bool = False
    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Runbook:
    """The content of a runbook: what one version stores. Where it lies and who holds it is not part of it."""

    name: str
    description: str = ""
    settings: Settings = Settings()
    returned_data: tuple[ReturnedItem, ...] = ()
    activities: Mapping[str, Activity] = field(default_factory=dict)
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter declared by Initialize Data; `choices` empty means: any value of the type."""

    name: str
    type: ValueType = ValueType.TEXT
    required: bool = True
    default: Value = None
    description: str = ""
    choices: tuple[str, ...] = ()


def start_activities(runbook: Runbook, group: str = "") -> list[Activity]:
    """The activities of `group` (empty: of no group) without an incoming link, in document order.

    A runbook that may run has exactly one per group (spec 2.4); the one that begins the error path does not count.
    """
    targets = {link.target for link in runbook.links}
    return [
        activity
        for activity in runbook.activities.values()
        if activity.group == group and activity.id not in targets and activity.id != runbook.settings.on_error
    ]


def declared_parameters(runbook: Runbook) -> tuple[Parameter, ...]:
    """The parameters a start may give, in declared order; none without Initialize Data.

    The caller must have checked the runbook: rows that are no parameters are passed over.
    """
    for activity in start_activities(runbook):
        rows = activity.inputs.get("parameters")
        if activity.type == INITIALIZE_DATA and isinstance(rows, Sequence):
            return tuple(_parameter(row) for row in rows if isinstance(row, Mapping) and row.get("name"))
    return ()


def _parameter(row: Mapping[str, Json]) -> Parameter:
    default, choices = row.get("default"), row.get("choices")
    return Parameter(
        name=str(row["name"]),
        type=ValueType(str(row.get("type") or ValueType.TEXT)),
        required=bool(row.get("required", True)),
        default=default if isinstance(default, (str, int, float, bool)) else None,
        description=str(row.get("description") or ""),
        choices=tuple(str(choice) for choice in choices) if isinstance(choices, (list, tuple)) else (),
    )
