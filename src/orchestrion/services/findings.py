"""Refusing a runbook because of what the authoring checks found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from orchestrion.model.errors import InvalidError
from orchestrion.model.finding import Finding


class FindingsError(InvalidError):
    """The checks found errors; `findings` holds all that was found, `problems` the same as lines of text."""

    code: ClassVar[str] = "findings"

    def __init__(self, message: str, findings: Sequence[Finding], problems: Sequence[str] | None = None) -> None:
        super().__init__(message, [str(finding) for finding in findings] if problems is None else problems)
        self.findings = tuple(findings)
