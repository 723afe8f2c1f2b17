"""How an execution starts: whether it may, with which inputs, and whether its ending is known without running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from uuid_utils import uuid7

from orchestrion.engine import control
from orchestrion.engine.binding import Environment, bind, constant_inputs, value_of
from orchestrion.engine.commands import StartActivity
from orchestrion.engine.plan import Plan, PlannedActivity
from orchestrion.engine.signals import InstanceStarted
from orchestrion.model.activity_type import ActivityKind
from orchestrion.model.condition import Status
from orchestrion.model.errors import BindingError, OrchestrionError
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json, Value, to_boolean
from orchestrion.ports.journal import Claimed
from orchestrion.runbookserver.activity_runs import Finished, Services
from orchestrion.runbookserver.clock import utc_offset
from orchestrion.runbookserver.gate import Gate
from orchestrion.runbookserver.reuse import REUSED, Reuse
from orchestrion.sdk.invoke import Ended


@dataclass(frozen=True, slots=True)
class Reads:
    """What an execution has read from outside of its instance: counters, and variables where they are to be fresh."""

    counters: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)


class Start:
    """Decides about the executions of one instance; what it answers is a matter of this moment and of nothing else."""

    def __init__(self, claimed: Claimed, plan: Plan, services: Services, gate: Gate, reuse: Reuse | None) -> None:
        self._claimed = claimed
        self._plan = plan
        self._services = services
        self._gate = gate
        self._reuse = reuse

    def is_allowed(self, command: StartActivity, started: InstanceStarted | None) -> bool:
        """Whether nothing holds the execution back."""

        def holds(condition: str) -> bool:
            try:
                return not condition or to_boolean(value_of(condition, self._environment(command, started, Reads())))
            except (ValueError, LookupError, OrchestrionError):
                return True  # a breakpoint that cannot be decided stops

        name = self._plan.activities[command.activity].activity.name
        return self._gate.opens(command, name, holds)

    def reads_outside(self, command: StartActivity) -> bool:
        """Whether its inputs need something that the instance does not know."""
        planned = self._plan.activities[command.activity]
        return planned.reads_counters or (self._plan.runbook.settings.fresh_variables and bool(self._plan.variables))

    async def read(self, command: StartActivity) -> Reads:
        """What its inputs need from outside, as it is now."""
        planned, resources = self._plan.activities[command.activity], self._services.resources
        fresh = self._plan.variables if self._plan.runbook.settings.fresh_variables else frozenset[str]()
        return Reads(
            counters=await resources.counters() if planned.reads_counters else {},
            variables=await resources.variables(fresh),
        )

    def canceled(self, command: StartActivity) -> Finished:
        """The ending of an execution that never began because the instance was stopped."""
        return self._at_once(command, {}, Ended(Status.CANCELED, error="Stopped."), self._services.clock.now())

    def begin(
        self, command: StartActivity, started: InstanceStarted | None, reads: Reads, now: datetime
    ) -> Finished | dict[str, Json]:
        """The inputs to run the activity with, or its ending where that is known without running it."""
        planned = self._plan.activities[command.activity]
        inputs = constant_inputs(planned.inputs)
        if inputs is None:
            try:
                inputs = bind(planned.activity.name, planned.inputs, self._environment(command, started, reads, now))
            except BindingError as error:
                return self._at_once(command, {}, Ended(Status.FAILED, error=str(error)), now)
        inputs |= self._gate.edits.get(command.activity, {})
        inputs |= self._reuse.edits.get(command.activity, {}) if self._reuse else {}
        pinned = self._gate.pins.get(command.activity)
        if pinned is not None:
            return self._at_once(command, inputs, pinned, now, {"given": True})
        recorded = self._reuse.take(command, inputs) if self._reuse else None
        if recorded is not None:
            ended = Ended(recorded.status, recorded.records, recorded.error)
            return self._at_once(command, inputs, ended, now, {REUSED: recorded.id})
        answer = self._known(planned, command, inputs, started)
        return inputs if answer is None else self._at_once(command, inputs, answer, now)

    def _known(
        self,
        planned: PlannedActivity,
        command: StartActivity,
        inputs: Mapping[str, Json],
        started: InstanceStarted | None,
    ) -> Ended | None:
        """The ending of an activity that needs no running: the engine's own, and a monitor that has triggered."""
        if started is None:
            return None
        if control.is_control(planned.activity):
            answer = control.answer(self._plan, inputs, started, command)
            return Ended(answer.status, answer.records, answer.error)
        installed = self._services.packs.installed().get(planned.activity.type)
        if installed is not None and installed.type.kind is ActivityKind.MONITOR:
            return Ended(Status.SUCCESS, (started.trigger or {},))
        return None

    def _environment(
        self, command: StartActivity, started: InstanceStarted | None, reads: Reads, now: datetime | None = None
    ) -> Environment:
        planned = self._plan.activities[command.activity]
        variables = started.variables if started else {}
        moment = now or self._services.clock.now()
        return Environment(
            command.lineage,
            {**variables, **reads.variables} if reads.variables else variables,
            members={planned.computer_group: command.member} if command.member else {},
            counters=reads.counters,
            now=moment,
            seed=f"{self._claimed.instance_id}:{command.key}",
            offset=utc_offset(moment),
        )

    def _at_once(
        self,
        command: StartActivity,
        inputs: Mapping[str, Json],
        ended: Ended,
        now: datetime,
        evidence: Mapping[str, Json] | None = None,
    ) -> Finished:
        return Finished(command, str(uuid7()), inputs, EffectClass.PURE, now, ended, evidence)
