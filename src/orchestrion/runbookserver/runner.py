"""Running one activity: secrets opened, inputs validated, a time limit; and probes after a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import anyio

from orchestrion.model.activity_type import Field, FieldKind
from orchestrion.model.condition import Status
from orchestrion.model.errors import OrchestrionError
from orchestrion.model.runbook import Activity, EffectClass
from orchestrion.model.values import Json
from orchestrion.ports.packs import InstalledType
from orchestrion.runbookserver.context import ServerContext
from orchestrion.sdk.fields import ActivityInputs
from orchestrion.sdk.invoke import Ended, invoke, validated
from orchestrion.sdk.outcome import ActivityFailed, Done, NotDone, Unknown, Verdict

OpenSecret = Callable[[str], str]
DRY_RUN = "dry_run"  # in the evidence of an execution of a dry run: how its ending is known


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution about to run: the activity as placed, its installed type, its bound inputs and its context."""

    activity: Activity
    installed: InstalledType
    inputs: Mapping[str, Json]
    ctx: ServerContext

    @property
    def effect(self) -> EffectClass:
        """The effective class: the author's override, or what the type declares for these inputs."""
        return self.activity.behaviour.effect or self.installed.type.effect.of(self.inputs)


class Runner:
    """Runs activities. Whatever an activity does wrong becomes its own failed ending."""

    def __init__(self, open_secret: OpenSecret) -> None:
        self.open_secret = open_secret

    async def run(self, execution: Execution) -> Ended:
        """Runs one execution to its end, its time limit or its cancellation."""
        limit = execution.activity.behaviour.timeout_seconds
        ended = Ended(Status.FAILED, error=f"The activity did not end within {limit:g} seconds and was stopped.")
        try:
            inputs = self.opened(execution)
            if limit:
                with anyio.move_on_after(limit):
                    ended = await invoke(execution.installed.definition, inputs, execution.ctx)
            else:
                ended = await invoke(execution.installed.definition, inputs, execution.ctx)
        except (ActivityFailed, OrchestrionError) as error:
            return Ended(Status.FAILED, error=str(error))
        finally:
            execution.ctx.close()
        return ended

    async def simulated(self, execution: Execution) -> tuple[Ended, Mapping[str, Json]]:
        """What the activity would do, without doing it, and how that is known: simulated by it, or guessed.

        What only looks is run, for real. A guess is a success in which every item is empty.
        """
        if execution.effect in (EffectClass.PURE, EffectClass.READ):
            return await self.run(execution), {DRY_RUN: "real"}
        definition = execution.installed.definition
        if definition.simulate_func is None:
            execution.ctx.close()
            items = {each.name: "" for each in execution.installed.type.published}
            return Ended(Status.SUCCESS, (items,)), {DRY_RUN: "guessed"}
        try:
            published = await definition.simulate_func(self.opened(execution), execution.ctx)
        except Exception as error:  # noqa: BLE001 - a stranger's code
            return Ended(Status.FAILED, error=str(error)), {DRY_RUN: "simulated"}
        finally:
            execution.ctx.close()
        return Ended(Status.SUCCESS, (published.record(),)), {DRY_RUN: "simulated"}

    async def evidence(self, execution: Execution) -> Mapping[str, Json] | None:
        """What the activity collects before its effect, or None when it declares nothing. Raises what it raises."""
        prepare = execution.installed.definition.prepare_func
        return None if prepare is None else await prepare(self.opened(execution), execution.ctx)

    async def verdict(self, execution: Execution, evidence: Mapping[str, Json] | None) -> Verdict:
        """Whether the effect took place before a crash; whatever the probe cannot tell is Unknown."""
        verify = execution.installed.definition.verify_func
        if verify is None or evidence is None:
            return Unknown("The activity has no probe that could tell whether it took place.")
        try:
            return await verify(self.opened(execution), evidence, execution.ctx)
        except Exception as error:  # noqa: BLE001 - a probe that fails knows nothing, and harms nobody
            return Unknown(f"The probe failed: {error}")

    def opened(self, execution: Execution) -> ActivityInputs:
        """The validated inputs with secrets in the clear: for this run only, never stored or logged."""
        inputs = open_secrets(execution.inputs, execution.installed.type.inputs, self.open_secret)
        return validated(execution.installed.definition, inputs)


def open_secrets(inputs: Mapping[str, Json], fields: Sequence[Field], open_secret: OpenSecret) -> dict[str, Json]:
    """A copy of `inputs` in which the secret fields, those in tables included, are opened."""
    found = dict(inputs)
    for field in fields:
        if field.kind is not FieldKind.SECRET and field.kind is not FieldKind.TABLE:
            continue
        value = found.get(field.name)
        if field.kind is FieldKind.SECRET and isinstance(value, str) and value:
            found[field.name] = open_secret(value)
        elif field.kind is FieldKind.TABLE and isinstance(value, list):
            found[field.name] = [
                open_secrets(row, field.columns, open_secret) if isinstance(row, Mapping) else row for row in value
            ]
    return found


def ending_of(verdict: Verdict) -> Ended | None:
    """The ending that a probe found out, or None when the activity has to run (again) or stays in doubt."""
    match verdict:
        case Done(published):
            return Ended(Status.SUCCESS, tuple(each.record() for each in published) or ({},))
        case NotDone() | Unknown():
            return None
