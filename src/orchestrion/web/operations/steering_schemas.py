"""Bodies about what an instance waits for, and about taking part in its run."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from orchestrion.model.values import Json
from orchestrion.services.steering import Order as SteeringOrder
from orchestrion.services.steering import Wish
from orchestrion.web.schemas import Answer, ItemRecord, Order

ActivityId = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,63}$")]
Records = Annotated[list[ItemRecord], Field(max_length=10_000)]
Condition = Annotated[str, StringConstraints(max_length=10_000)]
GivenInputs = Annotated[dict[str, JsonValue], Field(max_length=1000)]
GivenStatus = Literal["success", "warning", "failed"]
ErrorText = Annotated[str, StringConstraints(max_length=10_000)]

#: What each wish needs, and what it may have besides.
_TAKES: dict[Wish, tuple[set[str], set[str]]] = {
    Wish.PAUSE: (set(), set()),
    Wish.CONTINUE: (set(), set()),
    Wish.STEP: (set(), set()),
    Wish.RUN_TO: ({"activity_id"}, set()),
    Wish.BREAKPOINTS: ({"at"}, set()),
    Wish.SKIP: ({"activity_id"}, {"records", "status", "error"}),
    Wish.UNSKIP: ({"activity_id"}, set()),
    Wish.EDIT: ({"activity_id", "inputs"}, set()),
}


class Ending(Order):
    """How an activity is to end without being run."""

    status: GivenStatus | None = None
    """Left out means `success`."""
    records: Records | None = None
    """What it publishes; left out means one record without items."""
    error: ErrorText | None = None


class SteerOrder(Ending):
    """What a person wants of a running instance."""

    wish: Wish
    """`pause` starts nothing more; `continue` takes a pause back and goes on from a stop; `step` goes on to the next
    activity, `run-to` to the one named; `breakpoints` replaces all stops; `skip` gives an activity's ending instead of
    running it, until `unskip`; `edit` replaces inputs of an activity."""
    activity_id: ActivityId | None = None
    """Which activity, for `run-to`, `skip`, `unskip` and `edit`."""
    inputs: GivenInputs | None = None
    """For `edit`: values by input name, instead of what the activity would get. No templates, and no secrets."""
    at: Annotated[dict[ActivityId, Condition], Field(max_length=1000)] | None = None
    """For `breakpoints`: a condition by activity id, such as `{{ check["Value"] > 3 }}`; empty stops always."""

    @model_validator(mode="after")
    def _fits_the_wish(self) -> Self:
        """Refuses what the wish would silently ignore, and asks for what it needs."""
        given = {name for name in type(self).model_fields if name != "wish" and getattr(self, name) is not None}
        needed, allowed = _TAKES[self.wish]
        if missing := sorted(needed - given):
            raise ValueError(f"'{self.wish}' needs {' and '.join(f'`{each}`' for each in missing)}")
        if strange := sorted(given - needed - allowed):
            raise ValueError(f"'{self.wish}' does not take {' and '.join(f'`{each}`' for each in strange)}")
        return self

    def order(self) -> SteeringOrder:
        """The order for the service."""
        given: dict[str, Json] = self.model_dump(exclude={"wish", "activity_id"}, exclude_none=True)
        return SteeringOrder(self.wish, self.activity_id or "", given)


class Wait(Answer):
    """One thing that keeps an instance from ending."""

    kind: Literal["activity", "delay", "junction"]
    """`activity` runs, or would run if nothing held it back; `delay` is a link's delay; `junction` waits for others."""
    activity_id: str
    activity_name: str
    why: str
    """In a sentence."""
    due: datetime | None
    """When the wait is over by itself."""
    key: str
    """Which execution of the activity; empty where there is none yet."""
    child_job_id: str | None
    """The job of the runbook that is waited for."""
    inputs: dict[str, JsonValue] | None
    """What it runs with, secrets masked; null where only its runbook server can tell."""
