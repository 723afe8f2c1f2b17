"""Special values of variables: the present moment and the environment of the runbook server (spec 4.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from orchestrion.model.values import Value

#: The parts of a moment by name. Days of the week count from Sunday = 0 to Saturday = 6, as in .NET.
PARTS: Mapping[str, Callable[[datetime], int]] = {
    "day": lambda moment: moment.day,
    "dayofweek": lambda moment: moment.isoweekday() % 7,
    "dayofyear": lambda moment: moment.timetuple().tm_yday,
    "month": lambda moment: moment.month,
    "year": lambda moment: moment.year,
    "hour": lambda moment: moment.hour,
    "minute": lambda moment: moment.minute,
    "second": lambda moment: moment.second,
    "millisecond": lambda moment: moment.microsecond // 1000,
}
_NOW = re.compile(r"NOW\(([a-z]*)\)")


def resolved(value: Value, local_now: datetime, environ: Mapping[str, str]) -> Value:
    """The value a variable has at `local_now`, an aware moment in the server's local time.

    A value that is `NOW()` as a whole becomes the moment as ISO 8601 text, `NOW(part)` one of its PARTS as a number;
    `dayofweek` is 0 for Sunday to 6 for Saturday. `%NAME%` anywhere in a text becomes what `environ` holds under the
    name, in whatever case; a name that it lacks stays as typed, percent signs included. What comes from the
    environment is not looked at again.
    """
    if not isinstance(value, str):
        return value
    found = _NOW.fullmatch(value)
    if found is None:
        return _expanded(value, environ) if "%" in value else value
    if not found[1]:
        return local_now.isoformat()
    return PARTS[found[1]](local_now) if found[1] in PARTS else value


def _expanded(text: str, environ: Mapping[str, str]) -> str:
    known = {name.upper(): held for name, held in environ.items()} | dict(environ)
    head, *parts = text.split("%")
    made = [head]
    while parts:
        name = parts.pop(0)
        held = known.get(name, known.get(name.upper())) if parts and name else None
        made += ["%", name] if held is None else [held, parts.pop(0)]
    return "".join(made)
