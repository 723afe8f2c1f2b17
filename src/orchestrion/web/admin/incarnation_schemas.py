"""Bodies of the routes about the incarnation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from orchestrion.web.schemas import Answer, Order


class Incarnation(Answer):
    """The installation between two losses of commits of its database."""

    number: int
    since: datetime | None
    """Null for the first one."""
    reason: str
    """Why it began."""
    held_jobs: int
    """How many jobs from before it are held until somebody releases them."""


class ReleaseOrder(Order):
    """What to release."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    """The runbook whose jobs may go on, by folders and name; all of them where it is left out."""


class Released(Answer):
    """What was released."""

    jobs: int
