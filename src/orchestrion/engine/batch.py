"""The records one link activation delivered to one activity, and how far the activity has come with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from orchestrion.engine.junction import JunctionBoard
from orchestrion.engine.lineage import Lineage
from orchestrion.engine.plan import PlannedActivity
from orchestrion.engine.signals import ExecutionKey
from orchestrion.model.runbook import Link

Outputs = tuple[Lineage, ...]
#: Which execution of a group: batch, ordinal of the record, member of a computer group (0 also where there is none).
Place = tuple[int, int, int]


@dataclass(slots=True)
class Scope:
    """What runs together and ends together: the whole instance, or one round of a group's body.

    `path` is empty for the instance. `live` counts batches and delayed link activations; at zero the scope is over.
    """

    path: str
    board: JunctionBoard
    parent: Place | None = None
    round: int = 0
    live: int = 0
    problem: Lineage | None = None
    error: str = ""
    collected: list[Lineage] = field(default_factory=list)


@dataclass(slots=True)
class Members:
    """One record that runs on every member of a computer group."""

    names: tuple[str, ...]
    next: int = 0
    outputs: dict[int, Outputs] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """See the module. `loop_started` is by ordinal and member; `problem` is what made a junction go on too early."""

    id: int
    scope: Scope
    planned: PlannedActivity
    arrivals: tuple[Lineage | None, ...]
    problem: str = ""
    outputs: dict[int, Outputs] = field(default_factory=dict)
    members: dict[int, Members] = field(default_factory=dict)
    loop_started: dict[tuple[int, int], datetime] = field(default_factory=dict)
    next_ordinal: int = 0

    @property
    def is_done(self) -> bool:
        """Whether every record has been through."""
        return len(self.outputs) == len(self.arrivals)

    def in_order(self) -> list[Lineage]:
        """What all records gave, in their order."""
        return [each for ordinal in range(len(self.arrivals)) for each in self.outputs[ordinal]]

    def first_key(self, ordinal: int, member: int | None = None) -> ExecutionKey:
        """The key of the first attempt for a record, or for one member of it."""
        path = self.scope.path if member is None else f"{self.scope.path}@{member}"
        return ExecutionKey(self.id, ordinal, path, 1, 0)


@dataclass(slots=True)
class Delayed:
    """What waits for a timer: a link activation, an attempt or retry, or a junction that will not wait for ever."""

    scope: Scope
    link: Link | None = None
    lineages: tuple[Lineage, ...] = ()
    key: ExecutionKey | None = None
    junction: str = ""
