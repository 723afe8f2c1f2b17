"""Bodies about running an ended instance again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from orchestrion.model.runbook import EffectClass
from orchestrion.services.reruns import RerunOrder as ServiceOrder
from orchestrion.web.operations.steering_schemas import ActivityId, GivenInputs
from orchestrion.web.schemas import Answer, Order


class RerunOrder(Order):
    """From where on an ended instance is to run again."""

    begin_at: Annotated[list[ActivityId], Field(alias="from", min_length=1, max_length=1000)]
    """The activities at which it begins, by id; they and all behind them run again."""
    inputs: Annotated[dict[ActivityId, GivenInputs], Field(max_length=1000, default_factory=dict)]
    """Values by activity id and input name, instead of what the activities would get. No templates, and no secrets."""
    version: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None
    """The version to run; left out means the one that the instance ran."""

    def order(self) -> ServiceOrder:
        """The order for the service."""
        return ServiceOrder(tuple(self.begin_at), self.inputs, self.version)


class RerunStep(Answer):
    """What a rerun does with one activity."""

    activity_id: str
    activity_name: str
    verdict: Literal["reused", "runs again", "runs for the first time", "computed"]
    executions: int
    """Executions that ended in the instance that is run again."""
    effect: EffectClass | None
    """What running it would do; null where it is not run."""
    why: str
    """In a sentence."""
