"""Checked-in versions as runbooks: they never change, so each is read once."""

from __future__ import annotations

from collections import OrderedDict

from orchestrion.model.codec import read_runbook
from orchestrion.model.runbook import Runbook
from orchestrion.ports.transaction import Transaction

_KEPT = 500


class Versions:
    """The newest used versions of this process."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], Runbook] = OrderedDict()

    def get(self, tx: Transaction, runbook_id: str, version: int) -> Runbook:
        """One version. Raises NotFoundError."""
        key = (runbook_id, version)
        found = self._known.pop(key, None)
        if found is None:
            found = read_runbook(tx.runbooks.version(runbook_id, version).document)
        self._known[key] = found
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return found
