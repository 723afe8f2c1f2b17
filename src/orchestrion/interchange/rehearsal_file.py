"""Rehearsal files: cases in YAML (or JSON) beside the runbook that they try out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from orchestrion.engine.expectations import Expectations, Rehearsal, Suite
from orchestrion.engine.rehearsal import BEGINNING, Case, Result
from orchestrion.interchange.native import NativeText, read_json
from orchestrion.interchange.rehearsal_schema import FORMAT, rehearsal_schema_text
from orchestrion.interchange.yaml_reader import Located, read_yaml
from orchestrion.interchange.yaml_writer import write_yaml
from orchestrion.model.condition import Status
from orchestrion.model.errors import DocumentError
from orchestrion.model.job import Outcome
from orchestrion.model.reading import ObjectReader, choice_of, items_of, optional
from orchestrion.model.runbook import Runbook
from orchestrion.model.values import Json, Record, Value, to_instant

_ENDINGS = (Status.SUCCESS, Status.WARNING, Status.FAILED)


class RehearsalText:
    """Reads and writes rehearsal files, and reads the runbooks beside them."""

    def runbook(self, file: str, text: str) -> Runbook:
        """The runbook of a file. Raises DocumentError whose place names file, line and column."""
        return NativeText().read(file, text)

    def read(self, file: str, text: str) -> Suite:
        """The rehearsals of a file. Raises DocumentError whose place names file, line and column."""
        try:
            located = read_json(text) if file.lower().endswith(".json") else read_yaml(text)
        except DocumentError as error:
            raise _in_file(file, error.place, str(error).removeprefix(f"{error.place}: ")) from error
        locate = _locator(located)
        try:
            return _suite(located.value, locate)
        except DocumentError as error:
            raise _in_file(file, locate(error.place), str(error)) from error

    def write(self, document: Json) -> str:
        """The text of a rehearsal document."""
        return write_yaml(document)

    def schema(self) -> str:
        """The JSON Schema of rehearsal files, as text."""
        return rehearsal_schema_text()


def _in_file(file: str, line_column: str, message: str) -> DocumentError:
    return DocumentError(":".join(filter(None, (file, line_column))), message)


def _locator(located: Located) -> Callable[[str], str]:
    """Gives the line and column of the longest known part of a place."""

    def locate(place: str) -> str:
        around = [each for each in located.lines if place.startswith(each) and place[len(each) :][:1] in ("", ".", "[")]
        return "{}:{}".format(*located.lines[max(around, key=len)]) if around and place else ""

    return locate


def _suite(document: Json, locate: Callable[[str], str]) -> Suite:
    reader = ObjectReader("", document)
    if (found := reader.text("orchestrion", "")) != FORMAT:
        raise DocumentError("orchestrion", f"expected '{FORMAT}', found '{found}'")
    runbook = reader.text("runbook", "")
    rehearsals = tuple(_rehearsal(place, value) for place, value in reader.array("cases"))
    reader.finish()
    if not rehearsals:
        raise DocumentError("cases", "there is no case; write at least one")
    _refuse_twice(rehearsals)
    return Suite(runbook, rehearsals, locate)


def _refuse_twice(rehearsals: tuple[Rehearsal, ...]) -> None:
    seen: set[str] = set()
    for each in rehearsals:
        if each.case.name in seen:
            raise DocumentError(f"{each.place}.name", f"there are two cases '{each.case.name}'; rename one")
        seen.add(each.case.name)


def _rehearsal(place: str, value: Json) -> Rehearsal:
    reader = ObjectReader(place, value)
    name = reader.text("name")
    trigger = reader.take("trigger")
    case = Case(
        name=name,
        parameters=_record(reader.at("parameters"), reader.mapping("parameters")),
        variables=_record(reader.at("variables"), reader.mapping("variables")),
        trigger=None if trigger is None else _record(reader.at("trigger"), trigger),
        computer_groups={each: _names(inner, found) for each, inner, found in _fields(reader, "computer_groups")},
        now=_moment(reader.at("now"), reader.take("now")),
        results={each: _results(inner, found) for each, inner, found in _fields(reader, "results")},
        compute=_ids(reader, "compute"),
        stop_after=reader.text("stop_after", ""),
    )
    expectations = optional(reader, "expect", _expectations)
    reader.finish()
    if expectations is None or expectations == Expectations():
        raise DocumentError(reader.at("expect"), "the case expects nothing; write at least `outcome`")
    return Rehearsal(case, expectations, place)


def _results(place: str, value: Json) -> tuple[Result, ...]:
    if isinstance(value, Mapping):
        return (_result(place, value),)
    found = tuple(_result(f"{place}[{index}]", each) for index, each in enumerate(items_of(place, value)))
    if not found:
        raise DocumentError(place, "the list is empty; write one result at least")
    return found


def _result(place: str, value: Json) -> Result:
    reader = ObjectReader(place, value)
    status = reader.choice("status", Status, Status.SUCCESS)
    if status not in _ENDINGS:
        raise DocumentError(reader.at("status"), f"'{status}' is none of {', '.join(_ENDINGS)}")
    result = Result(
        status=status,
        records=tuple(_record(each, found) for each, found in reader.array("records")) or ({},),
        error=reader.text("error", ""),
        takes_seconds=reader.number("takes_seconds", 0),
    )
    reader.finish()
    if result.error and status is Status.SUCCESS:
        raise DocumentError(reader.at("error"), "a success has no error; write `status: failed` or `status: warning`")
    return result


def _expectations(reader: ObjectReader) -> Expectations:
    outcome = reader.text("outcome", "")
    returned = reader.take("returned")
    duration = reader.take("duration_seconds")
    return Expectations(
        outcome=choice_of(reader.at("outcome"), outcome, Outcome) if outcome else None,
        path=_ids(reader, "path"),
        path_contains=_ids(reader, "path_contains") or (),
        never=_ids(reader, "never") or (),
        runs={each: _count(inner, found) for each, inner, found in _fields(reader, "runs")},
        inputs={each: _rows(inner, found) for each, inner, found in _fields(reader, "inputs")},
        data={each: _rows(inner, found) for each, inner, found in _fields(reader, "data")},
        returned=None if returned is None else _records(reader.at("returned"), returned),
        error=reader.text("error", ""),
        duration_seconds=None if duration is None else _number(reader.at("duration_seconds"), duration),
    )


def _fields(reader: ObjectReader, name: str) -> Iterator[tuple[str, str, Json]]:
    """Every entry of a mapping: its key, its place, its value."""
    for key, value in reader.mapping(name).items():
        yield key, f"{reader.at(name)}.{key}", value


def _ids(reader: ObjectReader, name: str) -> tuple[str, ...] | None:
    value = reader.take(name)
    if value is None:
        return None
    return _names(reader.at(name), value)


def _names(place: str, value: Json) -> tuple[str, ...]:
    """A list of activities' ids, or of computers."""
    found = items_of(place, value)
    for index, each in enumerate(found):
        if not isinstance(each, str):
            raise DocumentError(f"{place}[{index}]", "expected a name, a text")
    return tuple(str(each) for each in found)


def _rows(place: str, value: Json) -> Json:
    """One mapping, or a list of mappings."""
    if isinstance(value, Mapping):
        return value
    for index, each in enumerate(items_of(place, value)):
        if not isinstance(each, Mapping):
            raise DocumentError(f"{place}[{index}]", "expected a mapping of names to values")
    return value


def _records(place: str, value: Json) -> tuple[Record, ...]:
    return tuple(_record(f"{place}[{index}]", each) for index, each in enumerate(items_of(place, value)))


def _record(place: str, value: Json) -> Record:
    if not isinstance(value, Mapping):
        raise DocumentError(place, "expected a mapping of names to values")
    return {name: _value(f"{place}.{name}", each) for name, each in value.items()}


def _value(place: str, value: Json) -> Value:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise DocumentError(place, "expected a text, a number, true, false or null")


def _count(place: str, value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise DocumentError(place, "expected how often it runs, a whole number")
    return value


def _number(place: str, value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise DocumentError(place, "expected a number of seconds")
    return value


def _moment(place: str, value: Json) -> datetime:
    if value is None:
        return BEGINNING
    try:
        return to_instant(_value(place, value))
    except (ValueError, OverflowError) as error:
        raise DocumentError(place, f"{error}; write it as 2026-01-01T08:00:00Z") from None
