"""Finding rehearsal files beside runbooks, and running them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import anyio

from orchestrion.bootstrap.maintenance import rehearsal_tools
from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.engine.expectations import Mismatch, Rehearsal, Suite, judge
from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.engine.rehearsal import EndlessRunError, Rehearsed, Result, rehearse
from orchestrion.engine.rehearsal_checks import mistakes
from orchestrion.model.condition import Status
from orchestrion.model.errors import DocumentError, InvalidError
from orchestrion.model.runbook import Activity, Runbook
from orchestrion.model.values import Json
from orchestrion.sdk.invoke import invoke, validated
from orchestrion.sdk.outcome import ActivityFailed
from orchestrion.sdk.testing import RehearsalContext

MARK = ".test"  # restart.test.yaml is the rehearsal of restart.yaml
ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one case. `problems` are what kept it from running; with an empty `case` it is the whole file."""

    file: str
    case: str = ""
    problems: tuple[str, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    run: Rehearsed | None = None

    @property
    def state(self) -> str:
        """Passed, failed (an expectation was not met) or error (the file or the case is wrong)."""
        if self.problems:
            return "error"
        return "failed" if self.mismatches else "passed"


def rehearsal_files(paths: Sequence[Path]) -> list[Path]:
    """The rehearsal files named, those in the folders named and those beside the runbooks named.

    Raises CommandError for a path without any: a gate that tries nothing must not pass.
    """
    found: dict[Path, None] = {}
    for path in paths:
        files = _files_of(path)
        if not files:
            wanted = path / f"*{MARK}.yaml" if path.is_dir() else path.with_name(f"{path.stem}{MARK}.yaml")
            raise CommandError(ExitCode.USAGE, f"There is no rehearsal for {path}: write {wanted}.")
        found.update(dict.fromkeys(files))
    return list(found)


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(each for each in path.rglob("*") if _is_rehearsal(each) and each.is_file())
    if not path.exists():
        raise CommandError(ExitCode.USAGE, f"There is no file or folder {path}.")
    return [path] if _is_rehearsal(path) else _existing(path.with_name(f"{path.stem}{MARK}"))


def _is_rehearsal(path: Path) -> bool:
    return path.suffix in ENDINGS and path.stem.endswith(MARK)


def _existing(stem: Path) -> list[Path]:
    """The files that there are with one of the known endings."""
    return [each for ending in ENDINGS if (each := stem.with_name(stem.name + ending)).is_file()]


class Stage:
    """Runs rehearsals with the packs that are installed here."""

    def __init__(self) -> None:
        self.text, self._installed = rehearsal_tools()
        self.types = {name: each.type for name, each in self._installed.items()}

    def run_file(self, path: Path) -> list[Verdict]:
        """The verdicts on the cases of one file, in its order; one for the whole file when it cannot be used."""
        try:
            suite = self.text.read(str(path), _read(path))
            plan = self._plan(_runbook_beside(path, suite))
        except InvalidError as error:
            more = tuple(each for each in error.problems if each not in str(error))
            return [Verdict(str(path), problems=(str(error), *more))]
        return [self._in_file(path, suite, plan, each) for each in suite.rehearsals]

    def run_case(self, plan: Plan, rehearsal: Rehearsal) -> Verdict:
        """The verdict on one case that has no mistakes. Raises DocumentError when an activity has no result."""
        name = rehearsal.case.name
        try:
            run = rehearse(plan, rehearsal.case, self.types, self._compute)
        except EndlessRunError as error:
            return Verdict("", name, mismatches=(Mismatch("outcome", "an end", None, str(error)),))
        return Verdict("", name, mismatches=tuple(judge(rehearsal.expectations, run)), run=run)

    def plan(self, runbook: Runbook) -> Plan:
        """The plan of a runbook. Raises InvalidError for one that a check-in would refuse."""
        return compile_plan(runbook, self.types)

    def _plan(self, path: Path) -> Plan:
        runbook = self.text.runbook(str(path), _read(path))
        try:
            return self.plan(runbook)
        except InvalidError as error:
            raise InvalidError(f"{path}: {error}", error.problems) from error

    def _in_file(self, path: Path, suite: Suite, plan: Plan, rehearsal: Rehearsal) -> Verdict:
        wrong = mistakes(plan, rehearsal, self.types)
        if not wrong:
            try:
                return replace(self.run_case(plan, rehearsal), file=str(path))
            except DocumentError as error:
                wrong = [error]
        problems = tuple(_located(path, suite, rehearsal, each) for each in wrong)
        return Verdict(str(path), rehearsal.case.name, problems)

    def _compute(self, activity: Activity, inputs: Mapping[str, Json]) -> Result:
        definition = self._installed[activity.type].definition
        ctx = RehearsalContext(activity_id=activity.id, activity_name=activity.name)
        try:
            ended = anyio.run(invoke, definition, validated(definition, dict(inputs)), ctx)
        except ActivityFailed as error:
            return Result(Status.FAILED, error=str(error))
        return Result(ended.status, ended.records, ended.error)


def _located(path: Path, suite: Suite, rehearsal: Rehearsal, error: DocumentError) -> str:
    """A mistake with file, line and column, and its place in the file."""
    line_column = suite.locate(f"{rehearsal.place}.{error.place}")
    return f"{':'.join(filter(None, (str(path), line_column)))}: {rehearsal.place}.{error}"


def _runbook_beside(path: Path, suite: Suite) -> Path:
    """The runbook of a rehearsal file. Raises InvalidError when it is not there."""
    if suite.runbook:
        named = path.parent / suite.runbook
        if named.is_file():
            return named
        raise InvalidError(f"{path}:{suite.locate('runbook')}: runbook: there is no file {named}")
    beside = _existing(path.with_name(path.stem.removesuffix(MARK)))
    if not beside or not _is_rehearsal(path):
        raise InvalidError(f"{path}: there is no runbook beside it; name its file: `runbook: FILE.yaml`")
    return beside[0]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(f"{path} cannot be read: {error}") from error
