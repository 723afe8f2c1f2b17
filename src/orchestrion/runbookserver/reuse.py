"""Results of an ended instance that a rerun takes over instead of running the activity again (durability.md 10)."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from orchestrion.engine.commands import StartActivity
from orchestrion.engine.rerun import reusable
from orchestrion.engine.signals import InstanceStarted, parse_key
from orchestrion.model.condition import Status
from orchestrion.model.runbook import Runbook
from orchestrion.model.values import Json
from orchestrion.ports.journal import ExecutionRow, SignalRow
from orchestrion.ports.runs import ExecutionRecord
from orchestrion.runbookserver.given import mapping_of
from orchestrion.services import journal_codec as codec

REUSED = "reused_from"  # in the evidence of an execution whose result was taken over


class Reuse:
    """The recorded results, each of which is taken over once; `started` is what the ended instance began with.

    An execution is known by its activity, loop attempt and retry, and by the inputs it had. What is asked for and not
    recorded runs for real.
    """

    def __init__(self, started: InstanceStarted, records: Iterable[ExecutionRecord], edits: Mapping[str, Json]) -> None:
        self.started = started
        self.edits = {activity: mapping_of(each) for activity, each in edits.items()}
        self._results: dict[str, deque[ExecutionRecord]] = defaultdict(deque)
        for each in records:
            self._results[_place(each.activity_id, each.key, each.inputs)].append(each)

    def take(self, command: StartActivity, inputs: Mapping[str, Json]) -> ExecutionRecord | None:
        """The recorded result of the execution, or None."""
        found = self._results.get(_place(command.activity, str(command.key), inputs))
        return found.popleft() if found else None

    def forget(self, journal: Sequence[ExecutionRow | SignalRow]) -> None:
        """Leaves out what the rerun, taken over in its middle, has used already."""
        used = {str((row.execution.evidence or {}).get(REUSED)) for row in journal if isinstance(row, ExecutionRow)}
        for place, found in self._results.items():
            self._results[place] = deque(each for each in found if each.id not in used)


def reuse_of(
    runbooks: tuple[Runbook, Runbook], journal: Sequence[ExecutionRow | SignalRow], rerun: Mapping[str, Json]
) -> Reuse:
    """The results that a rerun of the ended instance with this `journal` takes over.

    `runbooks` are the ended instance's and the rerun's. Raises ValueError when the journal does not begin.
    """
    begin_at = rerun.get("from")
    wanted = frozenset(str(each) for each in begin_at) if isinstance(begin_at, (list, tuple)) else frozenset()
    useful = reusable(runbooks[0], runbooks[1], wanted)
    records = [row.execution for row in journal if isinstance(row, ExecutionRow)]
    return Reuse(
        started_of(journal),
        [each for each in records if each.activity_id in useful and each.status is not Status.CANCELED],
        mapping_of(rerun.get("inputs")),
    )


def started_of(journal: Sequence[ExecutionRow | SignalRow]) -> InstanceStarted:
    """What the instance began with. Raises ValueError when the journal does not say."""
    for row in journal:
        signal = codec.read_signal(row)
        if isinstance(signal, InstanceStarted):
            return signal
    raise ValueError("the journal of the instance that is run again has no beginning")


def _place(activity: str, key: str, inputs: Mapping[str, Json]) -> str:
    parsed = parse_key(key)
    return json.dumps([activity, parsed.attempt, parsed.retry, inputs], sort_keys=True)
