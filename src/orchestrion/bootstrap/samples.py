"""The samples that a new database gets: runbooks, and the variables they read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import structlog
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from orchestrion.bootstrap.composition import Core
from orchestrion.model.access import SYSTEM
from orchestrion.model.errors import InvalidError, OrchestrionError
from orchestrion.services.import_files import ImportFile
from orchestrion.services.resources import VariableChange

FOLDER = "Samples"
VARIABLES = "variables.yaml"  # path -> text, where {samples} stands for the samples' folder
REHEARSAL = ".test"  # restart.test.yaml tries out restart.yaml and is no runbook
_log = structlog.get_logger(__name__)


async def import_samples(core: Core, folder: Path) -> None:
    """Imports all samples; one that cannot be imported is told and keeps nothing from starting."""
    try:
        for path, value in _variables(folder).items():
            await core.services.variables.create(SYSTEM, VariableChange(path=path, value=value))
        done = await core.services.imports.import_files(SYSTEM, _runbooks(folder))
    except (OSError, OrchestrionError) as error:
        _log.warning("The samples were not imported.", folder=str(folder), reason=str(error))
        return
    _log.info("The samples were imported.", runbooks=len(done))


def _runbooks(folder: Path) -> list[ImportFile]:
    """The runbooks in a folder, to be imported below the folder for samples."""
    paths = sorted(
        path for path in folder.rglob("*.yaml") if path.name != VARIABLES and not path.stem.endswith(REHEARSAL)
    )
    return [
        ImportFile(f"{FOLDER}/{path.relative_to(folder).as_posix()}", path.read_text(encoding="utf-8"))
        for path in paths
    ]


def _variables(folder: Path) -> dict[str, str]:
    file = folder / VARIABLES
    if not file.exists():
        return {}
    try:
        found = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise InvalidError(f"{file}: {error}") from error
    if not isinstance(found, Mapping) or not all(isinstance(value, str) for value in found.values()):
        raise InvalidError(f"{file}: expected a mapping from the paths of variables to texts")
    return {str(path): value.replace("{samples}", str(folder.absolute())) for path, value in found.items()}
