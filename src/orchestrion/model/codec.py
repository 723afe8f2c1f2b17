"""Runbook document <-> model: the only place that knows the stored form (one form for database, API and files).

Reading checks shape only and names the place of a mistake; meaning is checked in `check.py`, so that a draft with
mistakes in it can be saved. Writing is canonical: fixed order, defaults left out, so equal runbooks give equal text.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrion.model.assignment import HIGHEST_PRIORITY, LOWEST_PRIORITY, Policy
from orchestrion.model.codec_conditions import read_conditions, write_conditions
from orchestrion.model.condition import ON_SUCCESS
from orchestrion.model.errors import DocumentError
from orchestrion.model.ids import TYPE_ID, is_activity_id
from orchestrion.model.reading import ObjectReader, choice_of, optional
from orchestrion.model.runbook import (
    DEFAULT_LOOP_CAP,
    Activity,
    EffectClass,
    Flatten,
    FlattenFormat,
    Flood,
    InDoubtAnswer,
    Link,
    Looping,
    Recovery,
    RetryPolicy,
    ReturnedItem,
    RunBehaviour,
    Runbook,
    Settings,
)
from orchestrion.model.values import Json, ValueType

FORMAT = "runbook/1"
MAX_DEPTH = 12  # nesting of input values; nothing sensible is deeper, and a bound keeps recursion harmless
Object = dict[str, Json]


def read_runbook(document: Json) -> Runbook:
    """The runbook that `document` describes. Raises DocumentError with the place of the first mistake."""
    reader = ObjectReader("", document)
    marker = reader.text("orchestrion", "")
    if marker != FORMAT:
        raise DocumentError("orchestrion", f"expected '{FORMAT}', found '{marker}'; is this a runbook document?")
    runbook = Runbook(
        name=_name(reader),
        description=reader.text("description", ""),
        settings=optional(reader, "settings", _read_settings) or Settings(),
        returned_data=tuple(_read_returned_item(ObjectReader(*each)) for each in reader.array("returned_data")),
        activities={key: _read_activity(key, value) for key, value in reader.mapping("activities").items()},
        links=tuple(_read_link(ObjectReader(*each)) for each in reader.array("links")),
    )
    reader.finish()
    return runbook


def write_runbook(runbook: Runbook) -> Object:
    """The canonical document of `runbook`: reading it gives an equal runbook."""
    return {
        "orchestrion": FORMAT,
        "name": runbook.name,
        **_given(
            description=runbook.description,
            settings=_write_settings(runbook.settings),
            returned_data=[_write_returned_item(item) for item in runbook.returned_data],
        ),
        "activities": {activity.id: _write_activity(activity) for activity in runbook.activities.values()},
        "links": [_write_link(link) for link in runbook.links],
    }


def _given(**fields: Json) -> Object:
    """The fields that say something: empty texts, lists and mappings and None are left out; 0 and False are kept."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}


def _changed(default: object, **fields: Json) -> Object:
    """The fields that differ from the attribute of the same name on `default`."""
    return {name: value for name, value in fields.items() if value != getattr(default, name)}


def _name(reader: ObjectReader) -> str:
    name = reader.text("name").strip()
    if not name or "/" in name or len(name) > 200:  # noqa: PLR2004 - the width of the column that stores it
        raise DocumentError(reader.at("name"), "a name has 1 to 200 characters and no '/', which separates folders")
    return name


def _read_settings(reader: ObjectReader) -> Settings:
    return Settings(
        max_simultaneous_jobs=reader.integer("max_simultaneous_jobs", 1, 1),
        max_monitor_instances=reader.integer("max_monitor_instances", 1, 1),
        max_waiting_triggers=reader.integer("max_waiting_triggers", 10_000, 1),
        when_flooded=reader.choice("when_flooded", Flood, Flood.PAUSE),
        quarantine_after_failures=reader.integer("quarantine_after_failures", 10),
        timeout_seconds=reader.number("timeout_seconds", 0),
        report_after_seconds=reader.number("report_after_seconds", 0),
        report_failure=reader.boolean("report_failure", False),
        servers=tuple(_text(place, value) for place, value in reader.array("servers")),
        assignment=_read_assignment(reader),
        priority=_read_priority(reader),
        recovery=reader.choice("recovery", Recovery, Recovery.RESUME),
        start_monitor_on_check_in=reader.boolean("start_monitor_on_check_in", False),
        on_error=reader.text("on_error", ""),
        fresh_variables=reader.boolean("fresh_variables", False),
        schedule=reader.text("schedule", ""),
    )


def _write_settings(settings: Settings) -> Object:
    return _changed(
        Settings(),
        max_simultaneous_jobs=settings.max_simultaneous_jobs,
        max_monitor_instances=settings.max_monitor_instances,
        max_waiting_triggers=settings.max_waiting_triggers,
        when_flooded=settings.when_flooded.value,
        quarantine_after_failures=settings.quarantine_after_failures,
        timeout_seconds=settings.timeout_seconds,
        report_after_seconds=settings.report_after_seconds,
        report_failure=settings.report_failure,
        priority=settings.priority,
        recovery=settings.recovery.value,
        start_monitor_on_check_in=settings.start_monitor_on_check_in,
        on_error=settings.on_error,
        fresh_variables=settings.fresh_variables,
        schedule=settings.schedule,
    ) | _given(servers=list(settings.servers), assignment=settings.assignment and settings.assignment.value)


def _read_assignment(reader: ObjectReader) -> Policy | None:
    text = reader.text("assignment", "")
    return choice_of(reader.at("assignment"), text, Policy) if text else None


def _read_priority(reader: ObjectReader) -> int:
    priority = reader.integer("priority", 0, LOWEST_PRIORITY)
    if priority > HIGHEST_PRIORITY:
        raise DocumentError(reader.at("priority"), f"must be at most {HIGHEST_PRIORITY}")
    return priority


def _text(place: str, value: Json) -> str:
    if not isinstance(value, str):
        raise DocumentError(place, "expected a text")
    return value


def _read_returned_item(reader: ObjectReader) -> ReturnedItem:
    item = ReturnedItem(
        name=reader.text("name"),
        type=reader.choice("type", ValueType, ValueType.TEXT),
        description=reader.text("description", ""),
    )
    reader.finish()
    return item


def _write_returned_item(item: ReturnedItem) -> Object:
    return {"name": item.name} | _changed(ReturnedItem(""), type=item.type.value, description=item.description)


def _read_activity(key: str, value: Json) -> Activity:
    place = f"activities.{key}"
    if not is_activity_id(key):
        raise DocumentError(
            place,
            "an activity id starts with a-z, has only a-z, 0-9 and _, at most 64 characters, and is no reserved word",
        )
    reader = ObjectReader(place, value)
    kind = reader.text("type")
    if not TYPE_ID.fullmatch(kind):
        raise DocumentError(reader.at("type"), f"'{kind}' is not of the form pack.activity")
    activity = Activity(
        id=key,
        type=kind,
        name=reader.text("name", "") or key,
        description=reader.text("description", ""),
        position=_read_position(reader),
        enabled=reader.boolean("enabled", True),
        inputs={name: _checked(f"{place}.inputs.{name}", item, 0) for name, item in reader.mapping("inputs").items()},
        behaviour=optional(reader, "behaviour", _read_behaviour) or RunBehaviour(),
        looping=optional(reader, "looping", _read_looping),
        group=reader.text("group", ""),
    )
    reader.finish()
    return activity


def _write_activity(activity: Activity) -> Object:
    return {
        "type": activity.type,
        "name": activity.name,
        **_given(description=activity.description),
        "position": list(activity.position),
        **({} if activity.enabled else {"enabled": False}),
        **_given(group=activity.group),
        **_given(inputs=dict(activity.inputs), behaviour=_write_behaviour(activity.behaviour)),
        **({} if activity.looping is None else {"looping": _write_looping(activity.looping)}),
    }


def _read_position(reader: ObjectReader) -> tuple[int, int]:
    numbers = [value for _, value in reader.array("position")]
    if not numbers:
        return (0, 0)
    if len(numbers) != 2 or not all(isinstance(n, (int, float)) and abs(n) < 10**6 for n in numbers):  # noqa: PLR2004 - x and y
        raise DocumentError(reader.at("position"), "expected two whole numbers, x and y")
    x, y = (round(n) for n in numbers if isinstance(n, (int, float)))
    return (x, y)


def _checked(place: str, value: Json, depth: int) -> Json:
    """`value` itself, when it is made of texts, numbers, booleans, lists and mappings and not nested too deep."""
    if depth > MAX_DEPTH:
        raise DocumentError(place, f"is nested deeper than {MAX_DEPTH}")
    if isinstance(value, Mapping):
        return {str(key): _checked(f"{place}.{key}", item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_checked(f"{place}[{index}]", item, depth + 1) for index, item in enumerate(value)]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and abs(value) < float("inf"):
        return value
    raise DocumentError(place, f"a value of type {type(value).__name__} cannot be stored; write it as text in quotes")


def _read_behaviour(reader: ObjectReader) -> RunBehaviour:
    effect = reader.text("effect", "")
    return RunBehaviour(
        flatten=optional(reader, "flatten", _read_flatten),
        report_after_seconds=reader.number("report_after_seconds", 0),
        report_failure=reader.boolean("report_failure", False),
        timeout_seconds=reader.number("timeout_seconds", 0),
        retry=optional(reader, "retry", _read_retry) or RetryPolicy(),
        effect=ObjectReader(reader.place, {"effect": effect}).choice("effect", EffectClass, EffectClass.ONCE)
        if effect
        else None,
        in_doubt=reader.choice("in_doubt", InDoubtAnswer, InDoubtAnswer.ASK),
        parallel=reader.integer("parallel", 1, 1),
    )


def _write_behaviour(behaviour: RunBehaviour) -> Object:
    simple = _changed(
        RunBehaviour(),
        report_after_seconds=behaviour.report_after_seconds,
        report_failure=behaviour.report_failure,
        timeout_seconds=behaviour.timeout_seconds,
        in_doubt=behaviour.in_doubt.value,
        parallel=behaviour.parallel,
    )
    return simple | _given(
        flatten=None if behaviour.flatten is None else _write_flatten(behaviour.flatten),
        retry=_changed(
            RetryPolicy(),
            attempts=behaviour.retry.attempts,
            delay_seconds=behaviour.retry.delay_seconds,
            backoff=behaviour.retry.backoff,
        )
        | _given(when=write_conditions(behaviour.retry.when)),
        effect=behaviour.effect.value if behaviour.effect else None,
    )


def _read_flatten(reader: ObjectReader) -> Flatten:
    return Flatten(
        format=reader.choice("format", FlattenFormat, FlattenFormat.SEPARATOR),
        separator=reader.text("separator", Flatten().separator),
    )


def _write_flatten(flatten: Flatten) -> Object:
    return {"format": flatten.format.value} | _changed(Flatten(), separator=flatten.separator)


def _read_retry(reader: ObjectReader) -> RetryPolicy:
    return RetryPolicy(
        attempts=reader.integer("attempts", 1, 1),
        delay_seconds=reader.number("delay_seconds", 0),
        backoff=reader.number("backoff", 1, 1),
        when=read_conditions(reader, "when", ()),
    )


def _read_looping(reader: ObjectReader) -> Looping:
    return Looping(
        delay_seconds=reader.number("delay_seconds", 0),
        exit=read_conditions(reader, "exit", ON_SUCCESS),
        do_not_exit=read_conditions(reader, "do_not_exit", ()),
        max_attempts=reader.integer("max_attempts", DEFAULT_LOOP_CAP),
        max_seconds=reader.number("max_seconds", 0),
    )


def _write_looping(looping: Looping) -> Object:
    return _changed(
        Looping(),
        delay_seconds=looping.delay_seconds,
        max_attempts=looping.max_attempts,
        max_seconds=looping.max_seconds,
    ) | _write_filter("exit", looping.exit, "do_not_exit", looping.do_not_exit)


def _write_filter(
    include_name: str, include: tuple[object, ...], exclude_name: str, exclude: tuple[object, ...]
) -> Object:
    found: Object = {}
    if include != ON_SUCCESS:
        found[include_name] = write_conditions(include)
    if exclude:
        found[exclude_name] = write_conditions(exclude)
    return found


def _read_link(reader: ObjectReader) -> Link:
    link = Link(
        source=reader.text("from"),
        target=reader.text("to"),
        name=reader.text("name", ""),
        include=read_conditions(reader, "include", ON_SUCCESS),
        exclude=read_conditions(reader, "exclude", ()),
        delay_seconds=reader.number("delay_seconds", 0),
        enabled=reader.boolean("enabled", True),
        color=reader.text("color", ""),
        width=reader.integer("width", 0),
    )
    reader.finish()
    return link


def _write_link(link: Link) -> Object:
    return {
        "from": link.source,
        "to": link.target,
        **_given(name=link.name),
        **_write_filter("include", link.include, "exclude", link.exclude),
        **_changed(
            Link("", ""), delay_seconds=link.delay_seconds, enabled=link.enabled, color=link.color, width=link.width
        ),
    }
