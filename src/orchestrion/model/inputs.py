"""Walking the input values of an activity: every text in them may be a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from orchestrion.model.values import Json


def texts_in(inputs: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Every text inside `inputs` with its place, e.g. `filters[0].value`, in document order."""
    for name, value in inputs.items():
        yield from _texts(name, value)


def _texts(place: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(f"{place}.{name}", item)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _texts(f"{place}[{index}]", item)


def replace_texts(value: Json, replace: Callable[[str], Json]) -> Json:
    """A copy of `value` with every text in it replaced by what `replace` gives for it."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, Mapping):
        return {name: replace_texts(item, replace) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [replace_texts(item, replace) for item in value]
    return value
