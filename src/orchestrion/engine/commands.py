"""What to do: everything the engine asks for. A command stays open until a signal answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from orchestrion.engine.lineage import Lineage
from orchestrion.engine.signals import ExecutionKey
from orchestrion.model.job import Outcome
from orchestrion.model.values import Record


@dataclass(frozen=True, slots=True)
class StartActivity:
    """Run one execution of `activity` for the record at the end of `lineage` (None at the starting point).

    `member` is the computer it runs for when an input names a computer group. `closing` is what a group has to publish
    when its body is through; `problem` is what went wrong around a control activity, which then does not succeed.
    """

    key: ExecutionKey
    activity: str
    lineage: Lineage | None
    member: str = ""
    closing: Record | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ExpandGroup:
    """Answer with GroupExpanded: the members of the computer group `path` as they are now (spec 6.1)."""

    key: ExecutionKey
    path: str


@dataclass(frozen=True, slots=True)
class StartDelay:
    """Answer with DelayElapsed of `timer` when it is `due`, an absolute moment: a takeover keeps it."""

    timer: str
    due: datetime


@dataclass(frozen=True, slots=True)
class EndInstance:
    """The instance is over: its outcome, the returned records in the order returned, and the first error."""

    outcome: Outcome
    returned: tuple[Record, ...] = ()
    error: str = ""


Command: TypeAlias = StartActivity | ExpandGroup | StartDelay | EndInstance
OpenCommands: TypeAlias = Mapping[str, Command]  # by `command_key`, in the order issued


def command_key(command: Command) -> str:
    """What identifies a command within its instance: no key is issued twice in one life."""
    match command:
        case StartActivity(key=key):
            return f"activity:{key}"
        case ExpandGroup(key=key):
            return f"group:{key}"
        case StartDelay(timer=timer):
            return f"delay:{timer}"
        case EndInstance():
            return "end"
