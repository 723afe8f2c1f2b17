"""One readable text file per runbook (ports.RunbookText): YAML, or JSON where the file's name says so."""

from __future__ import annotations

import json
from typing import NoReturn

from orchestrion.interchange.yaml_reader import MAX_CHARACTERS, Located, read_yaml
from orchestrion.interchange.yaml_writer import write_yaml
from orchestrion.model.codec import read_runbook, write_runbook
from orchestrion.model.errors import DocumentError
from orchestrion.model.runbook import Runbook
from orchestrion.model.values import Json


class NativeText:
    """The product's own text form: the runbook document and nothing else, so nothing in it is volatile."""

    def read(self, file: str, text: str) -> Runbook:
        """See ports.RunbookText."""
        located = self._located(file, text)
        try:
            return read_runbook(located.value)
        except DocumentError as error:
            line_column = _nearest(located, error.place)
            raise DocumentError(":".join(filter(None, (file, line_column))), str(error)) from error

    def write(self, runbook: Runbook) -> str:
        """See ports.RunbookText."""
        return write_yaml(write_runbook(runbook))

    def _located(self, file: str, text: str) -> Located:
        try:
            return read_json(text) if file.lower().endswith(".json") else read_yaml(text)
        except DocumentError as error:
            message = str(error).removeprefix(f"{error.place}: ")
            raise DocumentError(":".join(filter(None, (file, error.place))), message) from error


def read_json(text: str) -> Located:
    """The data of a JSON text, without lines. Raises DocumentError whose place is `line:column` as far as known."""
    if len(text) > MAX_CHARACTERS:
        raise DocumentError("", f"the text has more than {MAX_CHARACTERS:,} characters")
    try:
        return Located(json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant))
    except json.JSONDecodeError as error:
        raise DocumentError(f"{error.lineno}:{error.colno}", error.msg) from error
    except (RecursionError, ValueError) as error:
        raise DocumentError("", f"cannot be read as JSON: {error}") from error


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise DocumentError("", f"the key '{key}' stands twice in one object")
        found[key] = value
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise DocumentError("", f"{word} is no number that JSON knows")


def _nearest(located: Located, place: str) -> str:
    """Line and column of the place, or of the nearest thing around it; '' when lines are not known."""
    while place and place not in located.lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    line_column = located.lines.get(place)
    return "{}:{}".format(*line_column) if line_column else ""
