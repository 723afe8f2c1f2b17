"""Days and hours of a schedule in words, as commands take and print them: `monday-friday 8-18`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.model.schedules import WEEK, Occurrence

_HOURS = 24
_SHORTEST = 2  # letters that tell the days of the week apart


def chosen_weekdays(text: str) -> list[str]:
    """The days of `monday,wed-fri` or `all`, Monday first; raises CommandError."""
    found: set[int] = set()
    for part in text.casefold().split(","):
        first, dash, last = (each.strip() for each in part.partition("-"))
        if first == "all" and not dash:
            found |= set(range(len(WEEK)))
            continue
        begin, end = _weekday(first), _weekday(last if dash else first)
        found |= {day % len(WEEK) for day in range(begin, end + 1 if end >= begin else end + 1 + len(WEEK))}
    return [each.value for number, each in enumerate(WEEK) if number in found]


def hour_rows(words: Iterable[str]) -> list[str]:
    """The grid of which nothing is permitted but these hours, as the API takes it; raises CommandError."""
    permitted: set[tuple[str, int]] = set()
    for text in words:
        days, _, hours = text.strip().rpartition(" ")
        permitted |= {(day, hour) for day in chosen_weekdays(days or "all") for hour in _hours(hours)}
    return ["".join("1" if (day.value, hour) in permitted else "0" for hour in range(_HOURS)) for day in WEEK]


def hours_in_words(rows: Sequence[str]) -> str:
    """The grid as `hour_rows` takes it, joined by `; `; days in a row with the same hours together."""
    found = []
    for row, days in groupby(zip(rows, WEEK, strict=True), key=lambda each: each[0]):
        named = [day.value for _, day in days]
        name = named[0] if len(named) == 1 else f"{named[0]}-{named[-1]}"
        if "1" in row:
            found.append(f"{'all' if len(named) == len(WEEK) else name} {_row_in_words(row)}")
    return "; ".join(found) or "none"


def days_in_words(days: dict[str, Any]) -> str:
    """The days of a schedule as the API gives them."""
    if days["by"] == "month":
        return f"days of the month: {days['text']}"
    is_every = len(days["occurrences"]) == len(Occurrence)
    every = "every week" if is_every else ", ".join(days["occurrences"]) or "no week"
    chosen = "all" if len(days["weekdays"]) == len(WEEK) else ", ".join(days["weekdays"]) or "none"
    return f"weekdays: {chosen}; {every}"


def _row_in_words(row: str) -> str:
    edges = [hour for hour in range(_HOURS + 1) if f"0{row}0"[hour] != f"0{row}0"[hour + 1]]
    return ",".join(f"{first}-{behind}" for first, behind in zip(edges[::2], edges[1::2], strict=True))


def _weekday(text: str) -> int:
    found = [number for number, day in enumerate(WEEK) if len(text) >= _SHORTEST and day.startswith(text)]
    if not found:
        raise CommandError(ExitCode.USAGE, f"'{text}' is no day of the week; write for instance monday-friday, or all.")
    return found[0]


def _hours(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, behind = part.partition("-")
        is_range = first.isdecimal() and behind.isdecimal() and int(first) < int(behind) <= _HOURS
        if not is_range:
            raise CommandError(
                ExitCode.USAGE, f"'{part}' are no hours; write for instance 8-18, which is from 8:00 until 18:00."
            )
        found |= set(range(int(first), int(behind)))
    return found
