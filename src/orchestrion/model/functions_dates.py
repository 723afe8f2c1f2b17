"""Functions of dates and times, which travel as ISO 8601 text (spec 4.1, 4.6)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from orchestrion.model.functions_core import Function, Given, Surroundings, number_from, number_of, plain
from orchestrion.model.special_values import PARTS
from orchestrion.model.values import Value, to_instant, to_text

_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_MONTHS = {"years": 12, "months": 1}
_UNITS = ", ".join([*_MONTHS, *_SECONDS])
# The codes that mean the same on every system. glibc knows more, and field widths that fill the memory.
_CODES = frozenset("aAbBdfGHIjmMpSuUVwWyYzZ%")
_CODE = re.compile(r"%(.?)", re.DOTALL)


def present(around: Surroundings) -> datetime:
    """The moment of the execution. Raises ValueError where there is none, as when a runbook is checked."""
    if around.now is None:
        raise ValueError("the present moment is not known here")
    return around.now


def _now(given: Given, around: Surroundings) -> Value:
    moment = present(around)
    if not given:
        return moment.astimezone(UTC).isoformat()
    part = PARTS.get(to_text(given[0]))
    if part is None:
        raise ValueError(f"'{to_text(given[0])}' is no part of a moment; the parts are {', '.join(PARTS)}")
    return part(moment.astimezone(timezone(around.offset)))


def _moment(value: Value) -> datetime:
    """As `to_instant`, but with the offset it was written with: days and months are counted on that calendar."""
    instant = to_instant(value)
    written = datetime.fromisoformat(to_text(value).strip())
    return written if written.tzinfo else instant


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day of another month, or its last day where it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:  # noqa: PLR2004 - the years that a date can name
        raise ValueError("the result is outside the years 1 to 9999")
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _later(date: Value, amount: Value, unit: Value) -> Value:
    moment, number, name = _moment(date), number_of(amount), to_text(unit)
    if name in _SECONDS:
        return (moment + timedelta(microseconds=int(number * _SECONDS[name] * 1_000_000))).isoformat()
    if number != number.to_integral_value():
        raise ValueError(f"'{to_text(amount)}' is not a whole number of {name}")
    return _months_later(moment, int(number) * _months(name)).isoformat()


def _months(unit: str) -> int:
    if unit not in _MONTHS:
        raise ValueError(f"'{unit}' is no unit; the units are {_UNITS}")
    return _MONTHS[unit]


def _difference(start: Value, end: Value, unit: Value) -> Value:
    """From the first to the second; of months and years the complete ones."""
    first, name = _moment(start), to_text(unit)
    second = to_instant(end).astimezone(first.tzinfo)
    if name in _SECONDS:
        microseconds = (second - first) // timedelta(microseconds=1)
        return number_from(Decimal(microseconds) / (_SECONDS[name] * 1_000_000))
    per_unit = _months(name)
    months = (second.year - first.year) * 12 + second.month - first.month
    if months > 0 and _months_later(first, months) > second:
        months -= 1
    elif months < 0 and _months_later(first, months) < second:
        months += 1
    return int(months / per_unit)


def _formatted(date: Value, form: Value, zone: Value = None) -> Value:
    """The date in the codes of strftime, on the clock of `zone` or else with the offset it was written with."""
    pattern, place = to_text(form), to_text(zone)
    unknown = next((found[0] for found in _CODE.finditer(pattern) if found[1] not in _CODES), None)
    if unknown is not None:
        raise ValueError(f"'{unknown}' is no code of a date; a percent sign is written %%")
    moment = _moment(date)
    return (moment.astimezone(_zone(place)) if place else moment).strftime(pattern)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise ValueError(f"there is no time zone '{name}'; write it like Europe/Berlin") from None


FUNCTIONS: dict[str, Function] = {
    "Now": Function(_now, 0, 1, impure=True),
    "DateAdd": plain(_later, 3),
    "DateDiff": plain(_difference, 3),
    "FormatDate": plain(_formatted, 2, 3),
}
