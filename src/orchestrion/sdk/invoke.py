"""Running one declared activity and putting whatever it answers into one shape."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import anyio
import anyio.to_process
import anyio.to_thread
from anyio.lowlevel import RunVar
from pydantic import ValidationError

from orchestrion.model.condition import Status
from orchestrion.model.values import Json, Record
from orchestrion.sdk.context import RunContext
from orchestrion.sdk.declare import Definition, Mode
from orchestrion.sdk.fields import ActivityInputs, PublishedModel
from orchestrion.sdk.outcome import ActivityFailed, ActivityWarning

EMPTY: Record = {}


@dataclass(frozen=True, slots=True)
class Ended:
    """How one execution ended: records in the order published, at least one (spec 3.7)."""

    status: Status
    records: tuple[Record, ...] = (EMPTY,)
    error: str = ""


def validated(definition: Definition[ActivityInputs], inputs: dict[str, Json]) -> ActivityInputs:
    """The inputs as the activity's model; raises ActivityFailed that names each wrong input by its label."""
    try:
        return definition.inputs.model_validate(inputs)
    except ValidationError as error:
        labels = {field.name: field.label for field in definition.type.inputs}
        problems = "; ".join(_problem(labels, each["loc"], each["msg"]) for each in error.errors())
        raise ActivityFailed(f"The inputs are not valid: {problems}") from None


def _problem(labels: dict[str, str], location: tuple[int | str, ...], message: str) -> str:
    head, *rest = location or ("",)
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest)
    return f"{labels.get(str(head), head)}{place}: {message}"


async def invoke(definition: Definition[ActivityInputs], inputs: ActivityInputs, ctx: RunContext) -> Ended:
    """Runs the activity. Whatever it raises, cancellation apart, becomes a failed or warning ending."""
    try:
        return Ended(Status.SUCCESS, _records(await _answer(definition, inputs, ctx)))
    except ActivityFailed as error:
        return Ended(Status.FAILED, _records(error.published), str(error))
    except ActivityWarning as error:
        return Ended(Status.WARNING, _records(error.published), str(error))
    except Exception as error:  # noqa: BLE001 - a fault in an activity never harms its server
        return Ended(Status.FAILED, (EMPTY,), f"{type(error).__name__}: {error}")


async def _answer(definition: Definition[ActivityInputs], inputs: ActivityInputs, ctx: RunContext) -> object:
    if definition.mode is Mode.THREAD:
        return await anyio.to_thread.run_sync(
            definition.handler, inputs, ctx, abandon_on_cancel=True, limiter=_thread_limit()
        )
    if definition.mode is Mode.PROCESS:
        return await anyio.to_process.run_sync(definition.handler, inputs, ctx, cancellable=True)
    answer = definition.handler(inputs, ctx)
    if isinstance(answer, AsyncIterator):
        return [each async for each in answer]
    return await answer if inspect.isawaitable(answer) else answer


#: Activities in threads mostly wait for something outside. The library's own limit of 40 would make all others wait for
#: the slowest forty, without a word; how much a server runs is for its capacity to say.
_MOST_THREADS = 1000
_threads: RunVar[anyio.CapacityLimiter] = RunVar("activity threads")


def _thread_limit() -> anyio.CapacityLimiter:
    limit = _threads.get(None)
    if limit is None:
        limit = anyio.CapacityLimiter(_MOST_THREADS)
        _threads.set(limit)
    return limit


def _records(answer: object) -> tuple[Record, ...]:
    if answer is None:
        return (EMPTY,)
    if isinstance(answer, PublishedModel):
        return (answer.record(),)
    if isinstance(answer, Iterable):
        return tuple(_record(each) for each in answer) or (EMPTY,)
    raise TypeError(f"an activity publishes a PublishedModel or several, not {type(answer).__name__}")


def _record(published: object) -> Record:
    if not isinstance(published, PublishedModel):
        raise TypeError(f"an activity publishes a PublishedModel or several, not {type(published).__name__}")
    return published.record()
