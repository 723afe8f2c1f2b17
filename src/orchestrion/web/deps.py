"""What routes are given: the services, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import AfterValidator

from orchestrion.model.access import Actor
from orchestrion.model.errors import UnauthenticatedError
from orchestrion.ports.clock import Clock
from orchestrion.ports.observability import Requests, Scrape
from orchestrion.services.access import Access, Authenticated
from orchestrion.services.authoring import Authoring
from orchestrion.services.computer_groups import ComputerGroups
from orchestrion.services.counters import Counters
from orchestrion.services.enrolment import Enrolment
from orchestrion.services.figures import RunFigures
from orchestrion.services.folders import Folders
from orchestrion.services.health import Health
from orchestrion.services.imports import Imports
from orchestrion.services.incarnations import Incarnations
from orchestrion.services.jobs import Jobs
from orchestrion.services.log_levels import LogLevels
from orchestrion.services.maintenance.operators import Maintenance
from orchestrion.services.operations import Operations
from orchestrion.services.reruns import Reruns
from orchestrion.services.resources import Variables
from orchestrion.services.runs import Runs
from orchestrion.services.schedules import Schedules
from orchestrion.services.servers import Servers
from orchestrion.services.steering import Steering
from orchestrion.services.tester import Tester
from orchestrion.services.triggers import Triggers
from orchestrion.services.waiting import WaitingFor
from orchestrion.web.live import Live
from orchestrion.web.schemas import UUID_PATTERN, check_text


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases that routes call."""

    access: Access
    folders: Folders
    authoring: Authoring
    imports: Imports
    variables: Variables
    counters: Counters
    computer_groups: ComputerGroups
    schedules: Schedules
    operations: Operations
    servers: Servers
    enrolment: Enrolment
    jobs: Jobs
    runs: Runs
    triggers: Triggers
    waiting: WaitingFor
    steering: Steering
    reruns: Reruns
    tester: Tester
    incarnations: Incarnations
    health: Health
    log_levels: LogLevels
    scrape: Scrape
    requests: Requests
    maintenance: Maintenance
    figures: RunFigures
    live: Live
    clock: Clock


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the web service presents itself."""

    hosts: tuple[str, ...] = ()
    """Names it answers to besides those of the loopback and IP addresses, without port."""
    is_secure: bool = False
    """Whether it speaks TLS itself: browsers are then told to come no other way."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of the proxies that may say who the client is, and whether it came by TLS."""
    static_folder: Path | None = None
    """Where the built front end lies; None when there is none."""


def given_services(request: Request) -> Services:
    """The services of the running application."""
    services: Services = request.app.state.services
    return services


def signed_in(request: Request) -> Authenticated:
    """Who sent the request, as the gate found out; raises UnauthenticatedError where it did not look."""
    caller = getattr(request.state, "caller", None)
    if not isinstance(caller, Authenticated):
        raise UnauthenticatedError("Sign in first.")
    return caller


def asking(request: Request) -> Actor:
    """The actor of the request."""
    return signed_in(request).actor


ServicesGiven = Annotated[Services, Depends(given_services)]
CallerGiven = Annotated[Authenticated, Depends(signed_in)]
ActorGiven = Annotated[Actor, Depends(asking)]
Limit = Annotated[int, Query(ge=1, le=500, description="How many items a page holds at most.")]
IdCursor = Annotated[
    str | None, Query(pattern=UUID_PATTERN, description="`next_cursor` of the page before; left out for the first.")
]
IdFilter = Annotated[str | None, Query(pattern=UUID_PATTERN)]
TextQuery = Annotated[str, Query(max_length=1000), AfterValidator(check_text)]
