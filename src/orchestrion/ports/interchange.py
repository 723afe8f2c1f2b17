"""Runbooks as text files."""

from __future__ import annotations

from typing import Protocol

from orchestrion.model.runbook import Runbook


class RunbookText(Protocol):
    """One runbook <-> one text; reading what was written gives an equal runbook."""

    def read(self, file: str, text: str) -> Runbook:
        """The runbook in a text; raises DocumentError whose place is `file:line:column` as far as known."""

    def write(self, runbook: Runbook) -> str:
        """The canonical text: equal runbooks give equal texts."""
