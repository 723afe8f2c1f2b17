"""Bodies of the routes about counters and computer groups."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from orchestrion.model.computer_groups import EntryKind
from orchestrion.model.counters import CounterOperation
from orchestrion.web.schemas import Answer, Number, Order

ResourcePath = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Description = Annotated[str, StringConstraints(max_length=2000)]
_MOST_ENTRIES = 1000


class Counter(Answer):
    """A number for all runbooks."""

    id: str
    path: str
    """Folders and name, joined with '/'."""
    value: float
    default_value: float
    """What it begins with and is reset to."""
    minimum: float | None
    """The least value it may have; null when there is none."""
    maximum: float | None
    """The greatest value it may have; null when there is none."""
    description: str


class CounterOrder(Order):
    """A new counter; it begins at its default value."""

    path: ResourcePath
    default_value: Number = 0
    minimum: Number | None = None
    maximum: Number | None = None
    description: Description = ""


class CounterChange(Order):
    """What changes about a counter; what is left out stays. A bound that is null is taken away."""

    path: ResourcePath | None = None
    default_value: Number | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    description: Description | None = None


class CounterValueChange(Order):
    """What happens to a counter's value."""

    operation: CounterOperation
    amount: Number | None = None
    """By how much to increment or decrement, or the new value; a reset needs none."""
    expected: Number | None = None
    """For compare-and-set: the value that it must have now."""


class ComputerGroupEntry(Answer):
    """One line of a computer group."""

    kind: EntryKind
    value: str


class ComputerGroup(Answer):
    """A named list of computers."""

    id: str
    path: str
    """Folders and name, joined with '/'."""
    entries: list[ComputerGroupEntry]
    description: str


class ComputerGroupEntryOrder(Order):
    """A computer by its name, a range such as `web[01-12].example.org`, or another group by its path."""

    kind: EntryKind
    value: ResourcePath


Entries = Annotated[list[ComputerGroupEntryOrder], Field(max_length=_MOST_ENTRIES)]


class ComputerGroupOrder(Order):
    """A new computer group."""

    path: ResourcePath
    entries: Entries = Field(default_factory=list)
    description: Description = ""


class ComputerGroupChange(Order):
    """What changes about a computer group; what is left out stays, entries are replaced as a whole."""

    path: ResourcePath | None = None
    entries: Entries | None = None
    description: Description | None = None


class ComputerGroupMembers(Answer):
    """What a computer group stands for now."""

    computers: list[str]
    """In the order of the entries, none twice."""
