"""Which activities an input may subscribe to: those that have run before it on its record's way (spec 4.3)."""

from __future__ import annotations

from orchestrion.model.graph import Edges, reachable, reversed_edges
from orchestrion.model.runbook import ERROR, FOR_EACH, GROUP_TYPES, WHILE, Activity, Runbook


class Upstream:
    """Answers for one runbook; `edges` are its links. Names that no activity has are unknown, not an error."""

    def __init__(self, runbook: Runbook, edges: Edges) -> None:
        self._runbook = runbook
        self._backward = reversed_edges(edges)
        entry = runbook.settings.on_error
        self._error_path = {entry} | reachable(edges, entry) if entry in runbook.activities else set()

    def of(self, activity_id: str) -> set[str]:
        """The ids that `activity_id` may read; `error` among them on the error path."""
        activity = self._runbook.activities[activity_id]
        found = self._before(activity)
        if activity.type == WHILE:
            found |= self._returned(activity)
        for _ in self._runbook.activities:  # the groups around it, each once; a bound, should they contain each other
            group = self._runbook.activities.get(activity.group)
            if group is None:
                break
            found |= {group.id} | self._before(group)
            if group.type == WHILE:
                found |= self._returned(group)
            activity = group
        if activity.id in self._error_path:
            found |= {ERROR} | {each for each in self._runbook.activities if each not in self._error_path}
        return found

    def _before(self, activity: Activity) -> set[str]:
        """What lies on links before it, with what the groups among those return."""
        found = reachable(self._backward, activity.id)
        for each in list(found):
            group = self._runbook.activities[each]
            if group.type in GROUP_TYPES:
                found |= self._returned(group)
        return found

    def _returned(self, group: Activity) -> set[str]:
        """What of a group's body can be read behind it."""
        returned = group.inputs.get("return_data_from")
        if not isinstance(returned, str) or returned not in self._runbook.activities:
            return set()
        within = self._before(self._runbook.activities[returned]) if group.type == FOR_EACH else set()
        return {returned} | within
