"""Patterns with `*` and `?`, as people write them for files and values (activities.md 3.7)."""

from __future__ import annotations

import re


def matches_wildcards(text: str, pattern: str) -> bool:
    """Whether the whole text fits the pattern, in which `*` stands for any characters and `?` for one."""
    expression = re.sub(r"\*+", "*", pattern)  # many stars in a row would only make the search slow
    parts = ({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in expression)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
