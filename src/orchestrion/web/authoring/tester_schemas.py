"""The body that starts a test."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orchestrion.services.tester import TestOrder as ServiceOrder
from orchestrion.web.operations.steering_schemas import ActivityId, Condition, Ending, GivenInputs
from orchestrion.web.schemas import ItemRecord, ItemValue, Name, Order


class TestOrder(Order):
    """How a runbook is to be tested."""

    __test__ = False  # not a test of ours

    parameters: Annotated[dict[str, ItemValue], Field(max_length=1000, default_factory=dict)]
    """Values by parameter name."""
    trigger: ItemRecord | None = None
    """What the monitor at the starting point is said to have published; only for runbooks that begin with one."""
    breakpoints: Annotated[dict[ActivityId, Condition], Field(max_length=1000, default_factory=dict)]
    """Where to stop: a condition by activity id; empty stops always."""
    pins: Annotated[dict[ActivityId, Ending], Field(max_length=1000, default_factory=dict)]
    """Endings of activities that are not run, by activity id."""
    edits: Annotated[dict[ActivityId, GivenInputs], Field(max_length=1000, default_factory=dict)]
    """Values by activity id and input name, instead of what the activities would get. No templates, and no secrets."""
    step: bool = False
    """Whether to stop before every activity."""
    dry_run: bool = False
    """Whether nothing is to be changed outside: what only looks is run, the rest says what it would do, or is
    guessed."""
    servers: Annotated[list[Name], Field(max_length=100, default_factory=list)]
    """Names of the runbook servers that may run it; empty means those of the runbook."""

    def order(self, runbook_id: str) -> ServiceOrder:
        """The order for the service."""
        return ServiceOrder(
            runbook_id=runbook_id,
            parameters=self.parameters,
            trigger=self.trigger,
            breakpoints=self.breakpoints,
            pins={activity: each.model_dump(exclude_none=True) for activity, each in self.pins.items()},
            edits=self.edits,
            step=self.step,
            dry_run=self.dry_run,
            servers=tuple(self.servers),
        )
