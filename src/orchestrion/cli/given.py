"""What people give on the command line: `name=value`, and records from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from orchestrion.cli.failures import CommandError, ExitCode


def pair(text: str, what: str) -> tuple[str, str]:
    """Name and value of `name=value`; raises CommandError that names `what` it should be."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise CommandError(ExitCode.USAGE, f"'{text}' is no {what}: write NAME=VALUE.")
    return name, value


def texts(given: Sequence[str], what: str) -> dict[str, str]:
    """Texts by name."""
    return dict(pair(each, what) for each in given)


def values(given: Sequence[str], what: str) -> dict[str, Any]:
    """Values by name: JSON where it reads as such, else text."""
    return {name: value_of(text) for name, text in texts(given, what).items()}


def value_of(text: str) -> Any:
    """The JSON in a text, or the text itself where it is none."""
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        return text


def conditions(given: Sequence[str]) -> dict[str, str]:
    """Breakpoints: the condition by activity, empty for `ACTIVITY` alone."""
    found = [each.partition("=") for each in given]
    return {activity: condition for activity, _, condition in found}


def records(items: Sequence[str], file: Path | None) -> list[dict[str, Any]] | None:
    """The record that `items` make, or those in a file; None when neither is given. Raises CommandError for both."""
    if file is None:
        return [values(items, "item of a record")] if items else None
    if items:
        raise CommandError(ExitCode.USAGE, "Give the records one by one or in a file, not both.")
    found = json_in(file)
    if not isinstance(found, list):
        raise CommandError(ExitCode.USAGE, f"{file} holds no list of records.")
    return found


def endings(given: Sequence[str]) -> dict[str, Any]:
    """Endings of activities that are not run, each from a file with a list of records or a whole ending."""
    found = {}
    for activity, name in texts(given, "pin").items():
        ending = json_in(Path(name))
        if not isinstance(ending, (list, dict)):
            raise CommandError(ExitCode.USAGE, f"{name} holds neither a list of records nor an ending.")
        found[activity] = {"records": ending} if isinstance(ending, list) else ending
    return found


def edits(given: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Inputs by activity, from `ACTIVITY.INPUT=VALUE`."""
    found: dict[str, dict[str, Any]] = {}
    for place, value in values(given, "input").items():
        activity, separator, name = place.partition(".")
        if not separator or not name:
            raise CommandError(ExitCode.USAGE, f"'{place}' is no input: write ACTIVITY.INPUT=VALUE.")
        found.setdefault(activity, {})[name] = value
    return found


def without_nothing(body: Mapping[str, Any]) -> dict[str, Any]:
    """The members that were given."""
    return {name: value for name, value in body.items() if value is not None}


def json_in(file: Path) -> Any:
    """The JSON in a file; raises CommandError where there is none."""
    try:
        return from_json(file.read_bytes(), allow_inf_nan=False)
    except (OSError, ValueError) as error:
        raise CommandError(ExitCode.USAGE, f"{file} cannot be read as JSON: {error}") from error
