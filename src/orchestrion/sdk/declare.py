"""`@activity` and `@monitor`: what a function must say about itself to become an activity."""

from __future__ import annotations

import re
import typing
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from orchestrion.model.activity_type import (
    ActivityKind,
    ActivityType,
    DynamicItems,
    EffectTable,
    Limit,
)
from orchestrion.model.runbook import EffectClass
from orchestrion.sdk.context import RunContext
from orchestrion.sdk.fields import ActivityInputs, PublishedModel, input_fields, published_items
from orchestrion.sdk.outcome import Evidence, Trigger, Verdict

InputsT = TypeVar("InputsT", bound=ActivityInputs)
Handler: TypeAlias = Callable[[InputsT, RunContext], object]
Prepare: TypeAlias = Callable[[InputsT, RunContext], Awaitable[Evidence]]
Verify: TypeAlias = Callable[[InputsT, Evidence, RunContext], Awaitable[Verdict]]
Simulate: TypeAlias = Callable[[InputsT, RunContext], Awaitable[PublishedModel]]
Begin: TypeAlias = Callable[[InputsT, RunContext], Awaitable[str]]
MonitorHandler: TypeAlias = Callable[[InputsT, RunContext], AsyncIterator[Trigger]]


class Mode(StrEnum):
    """Where an activity runs: on the event loop, in a thread (short and harmless), or in a process of its own."""

    ASYNC = "async"
    THREAD = "thread"
    PROCESS = "process"


class Guarantee(StrEnum):
    """What a monitor promises about what happened while nobody listened (architecture.md 6)."""

    REPLAYABLE = "replayable"
    DIFFERENCE = "state difference"
    ARMED_ONLY = "only while armed"


class Definition(Generic[InputsT]):
    """A declared activity or monitor: its type for the catalogue, and the functions that do the work."""

    def __init__(self, kind: ActivityType, inputs: type[InputsT], handler: Handler[InputsT], mode: Mode) -> None:
        self.type = kind
        self.inputs = inputs
        self.handler = handler
        self.mode = mode
        self.prepare_func: Prepare[InputsT] | None = None
        self.verify_func: Verify[InputsT] | None = None
        self.simulate_func: Simulate[InputsT] | None = None
        self.begin_func: Begin[InputsT] | None = None
        self.limits_func: Callable[[], tuple[Limit, ...]] = tuple

    def prepare(self, function: Prepare[InputsT]) -> Prepare[InputsT]:
        """Marks the function that collects evidence before the effect (class `verifiable`)."""
        self.prepare_func = function
        return function

    def verify(self, function: Verify[InputsT]) -> Verify[InputsT]:
        """Marks the probe that tells after a crash whether the effect took place (class `verifiable`)."""
        self.verify_func = function
        return function

    def simulate(self, function: Simulate[InputsT]) -> Simulate[InputsT]:
        """Marks the function that says what would change, without changing it."""
        self.simulate_func = function
        return function

    def begin(self, function: Begin[InputsT]) -> Begin[InputsT]:
        """Marks the function that gives the cursor of this moment, for a monitor that is armed for the first time.

        The server stores it before the monitor listens, so that nothing is lost between arming and the first trigger.
        """
        self.begin_func = function
        return function

    def limits(self, function: Callable[[], tuple[Limit, ...]]) -> Callable[[], tuple[Limit, ...]]:
        """Marks the function that says what this machine lacks for the activity; check-in shows it."""
        self.limits_func = function
        return function


def activity(  # noqa: PLR0913 - the declaration of a type; everything but the name is given by keyword
    name: str,
    *,
    category: str,
    effect: EffectClass | EffectTable | str,
    summary: str = "",
    id: str = "",  # noqa: A002 - the word of the manifest
    mode: Mode | str = Mode.ASYNC,
    kind: ActivityKind = ActivityKind.ACTIVITY,
    dynamic_items: DynamicItems | None = None,
) -> Callable[[Handler[InputsT]], Definition[InputsT]]:
    """Makes an activity of `async def f(inputs: Inputs, ctx: RunContext) -> Published` (or a list or generator of it).

    `effect` says what repeating it would do (durability.md 6). Raises TypeError when the annotations do not say which
    inputs it takes and what it publishes.
    """
    table = effect if isinstance(effect, EffectTable) else EffectTable(EffectClass(effect))

    def declare(handler: Handler[InputsT]) -> Definition[InputsT]:
        inputs, published = _models(handler)
        declared = ActivityType(
            id=id or _slug(name),
            pack="",
            name=name,
            category=category,
            kind=kind,
            summary=summary or _first_line(handler),
            effect=table,
            inputs=input_fields(inputs),
            published=published_items(published) if published else (),
            dynamic_items=dynamic_items,
        )
        return Definition(declared, inputs, handler, Mode(mode))

    return declare


def monitor(
    name: str, *, category: str, guarantee: Guarantee | str, published: type[PublishedModel], summary: str = ""
) -> Callable[[MonitorHandler[InputsT]], Definition[InputsT]]:
    """Makes a monitor of `async def f(inputs: Inputs, ctx: RunContext) -> AsyncIterator[Trigger]`."""

    def declare(handler: MonitorHandler[InputsT]) -> Definition[InputsT]:
        inputs, _ = _models(handler)
        declared = ActivityType(
            id=_slug(name),
            pack="",
            name=name,
            category=category,
            kind=ActivityKind.MONITOR,
            summary=summary or _first_line(handler),
            effect=EffectTable(EffectClass.READ),
            guarantee=Guarantee(guarantee).value,
            inputs=input_fields(inputs),
            published=published_items(published),
        )
        return Definition(declared, inputs, handler, Mode.ASYNC)

    return declare


def _models(handler: Handler[InputsT]) -> tuple[type[InputsT], type[PublishedModel] | None]:
    hints = typing.get_type_hints(handler)
    returned = hints.pop("return", None)
    first = next(iter(hints.values()), None)
    if not (isinstance(first, type) and issubclass(first, ActivityInputs)):
        name = getattr(handler, "__name__", handler)
        raise TypeError(f"{name}: the first argument must be annotated with a subclass of ActivityInputs")
    return typing.cast("type[InputsT]", first), _published_model(returned)


def _published_model(annotation: object) -> type[PublishedModel] | None:
    for each in (annotation, *typing.get_args(annotation)):
        if isinstance(each, type) and issubclass(each, PublishedModel):
            return each
    return None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _first_line(handler: object) -> str:
    return (getattr(handler, "__doc__", None) or "").strip().split("\n")[0]
