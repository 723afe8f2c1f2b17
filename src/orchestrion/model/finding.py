"""What an authoring check found: how bad, where, and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """ERROR refuses the check-in; WARNING and INFO only tell."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the document: an activity id, or the index of a link, a property there, a character position in it."""

    activity: str | None = None
    link: int | None = None
    property: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `code` is stable, `message` names the thing, `fix` says what to do."""

    severity: Severity
    code: str
    message: str
    fix: str = ""
    place: Place = Place()

    def __str__(self) -> str:
        """The finding as one line for a terminal."""
        spots = (
            f"activity {self.place.activity}" if self.place.activity else "",
            f"link {self.place.link + 1}" if self.place.link is not None else "",
            self.place.property or "",
        )
        where = ", ".join(spot for spot in spots if spot)
        return f"{self.severity.value}: {where + ': ' if where else ''}{self.message} {self.fix}".rstrip()
