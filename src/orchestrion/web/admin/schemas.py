"""Bodies of the administration routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import JsonValue, StringConstraints

from orchestrion.model.health import Grade, Report
from orchestrion.services.log_levels import Level
from orchestrion.web.schemas import Answer, Order, Text

VariablePath = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Description = Annotated[str, StringConstraints(max_length=2000)]


class Variable(Answer):
    """A named value for all runbooks."""

    id: str
    path: str
    """Folders and name, joined with '/'."""
    value: str | None
    """Null for encrypted variables: what is sealed is never shown."""
    encrypted: bool
    description: str


class VariableOrder(Order):
    """A new variable."""

    path: VariablePath
    value: Text = ""
    encrypted: bool = False
    description: Description = ""


class VariableChange(Order):
    """What changes about a variable; what is left out stays. Encryption cannot be taken off."""

    path: VariablePath | None = None
    value: Text | None = None
    encrypted: bool | None = None
    description: Description | None = None


class AuditEntry(Answer):
    """Who did what to what, when."""

    id: str
    at: datetime
    user: str
    action: str
    object_type: str
    object_id: str
    object_name: str
    details: dict[str, JsonValue]
    origin: str
    """The address the request came from."""


class AuditPage(Answer):
    """One page of the audit, newest first."""

    items: list[AuditEntry]
    next_cursor: str | None


class HealthCheck(Answer):
    """One thing that was looked at."""

    code: str
    """What was looked at; never changes."""
    name: str
    status: Grade
    """`degraded` works, and somebody should look; with `failing` something that users need does not work."""
    detail: str
    remedy: str
    """The way out, where one is needed."""
    since: datetime | None
    """Since when, where that is known."""


class Health(Answer):
    """The health of the installation; the status is the worst of the checks."""

    status: Grade
    checks: list[HealthCheck]

    @classmethod
    def of(cls, report: Report) -> Self:
        """The report as it is sent."""
        return cls(status=report.grade, checks=[HealthCheck.model_validate(each) for each in report.checks])


class Probe(Answer):
    """That the web service answers."""

    status: Literal["ok", "failing"]


class LogLevel(Order):
    """What is worth a line in the log from now on."""

    level: Level
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    """Of the process: its runbook server's, or of the machine of a web service alone; every process without one."""
