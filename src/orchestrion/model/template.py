r"""The text of an input as people write it: reading it into parts, and writing the parts again (spec 4.4).

Grammar, inside `{{ }}`; operators from the loosest to the tightest, those of one line from left to right::

    expression := expression "or" expression
                | expression "and" expression
                | "not" expression
                | expression ("==" | "!=" | "<" | "<=" | ">" | ">=") expression     not chained
                | expression "&" expression                                         joins texts
                | expression ("+" | "-") expression
                | expression ("*" | "/" | "%") expression
                | "-" expression
                | "(" expression ")" | text | number | true | false | null | reference | call
    reference  := activity-id ( "[" text "]" | "." name )                   read_line["Line text"]
                | ("var" | "counter" | "group") "[" text "]"                var["Folder/Name"]
    call       := name "(" [expression {"," expression}] ")"                Upper(read_line["Line text"])
    text       := "…" or '…' with \" \' \\ \n \t
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from orchestrion.model.errors import TemplateError
from orchestrion.model.expression import (
    Call,
    Constant,
    CounterReference,
    Expression,
    GroupReference,
    Inversion,
    Negation,
    Operation,
    Reference,
    Subscription,
    VariableReference,
    walk,
)
from orchestrion.model.operators import COMPARISON, LEVELS, LOOSEST, NEGATION, NOT
from orchestrion.model.values import Value, to_text

__all__ = [
    "Call",
    "Constant",
    "CounterReference",
    "Expression",
    "GroupReference",
    "Subscription",
    "Template",
    "VariableReference",
    "escape",
    "parse",
    "read_expression",
    "spell",
]

OPEN, CLOSE = "{{", "}}"


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
        """Whether nothing in the text is to be computed."""
        return all(isinstance(segment, Constant) for segment in self.segments)

    def expressions(self) -> Iterator[Expression]:
        """Every expression in the text, those inside others included, in reading order."""
        for segment in self.segments:
            yield from walk(segment)


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
        expression, position = read_expression(text, start)
        segments.append(expression)
    if position < len(text):
        segments.append(Constant(text[position:]))
    return Template(tuple(segments))


def read_expression(text: str, start: int) -> tuple[Expression, int]:
    """The expression whose `{{` stands at `start`, and the position behind its `}}`. Raises TemplateError."""
    reader = _Reader(text, start + len(OPEN))
    return reader.expression(), reader.expect_close()


def escape(text: str) -> str:
    """A template whose value is exactly `text`."""
    return text.replace(OPEN, '{{ "{{" }}') if OPEN in text else text


def spell(expression: Expression) -> str:
    """The expression as it is written inside `{{ }}`: reading that gives an equal one."""
    match expression:
        case Constant(value):
            return _spelled_value(value)
        case Subscription(activity, item):
            return f"{activity}[{_quoted(item)}]"
        case VariableReference(path) | CounterReference(path) | GroupReference(path):
            return f"{_NAMES[type(expression)]}[{_quoted(path)}]"
        case Call(function, arguments):
            return f"{function}({', '.join(map(spell, arguments))})"
        case Inversion() | Negation() | Operation():
            return _spelled_operation(expression)


def _spelled_operation(expression: Inversion | Negation | Operation) -> str:
    match expression:
        case Inversion(operand):
            return f"not {_inside(operand, NOT)}"
        case Negation(operand):
            return f"-{_inside(operand, NEGATION)}"
        case Operation(operators, operands):
            first, *others = [_inside(operand, LEVELS[operators[0]] + 1) for operand in operands]
            return first + "".join(f" {sign} {each}" for sign, each in zip(operators, others, strict=True))


def _inside(expression: Expression, level: int) -> str:
    """The operand of an operator: in parentheses unless it binds at least as tightly as `level`."""
    match expression:
        case Operation(operators):
            own = LEVELS[operators[0]]
        case Inversion():
            own = NOT
        case _:
            own = NEGATION
    return spell(expression) if own >= level else f"({spell(expression)})"


def _spelled_value(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        digits = f"{Decimal(repr(value)):f}"
        return digits if "." in digits else f"{digits}.0"
    return to_text(value)


def _quoted(text: str) -> str:
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(character, escaped)
    return f'"{text}"'


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>\}\}|[=!<>]=|[\[\]().,<>&+\-*/%])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t"}
_NAMED: dict[str, Value] = {"true": True, "false": False, "null": None}
_REFERENCES: dict[str, Callable[[str, int], Reference]] = {
    "var": VariableReference,
    "counter": CounterReference,
    "group": GroupReference,
}
_NAMES = {VariableReference: "var", CounterReference: "counter", GroupReference: "group"}
_MAX_DEPTH = (
    60  # nesting; deeper is a mistake, and a bound keeps reading and evaluating off the interpreter's stack limit
)
_MAX_DIGITS = 300  # of a number written out; more is beyond the largest float


class _Reader:
    """Reads one expression from `text`, starting behind its `{{`."""

    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self._position = position
        self._depth = 0

    def expression(self, level: int = LOOSEST) -> Expression:
        """Operands joined by operators that bind at least as tightly as `level`."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise TemplateError(self._position, f"expressions are nested deeper than {_MAX_DEPTH}")
        left = self._operand(level)
        while LEVELS.get(self._peek(), 0) >= level:
            left = self._operation(left, LEVELS[self._peek()])
        self._depth -= 1
        return left

    def expect_close(self) -> int:
        """The position behind the closing `}}`."""
        self._expect(CLOSE)
        return self._position

    def _operation(self, first: Expression, level: int) -> Operation:
        operators: list[str] = []
        operands, positions = [first], list[int]()
        while LEVELS.get(self._peek()) == level:
            _, operator, position = self._next()
            if operators and level == COMPARISON:
                raise TemplateError(position, "comparisons are not chained; join two of them with 'and'")
            operators.append(operator)
            operands.append(self.expression(level + 1))
            positions.append(position)
        return Operation(tuple(operators), tuple(operands), tuple(positions))

    def _operand(self, level: int) -> Expression:
        kind, token, start = self._next()
        if kind == "text":
            return Constant(_unescape(token))
        if kind == "number":
            return _number(token, start)
        match token:
            case "not":
                return self._inversion(level, start)
            case "-":
                return _negation(self.expression(NEGATION), start)
            case "(":
                inner = self.expression()
                self._expect(")")
                return inner
            case _ if kind == "name":
                return self._named(token, start)
        raise TemplateError(start, f"expected a value, found '{token}'")

    def _inversion(self, level: int, start: int) -> Inversion:
        if level > NOT:
            raise TemplateError(start, "'not' behind an operator stands in parentheses, written (not ...)")
        return Inversion(self.expression(NOT), start)

    def _named(self, name: str, start: int) -> Expression:
        if name in LEVELS:
            raise TemplateError(start, f"expected a value, found '{name}'")
        if name in _NAMED:
            return Constant(_NAMED[name])
        if name in _REFERENCES:
            return _REFERENCES[name](self._bracketed(), start)
        sign = self._peek()
        if sign == "(":
            return self._call(name, start)
        if sign == "[":
            return Subscription(name, self._bracketed(), start)
        if sign == ".":
            self._next()
            return Subscription(name, self._take("name", "the name of a published item"), start)
        raise TemplateError(start, f"'{name}' needs an item, written {name}[\"Item name\"]")

    def _call(self, name: str, start: int) -> Call:
        self._next()
        arguments: list[Expression] = []
        while self._peek() != ")":
            if arguments:
                self._expect(",")
            arguments.append(self.expression())
        self._next()
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


def _number(digits: str, start: int) -> Constant:
    if len(digits) > _MAX_DIGITS:
        raise TemplateError(start, f"a number has at most {_MAX_DIGITS} digits")
    return Constant(float(digits) if "." in digits else int(digits))


def _negation(operand: Expression, start: int) -> Expression:
    """The only folding of constants: a negative number is a constant, as its digits are."""
    match operand:
        case Constant(bool()):
            return Negation(operand, start)
        case Constant(int(number) | float(number)):
            return Constant(-number)
        case _:
            return Negation(operand, start)


def _unescape(quoted: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), quoted[1:-1], flags=re.DOTALL)
