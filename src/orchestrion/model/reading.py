"""Reading untrusted JSON field by field, with errors that name the place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from orchestrion.model.errors import DocumentError
from orchestrion.model.values import Json

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class ObjectReader:
    """Takes the fields of one JSON object; `finish` refuses what nobody took.

    Every method raises DocumentError with the place of the value, e.g. `activities.read.name`.
    """

    def __init__(self, place: str, value: Json) -> None:
        if not isinstance(value, Mapping):
            raise DocumentError(place, f"expected a mapping, found {_kind(value)}")
        self.place = place
        self._fields = {str(key): item for key, item in value.items()}

    def at(self, name: str) -> str:
        """The place of the field `name`."""
        return f"{self.place}.{name}" if self.place else name

    def take(self, name: str) -> Json:
        """The field's value, or None when it is absent."""
        return self._fields.pop(name, None)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; required when there is no default."""
        value = self.take(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise DocumentError(self.at(name), f"expected a text, found {_kind(value)}")
        return value

    def number(self, name: str, default: float, minimum: float = 0) -> float:
        """A number not below `minimum`."""
        value = self.take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise DocumentError(self.at(name), f"expected a number, found {_kind(value)}")
        if not minimum <= value < float("inf"):
            raise DocumentError(self.at(name), f"must be at least {minimum:g}, is {value:g}")
        return value

    def integer(self, name: str, default: int, minimum: int = 0) -> int:
        """A whole number not below `minimum`."""
        value = self.number(name, default, minimum)
        if value != int(value):
            raise DocumentError(self.at(name), f"must be a whole number, is {value:g}")
        return int(value)

    def boolean(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise DocumentError(self.at(name), f"expected true or false, found {_kind(value)}")
        return value

    def choice(self, name: str, kind: type[E], default: E) -> E:
        """One of the members of `kind`."""
        text = self.text(name, default.value)
        return choice_of(self.at(name), text, kind)

    def array(self, name: str) -> Iterator[tuple[str, Json]]:
        """The items of a list with their places; nothing when the field is absent."""
        value = self.take(name)
        if value is None:
            return
        for index, item in enumerate(items_of(self.at(name), value)):
            yield f"{self.at(name)}[{index}]", item

    def mapping(self, name: str) -> Mapping[str, Json]:
        """A mapping from text to anything; empty when the field is absent."""
        value = self.take(name)
        return ObjectReader(self.at(name), {} if value is None else value)._fields

    def finish(self) -> None:
        """Refuses the fields that were not taken, naming the first."""
        for name in self._fields:
            raise DocumentError(self.at(name), "is not a known field here; check the spelling or remove it")


def items_of(place: str, value: Json) -> Sequence[Json]:
    """`value` as a list; raises DocumentError when it is none."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise DocumentError(place, f"expected a list, found {_kind(value)}")
    return value


def choice_of(place: str, text: str, kind: type[E]) -> E:
    """The member of `kind` that `text` names; raises DocumentError that lists the members."""
    try:
        return kind(text)
    except ValueError:
        raise DocumentError(place, f"'{text}' is none of {', '.join(member.value for member in kind)}") from None


def optional(reader: ObjectReader, name: str, read: Callable[[ObjectReader], T]) -> T | None:
    """The object field `name` read with `read`, or None when it is absent."""
    value = reader.take(name)
    if value is None:
        return None
    inner = ObjectReader(reader.at(name), value)
    result = read(inner)
    inner.finish()
    return result


def _kind(value: Json) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"the number {value:g}"
    if isinstance(value, str):
        return f"the text '{value[:40]}'"
    return "a mapping" if isinstance(value, Mapping) else "a list"
