"""Reading the files below `deploy`, and what they say to the product: commands, flags and variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dockerfile
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = DEPLOY / "Containerfile"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PLACE = re.compile(r"\$\{(\w+):-([^}]*)\}")  # of a variable with a default, as Compose fills it


def compose(given: Mapping[str, str] | None = None) -> Any:  # YAML
    """The Compose file, filled in with these variables and the defaults of others."""
    return _filled_in(YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text()), given or {})


def _filled_in(value: Any, given: Mapping[str, str]) -> Any:
    """Compose fills in after it has read the YAML, so that an empty value stays a text."""
    match value:
        case str():
            return PLACE.sub(lambda found: given.get(found[1], found[2]), value)
        case list():
            return [_filled_in(each, given) for each in value]
        case dict():
            return {name: _filled_in(each, given) for name, each in value.items()}
    return value


def instructions(word: str) -> list[tuple[str, ...]]:
    """The values of each instruction of this kind in the Containerfile."""
    return [each.value for each in dockerfile.parse_file(str(CONTAINERFILE)) if each.cmd.upper() == word]


def settings_of(unit: Path) -> list[tuple[str, str]]:
    """Every `Name=value` of a unit, in order; a name may stand there more than once."""
    lines = [line for line in unit.read_text().splitlines() if "=" in line and not line.startswith("#")]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def commands() -> Iterator[list[str]]:
    """Every command line of the product in these files, without `orchestrion` itself."""
    yield list(instructions("CMD")[0])
    yield from (service["command"] for service in compose()["services"].values() if "command" in service)
    for unit in UNITS:
        yield from (shlex.split(value)[1:] for name, value in settings_of(unit) if name == "ExecStart")


def variables() -> set[str]:
    """Every variable that these files give to the product."""
    texts = [path.read_text() for path in DEPLOY.rglob("*") if path.is_file() and path.suffix not in {".json", ".yml"}]
    without_compose = [PLACE.sub("", text) for text in texts]
    return set(re.findall(r"^[^#\n]*?\b(ORCHESTRION_[A-Z_]+)\s*[=:]", "\n".join(without_compose), re.MULTILINE))
