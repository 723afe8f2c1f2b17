r"""The text of an input as people write it, and its parts: literals, subscriptions, variables and calls (spec 4.4).

Grammar, inside `{{ }}`::

    expression := text | number | true | false | null | reference | variable | call
    reference  := activity-id ( "[" text "]" | "." name )       read_line["Line text"]
    variable   := "var" "[" text "]"                            var["Folder/Name"]
    call       := name "(" [expression {"," expression}] ")"    Upper(read_line["Line text"])
    text       := "…" or '…' with \" \' \\ \n \t
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from orchestrion.model.errors import TemplateError
from orchestrion.model.values import Value

OPEN, CLOSE = "{{", "}}"


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written out."""

    value: Value


@dataclass(frozen=True, slots=True)
class Subscription:
    """A published data item of an earlier activity."""

    activity: str
    item: str


@dataclass(frozen=True, slots=True)
class VariableReference:
    """A variable by its path: folder names and name, joined by `/`."""

    path: str


@dataclass(frozen=True, slots=True)
class GroupReference:
    """A computer group by its path: the computer of it that the execution runs for."""

    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """A data manipulation function applied to arguments; `position` is where its name stands in the text."""

    function: str
    arguments: tuple[Expression, ...]
    position: int


Expression: TypeAlias = Constant | Subscription | VariableReference | GroupReference | Call


@dataclass(frozen=True, slots=True)
class Template:
    """The parts of one text, in order; text outside `{{ }}` is a Constant."""

    segments: tuple[Expression, ...]

    @property
    def is_typed(self) -> bool:
        """Whether the text is exactly one expression, whose value keeps its type."""
        return len(self.segments) == 1

    @property
    def is_constant(self) -> bool:
        """Whether nothing in the text depends on a run."""
        return all(isinstance(segment, Constant) for segment in self.segments)

    def expressions(self) -> Iterator[Expression]:
        """Every expression in the text, arguments of calls included, in reading order."""
        for segment in self.segments:
            yield from _walk(segment)


def _walk(expression: Expression) -> Iterator[Expression]:
    yield expression
    if isinstance(expression, Call):
        for argument in expression.arguments:
            yield from _walk(argument)


@lru_cache(maxsize=4096)
def parse(text: str) -> Template:
    """The template that `text` spells. Raises TemplateError with the position of the first mistake."""
    if OPEN not in text:
        return Template((Constant(text),))
    segments: list[Expression] = []
    position = 0
    while (start := text.find(OPEN, position)) >= 0:
        if start > position:
            segments.append(Constant(text[position:start]))
        reader = _Reader(text, start + len(OPEN))
        segments.append(reader.expression())
        position = reader.expect_close()
    if position < len(text):
        segments.append(Constant(text[position:]))
    return Template(tuple(segments))


def escape(text: str) -> str:
    """A template whose value is exactly `text`."""
    return text.replace(OPEN, '{{ "{{" }}') if OPEN in text else text


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>\}\}|[\[\]().,])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t"}
_NAMED: dict[str, Value] = {"true": True, "false": False, "null": None}
_MAX_DEPTH = 40  # nesting of calls; deeper is a mistake, and a bound keeps the parser off the interpreter's stack limit


class _Reader:
    """Reads one expression from `text`, starting behind its `{{`."""

    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self._position = position
        self._depth = 0

    def expression(self) -> Expression:
        kind, token, start = self._next()
        if kind == "text":
            return Constant(_unescape(token))
        if kind == "number":
            return Constant(float(token) if "." in token else int(token))
        if kind == "name":
            return self._named(token, start)
        raise TemplateError(start, f"expected a value, found '{token}'")

    def expect_close(self) -> int:
        """The position behind the closing `}}`."""
        self._expect(CLOSE)
        return self._position

    def _named(self, name: str, start: int) -> Expression:
        sign = self._peek()
        if sign == "(":
            return self._call(name, start)
        if name == "var":
            return VariableReference(self._bracketed())
        if name == "group":
            return GroupReference(self._bracketed())
        if sign == "[":
            return Subscription(name, self._bracketed())
        if sign == ".":
            self._next()
            return Subscription(name, self._take("name", "the name of a published item"))
        if name in _NAMED:
            return Constant(_NAMED[name])
        raise TemplateError(start, f"'{name}' needs an item, written {name}[\"Item name\"]")

    def _call(self, name: str, start: int) -> Call:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise TemplateError(start, f"calls are nested deeper than {_MAX_DEPTH}")
        self._next()
        arguments: list[Expression] = []
        while self._peek() != ")":
            if arguments:
                self._expect(",")
            arguments.append(self.expression())
        self._next()
        self._depth -= 1
        return Call(name, tuple(arguments), start)

    def _bracketed(self) -> str:
        self._expect("[")
        text = _unescape(self._take("text", "a name in quotes"))
        self._expect("]")
        return text

    def _take(self, wanted: str, description: str) -> str:
        kind, token, start = self._next()
        if kind != wanted:
            raise TemplateError(start, f"expected {description}, found '{token}'")
        return token

    def _expect(self, sign: str) -> None:
        _, token, start = self._next()
        if token != sign:
            raise TemplateError(start, f"expected '{sign}', found '{token}'")

    def _peek(self) -> str:
        found = _TOKEN.match(self._text, self._position)
        return found[found.lastgroup or 0] if found else ""

    def _next(self) -> tuple[str, str, int]:
        found = _TOKEN.match(self._text, self._position)
        if found is None or found.lastgroup is None:
            rest = self._text[self._position :].lstrip()[:1]
            what = f"unexpected character '{rest}'" if rest else "the template is not closed with '}}'"
            raise TemplateError(self._position, what)
        self._position = found.end()
        return found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)


def _unescape(quoted: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), quoted[1:-1], flags=re.DOTALL)
