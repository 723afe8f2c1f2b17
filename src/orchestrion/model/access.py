"""Who asks, and what they may do. One role for now; rights per folder find their one place here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrion.model.errors import RefusedError


class Right(StrEnum):
    """What a person or a token may be allowed to do (spec 9.2)."""

    VIEW = "view"
    VIEW_RUNS = "view run data"
    RUN = "run"
    STOP = "stop"
    EDIT = "edit"
    CHECK_IN = "check in"
    DELETE = "delete"
    MANAGE_RESOURCES = "manage global settings"
    MANAGE_SERVERS = "manage servers"
    PRIORITIZE = "choose the priority of"
    ANSWER = "answer in-doubt activities"
    ADMINISTER = "administer"


class Role(StrEnum):
    """What a user is."""

    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a signed-in user, a token's owner, or the product itself."""

    id: str
    name: str
    role: Role
    origin: str = ""  # where the request came from, e.g. an address; for the audit


SYSTEM = Actor("00000000-0000-0000-0000-000000000000", "Orchestrion", Role.SYSTEM)


def demand(actor: Actor, right: Right, place: str = "") -> None:
    """Returns when `actor` has `right` at `place` (a folder or runbook path); raises RefusedError otherwise."""
    if actor.role not in (Role.ADMINISTRATOR, Role.SYSTEM):
        raise RefusedError(f"{actor.name} may not {right.value} {place or 'this'}. Ask an administrator for the right.")
