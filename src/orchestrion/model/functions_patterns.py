"""Functions of regular expressions (spec 4.6), guarded against patterns that would never end."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from orchestrion.model.functions_core import Function, bounded, plain
from orchestrion.model.pattern_cost import steps_to_search
from orchestrion.model.values import Value, to_text

MAX_PATTERN = 1_000  # characters
MAX_OPEN = 50  # parentheses; the compiler of `re` takes each one deeper on the stack
MAX_STEPS = 300_000_000  # a second or two


def guarded_pattern(pattern: str, text: str) -> re.Pattern[str]:
    """The compiled pattern, safe to search `text` with.

    Raises ValueError when it is no regular expression, or when its search could take more than MAX_STEPS.
    """
    compiled = _compiled(pattern)
    if steps_to_search(compiled, text) > MAX_STEPS:
        raise ValueError(
            f"'{pattern}' could take too long on a text of {len(text)} characters; "
            "repeat nothing that is repeated already, and say what stands between repetitions"
        )
    return compiled


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > MAX_PATTERN or pattern.count("(") > MAX_OPEN:
        raise ValueError(f"a pattern has at most {MAX_PATTERN} characters and {MAX_OPEN} parentheses")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what may mean something else in a later Python means what it means now
            return re.compile(pattern)
    except (re.error, OverflowError) as error:
        raise ValueError(f"'{pattern}' is not a regular expression: {error}") from None


def _first(text: Value, pattern: Value, group: Value = 0) -> Value:
    found = guarded_pattern(to_text(pattern), to_text(text)).search(to_text(text))
    if found is None:
        return ""
    name = to_text(group)
    try:
        return found[int(name) if name.isdecimal() else name] or ""
    except (IndexError, OverflowError):
        raise ValueError(f"the pattern has no group '{name}'") from None


def _replaced(text: Value, pattern: Value, replacement: Value) -> Value:
    whole, instead = to_text(text), to_text(replacement)
    length = len(whole)

    def filled(found: re.Match[str]) -> str:
        nonlocal length
        made = found.expand(instead)
        length += len(made)
        bounded(length)
        return made

    try:
        return guarded_pattern(to_text(pattern), whole).sub(filled, whole)
    except (re.error, IndexError) as error:
        raise ValueError(f"'{instead}' is no replacement: {error}") from None


FUNCTIONS: dict[str, Function] = {
    "Regex": plain(_first, 2, 3),
    "RegexReplace": plain(_replaced, 3),
}
