"""Bodies of the routes about runbook servers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from orchestrion.model.assignment import Policy
from orchestrion.model.resources import ServerStatus
from orchestrion.services.servers import HIGHEST_LIMIT
from orchestrion.web.schemas import Answer, Name, Order

Tag = Annotated[str, StringConstraints(min_length=3, max_length=200)]


class PackVersion(Answer):
    """A pack that a server has."""

    id: str
    version: str


class Server(Answer):
    """A runbook server."""

    id: str
    name: str
    status: ServerStatus
    """Draining and in maintenance it takes nothing new."""
    role: str
    """`primary`, `standby 1`, `standby 2`, …: the order in which they are filled."""
    is_leader: bool
    """Whether it looks after the others."""
    version: str
    machine: str | None
    process_id: int | None
    tags: list[str]
    packs: list[PackVersion]
    capacity: int
    """How many instances it can run at once."""
    limit: int | None
    """How many people let it run instead; null means its capacity."""
    running: int
    """How many it runs now."""
    monitor_capacity: int
    """For how many monitors it can watch at once."""
    monitors: int
    """For how many it watches now."""
    last_seen_at: datetime
    started_at: datetime
    wanted_at: datetime | None
    """When somebody last drained or resumed it, or put it into maintenance."""
    gives_work_away: bool
    """Whether what it runs is to go on elsewhere."""


class DrainOrder(Order):
    """How to drain."""

    now: bool = False
    """What runs goes on elsewhere as soon as it can, instead of here to its end."""


class MaintenanceOrder(Order):
    """Whether maintenance begins or ends."""

    on: bool


class LimitOrder(Order):
    """How much a server takes."""

    limit: Annotated[int, Field(ge=1, le=HIGHEST_LIMIT)] | None
    """How many instances it runs at once; null means its own capacity."""


class PromoteOrder(Order):
    """How far up."""

    to_primary: bool = False
    """To the first place, instead of one place up."""


class ServerDefaults(Answer):
    """What holds for runbooks and starts that say nothing else."""

    servers: list[str]
    """Names and tags of the servers that may run them; none mean: all."""
    assignment: Policy
    """How the permitted servers share the work."""


class ServerDefaultsOrder(Order):
    """What to change of the defaults; what is left out stays."""

    servers: Annotated[list[Name], Field(max_length=100)] | None = None
    assignment: Policy | None = None


class TokenOrder(Order):
    """What an enrolment token lets in."""

    uses: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many servers."""
    hours: Annotated[float, Field(gt=0, le=8760)] = 24
    """For so long."""
    tags: Annotated[list[Tag], Field(max_length=50, default_factory=list)]
    """What those servers are from then on, such as `zone=dmz`."""


class EnrolmentToken(Answer):
    """Lets servers with new names in."""

    id: str
    tags: list[str]
    uses: int
    used: int
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class NewEnrolmentToken(EnrolmentToken):
    """A token as it is shown once."""

    token: str
    """Keep it now: it cannot be shown again."""
