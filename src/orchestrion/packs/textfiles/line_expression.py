"""Line expressions: which lines of a text file are meant."""

import re
from collections.abc import Iterator

_PART = re.compile(r"(?P<first>\d+)(?:\s*-\s*(?:(?P<last>\d+)|(?P<end>END)(?:\s*<\s*(?P<but>\d+))?))?", re.IGNORECASE)
_LAST_LINES = re.compile(r"LASTLINES\s*:\s*(?P<count>\d+)", re.IGNORECASE)


def lines_meant(expression: str, total: int) -> list[int]:
    """The line numbers (from 1) that an expression means in a file of `total` lines, in the order written.

    `1-3`, `5,7,9`, `4-END`, `4-END<3` (up to total minus 3) and `LASTLINES:10`, combined with commas. Raises ValueError
    for anything else, for a line that the file does not have, and for one that is meant twice (spec 3.7).
    """
    found: list[int] = []
    for part in expression.split(","):
        lines = _lines_of(part.strip(), total)
        if lines.start < 1 or lines.stop > total + 1 or not lines:
            raise ValueError(f"'{part.strip()}' means lines that do not exist: the file has {total}.")
        found.extend(lines)
    _refuse_repetition(expression, found)
    return found


def _lines_of(part: str, total: int) -> range:
    if last_lines := _LAST_LINES.fullmatch(part):
        return range(total - int(last_lines["count"]) + 1, total + 1)
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(
            f"'{part}' is no line expression. Write for instance 1-3, 5,7,9, 4-END, 4-END<3 or LASTLINES:10."
        )
    first = int(match["first"])
    if match["end"]:
        return range(first, total - int(match["but"] or 0) + 1)
    return range(first, int(match["last"] or first) + 1)


def _refuse_repetition(expression: str, lines: list[int]) -> None:
    for line in _repeated(lines):
        raise ValueError(f"'{expression}' means line {line} more than once.")


def _repeated(lines: list[int]) -> Iterator[int]:
    seen: set[int] = set()
    for line in lines:
        if line in seen:
            yield line
        seen.add(line)
