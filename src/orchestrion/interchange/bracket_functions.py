"""Functions in square brackets, as imported runbooks write them, in our own form (spec 4.6).

`[Upper('a{{ x["y"] }}b')]` becomes `{{ Upper("a" & x["y"] & "b") }}`. The text already holds our own subscriptions.
"""

from __future__ import annotations

import re

from orchestrion.model.errors import TemplateError
from orchestrion.model.expression import Call, Constant, Expression, Operation
from orchestrion.model.functions import misuse
from orchestrion.model.template import OPEN, parse, read_expression, spell

_CALL = re.compile(r"\s*(Upper|Lower|Field|Sum|Diff|Mult|Div|Instr|Right|Left|Mid|LTrim|RTrim|Trim|Len)\(")
_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?")
_SPACE = re.compile(r"\s*")
_TEXT = re.compile(r"[^'{]*")
_MAX_DEPTH = 25  # calls in calls; deeper stays text


class _NotOursError(Exception):
    """What stands here is no documented call."""


def native(text: str) -> str:
    """`text` with every documented function in brackets in our own form; everything else stays as it is.

    Names are case-sensitive: `[upper('a')]` is a text. Never raises: what cannot be read stays as it is.
    """
    made: list[str] = []
    position = 0
    while position < len(text):
        end, piece = _piece(text, position)
        made.append(piece)
        position = end
    return "".join(made)


def _piece(text: str, start: int) -> tuple[int, str]:
    """The next piece of the text in our form, and where it ends."""
    try:
        if text.startswith(OPEN, start):
            _, end = read_expression(text, start)
            return end, text[start:end]
        if text[start] == "[":
            reader = _Reader(text, start)
            piece = "{{ " + spell(reader.bracketed()) + " }}"
            parse(piece)
            return reader.position, piece
    except (TemplateError, _NotOursError):
        pass
    end = min((found for sign in ("[", OPEN) if (found := text.find(sign, start + 1)) > 0), default=len(text))
    return end, text[start:end]


class _Reader:
    """Reads one call in brackets; `position` is where it stands in the text."""

    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self.position = position
        self._depth = 0

    def bracketed(self) -> Expression:
        """The call whose bracket stands here. Raises _NotOursError."""
        self._take("[")
        found = self._call()
        self._take("]")
        return found

    def _call(self) -> Expression:
        begin = _CALL.match(self._text, self.position)
        self._depth += 1
        if begin is None or self._depth > _MAX_DEPTH:
            raise _NotOursError
        self.position = begin.end()
        arguments = [self._argument()]
        while self._follows(","):
            self._take(",")
            arguments.append(self._argument())
        self._take(")")
        self._depth -= 1
        if misuse(begin[1], len(arguments)):
            raise _NotOursError
        return Call(begin[1], tuple(arguments))

    def _argument(self) -> Expression:
        if self._follows("'"):
            return self._quoted()
        if self._follows(OPEN):
            return self._subscription()
        if self._follows("["):
            return self.bracketed()
        number = _NUMBER.match(self._text, self.position)
        if number is None:
            return self._call()
        self.position = number.end()
        return Constant(float(number[0]) if "." in number[0] else int(number[0]))

    def _quoted(self) -> Expression:
        self._take("'")
        parts: list[Expression] = []
        while not self._text.startswith("'", self.position):
            if self._text.startswith(OPEN, self.position):
                parts.append(self._subscription())
                continue
            end = _end_of_text(self._text, self.position)
            parts.append(Constant(self._text[self.position : end]))
            self.position = end
        self.position += 1
        if len(parts) > 1:
            return Operation(("&",) * (len(parts) - 1), tuple(parts), (0,) * (len(parts) - 1))
        return parts[0] if parts else Constant("")

    def _subscription(self) -> Expression:
        found, self.position = read_expression(self._text, self.position)
        return found

    def _follows(self, sign: str) -> bool:
        """Whether `sign` comes next, behind spaces that count for nothing."""
        found = _SPACE.match(self._text, self.position)
        self.position = found.end() if found else self.position
        return self._text.startswith(sign, self.position)

    def _take(self, sign: str) -> None:
        if not self._follows(sign):
            raise _NotOursError
        self.position += len(sign)


def _end_of_text(text: str, start: int) -> int:
    """Where the literal text of a quoted argument ends: at the quote, or at a subscription."""
    end = min((found for sign in ("'", OPEN) if (found := text.find(sign, start)) >= 0), default=-1)
    if end <= start:
        raise _NotOursError
    return end
