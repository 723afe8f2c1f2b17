"""The data manipulation functions of inputs (spec 4.6): names are case-sensitive, results as documented."""

from __future__ import annotations

from difflib import get_close_matches

from orchestrion.model import (
    functions_dates,
    functions_encodings,
    functions_json,
    functions_numbers,
    functions_patterns,
    functions_text,
)
from orchestrion.model.functions_core import (
    MANY,
    ExpressionError,
    Function,
    Given,
    MissingValueError,
    Surroundings,
)
from orchestrion.model.values import Value, to_boolean, to_text


def _chosen(given: Given, _: Surroundings) -> Value:
    return given[1] if to_boolean(given[0]) else given[2]


def _first_filled(given: Given, _: Surroundings) -> Value:
    return next((value for value in given if to_text(value) != ""), "")


FUNCTIONS: dict[str, Function] = {
    **functions_text.FUNCTIONS,
    **functions_numbers.FUNCTIONS,
    "If": Function(_chosen, 3, 3, lazy=True),
    "Coalesce": Function(_first_filled, 1, MANY, lazy=True),
    **functions_json.FUNCTIONS,
    **functions_patterns.FUNCTIONS,
    **functions_dates.FUNCTIONS,
    **functions_encodings.FUNCTIONS,
}


def call(name: str, arguments: Given, around: Surroundings | None = None) -> Value:
    """The result of the function `name`. Raises ValueError, naming the function and the mistake.

    Arguments may be computed as they are read; what their computing raises passes through.
    """
    mistake = misuse(name, len(arguments))
    if mistake:
        raise ValueError(mistake)
    try:
        return FUNCTIONS[name].body(arguments, around or Surroundings())
    except (ExpressionError, MissingValueError):
        raise
    except ArithmeticError:
        raise ValueError(f"{name}: the values are too large") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def misuse(name: str, count: int) -> str | None:
    """What is wrong with calling `name` with `count` arguments, whatever they are; None when nothing is."""
    function = FUNCTIONS.get(name)
    if function is None:
        return f"there is no function '{name}'; {suggestion(name)}"
    if not function.least <= count <= function.most:
        return f"{name} takes {_counted(function)}, found {count}"
    return None


def suggestion(name: str) -> str:
    """The right spelling, where `name` is nearly one."""
    known = {each.lower(): each for each in FUNCTIONS}
    close = get_close_matches(name.lower(), known, n=1)
    return f"did you mean {known[close[0]]}? Names are case-sensitive" if close else "names are case-sensitive"


def _counted(function: Function) -> str:
    if function.least == function.most:
        return f"{function.least} argument{'s' if function.least != 1 else ''}"
    return f"{function.least} to {function.most if function.most < MANY else 'any number of'} arguments"
