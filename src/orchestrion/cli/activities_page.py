"""The reference page about activities, from what the installed packs declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from orchestrion.model.activity_type import ActivityKind, ActivityType, EffectTable, Field, FieldKind, PublishedItem
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import Json, to_text

_EFFECTS: Mapping[EffectClass, tuple[str, str]] = {
    EffectClass.PURE: ("It computes from its inputs alone.", "It runs again."),
    EffectClass.READ: ("It looks and changes nothing.", "It runs again."),
    EffectClass.IDEMPOTENT: ("Repeating it leads to the same end.", "It runs again."),
    EffectClass.VERIFIABLE: (
        "It changes something once, and one can see later whether it did.",
        "It looks first: what was done is taken over, what was not runs again, the rest waits in doubt.",
    ),
    EffectClass.ONCE: ("Nobody could repeat it unknowingly.", "It waits in doubt until somebody answers."),
}
_GUARANTEES: Mapping[str, str] = {
    "replayable": "What happened while nobody watched is reported when somebody watches again.",
    "state difference": "What differs from the last look is reported; what came and went in between is not.",
    "only while armed": "Only what happens while it watches is reported.",
}
_KINDS = {ActivityKind.ACTIVITY: "activity", ActivityKind.MONITOR: "monitor", ActivityKind.CONTROL: "run control"}
_HEAD = """# Activities

Every activity that comes along, by its id: what it takes, what it publishes, and what happens to it after a crash.
Besides its own items each activity publishes the [common ones](../guide/subscriptions.md#common-published-data), and
has the settings for looping, retries and limits that [the form of a runbook](../guide/runbooks-as-text.md) shows.

## Effect classes

The class says what repeating an activity would do, and so what a takeover does with one that was under way when its
server died. [When a server dies](../guide/when-a-server-dies.md) tells more."""


def page(types: Iterable[ActivityType]) -> str:
    """The page as Markdown, activities by id."""
    by_pack = groupby(sorted(types, key=lambda each: each.id), key=lambda each: each.pack)
    packs = [line for pack, found in by_pack for line in ("", f"## {pack}", *_pack(found))]
    return "\n".join([_HEAD, "", *_effects(), "", "## Guarantees of monitors", "", *_guarantees(), *packs])


def _effects() -> Iterator[str]:
    yield from _head("class", "why", "under way when the server died")
    for effect, (reason, after) in _EFFECTS.items():
        yield _row(f"`{effect.value}`", reason, after)


def _guarantees() -> Iterator[str]:
    yield from _head("guarantee", "meaning")
    for guarantee, meaning in _GUARANTEES.items():
        yield _row(guarantee, meaning)


def _pack(types: Iterable[ActivityType]) -> Iterator[str]:
    for kind in types:
        yield from ("", f"### `{kind.id}`", "", f"**{kind.name}** ({_KINDS[kind.kind]}). {_summary(kind)}", "")
        yield from _promises(kind)
        yield from _inputs(kind.inputs)
        yield from _published(kind)


def _summary(kind: ActivityType) -> str:
    return kind.summary if kind.summary.endswith(".") else f"{kind.summary}."


def _promises(kind: ActivityType) -> Iterator[str]:
    yield f"- Effect class: `{kind.effect.default.value}`. {_EFFECTS[kind.effect.default][0]}"
    yield from _exceptions(kind.effect)
    if kind.guarantee:
        yield f"- Guarantee: {kind.guarantee}. {_GUARANTEES.get(kind.guarantee, '')}".rstrip()


def _exceptions(effect: EffectTable) -> Iterator[str]:
    for value, other in effect.by_value.items():
        yield f"- Effect class with `{effect.input}` = `{value}`: `{other.value}`. {_EFFECTS[other][0]}"


def _inputs(fields: tuple[Field, ...]) -> Iterator[str]:
    if not fields:
        return
    yield from ("", *_head("input", "label", "kind", "default", "meaning"))
    for each in fields:
        yield _input(each, f"`{each.name}`")
        yield from (_input(column, f"`{each.name}[].{column.name}`") for column in each.columns)


def _input(each: Field, name: str) -> str:
    return _row(name, each.label, each.kind.value, _default(each), _meaning(each))


def _default(each: Field) -> str:
    if each.default is None:
        return "required" if each.required else "none"
    return f"`{_literal(each.default)}`" if each.default not in ("", [], {}) else "empty"


def _literal(value: Json) -> str:
    return to_text(value) if value is None or isinstance(value, (str, int, float)) else str(value)


def _meaning(each: Field) -> str:
    parts = [each.help]
    if each.choices:
        which = "Any of" if each.kind is FieldKind.LIST else "One of"
        parts.append(f"{which}: {', '.join(f'`{choice}`' for choice in each.choices)}.")
    if each.shown_when is not None:
        spellings = {value.lower(): value for value in each.shown_when.values}
        values = " or ".join(f"`{value}`" for value in spellings.values())
        parts.append(f"Counts when `{each.shown_when.input}` is {values}.")
    return " ".join(part for part in parts if part)


def _published(kind: ActivityType) -> Iterator[str]:
    if kind.published:
        yield from ("", *_head("published item", "type", "meaning"))
        yield from (_row(item.name, item.type.value, _described(item)) for item in kind.published)
    if kind.dynamic_items is not None:
        yield from ("", f"It also publishes an item for each row of `{kind.dynamic_items.input}`, by its name.")


def _described(item: PublishedItem) -> str:
    many = "Each record has its own." if item.many else ""
    return " ".join(part for part in (item.description, many) if part)


def _head(*titles: str) -> Iterator[str]:
    yield _row(*titles)
    yield _row(*("---" for _ in titles))


def _row(*cells: str) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '&#124;') for cell in cells)} |"
