"""Every error the product raises on purpose, in one tree with one root.

OrchestrionError
├── InvalidError             the request or the document is wrong; `findings` or `place` says where
│   ├── DocumentError        a runbook document that cannot be read (carries the place in it)
│   └── TemplateError        an input text whose template cannot be read (carries the position)
├── NotFoundError            the named thing does not exist, or the actor may not know that it does
├── ConflictError            the thing changed or is held by somebody else
├── RefusedError             the actor lacks the right
├── UnavailableError         something the request needs is not there now (database, key, server)
└── DivergenceError          replay gave another state than the journal records: the instance is held

Each class has a stable `code`, used in problem details (RFC 9457) and mapped to exit codes by the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class OrchestrionError(Exception):
    """Something failed that the product knows how to name; the message says what and the way out."""

    code: ClassVar[str] = "error"


class InvalidError(OrchestrionError):
    """The request is wrong; `problems` lists each mistake in words, in the order found."""

    code: ClassVar[str] = "invalid"

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class DocumentError(InvalidError):
    """A runbook document that cannot be read; `place` is the path inside it, e.g. `activities.read.inputs`."""

    code: ClassVar[str] = "document-invalid"

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place


class TemplateError(InvalidError):
    """An input text whose template cannot be read; `position` counts characters from 0."""

    code: ClassVar[str] = "template-invalid"

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.position = position


class BindingError(InvalidError):
    """An input that cannot be computed when its activity starts; the activity fails with this text."""

    code: ClassVar[str] = "binding-failed"

    def __init__(self, activity: str, input_name: str, message: str) -> None:
        super().__init__(f"activity '{activity}', input '{input_name}': {message}")
        self.activity = activity
        self.input_name = input_name


class NotFoundError(OrchestrionError):
    """The named thing does not exist."""

    code: ClassVar[str] = "not-found"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is no {kind} '{name}'.")
        self.kind = kind
        self.name = name


class ConflictError(OrchestrionError):
    """The thing changed meanwhile or is held by somebody else; `owner` names the holder where there is one."""

    code: ClassVar[str] = "conflict"

    def __init__(self, message: str, owner: str | None = None) -> None:
        super().__init__(message)
        self.owner = owner


class UnauthenticatedError(OrchestrionError):
    """Sign in first: send a session cookie or an API token."""

    code: ClassVar[str] = "unauthenticated"


class RefusedError(OrchestrionError):
    """The actor lacks the right for what was asked."""

    code: ClassVar[str] = "refused"


class UnavailableError(OrchestrionError):
    """Something the request needs is not there now; the message says what and how to bring it back."""

    code: ClassVar[str] = "unavailable"


class DivergenceError(OrchestrionError):
    """Replaying the journal gave another state than the one recorded; the instance is held for a person."""

    code: ClassVar[str] = "divergence"
