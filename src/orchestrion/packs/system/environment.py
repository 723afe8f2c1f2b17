"""Values for programs and scripts that travel as variables and never as part of a command."""

import re
from collections.abc import Iterable

from orchestrion.sdk import ActivityFailed, ActivityInputs, field

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Variable(ActivityInputs):
    """One variable and its value."""

    name: str = field("Name", help="Letters, digits and underscores.")
    value: str | int | float | bool = field("Value", default="")


def by_name(variables: Iterable[Variable]) -> dict[str, str | int | float | bool]:
    """The values by name. Raises ActivityFailed for a name that no language takes, and for one given twice."""
    found: dict[str, str | int | float | bool] = {}
    for variable in variables:
        if not _NAME.fullmatch(variable.name):
            raise ActivityFailed(f"Variables: '{variable.name}' is no name. Use letters, digits and underscores.")
        if variable.name in found:
            raise ActivityFailed(f"Variables: '{variable.name}' is given twice.")
        found[variable.name] = variable.value
    return found


def as_environment(values: dict[str, str]) -> dict[str, str]:
    """The same values, if the system can hand them to a program. Raises ActivityFailed otherwise."""
    for name, value in values.items():
        if "\0" in value:
            raise ActivityFailed(f"Variables: the value of '{name}' holds a zero byte, which no program can be given.")
    return values
