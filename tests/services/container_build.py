"""Building the container image without a container engine: every instruction is carried out, the base images are not.

In place of each base image stands this machine's own system, below an overlay.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import dockerfile

from tests.services.machine import Machine, environment

FOR_THE_ENGINE = frozenset({"ARG", "LABEL", "VOLUME", "EXPOSE", "STOPSIGNAL"})


@dataclass
class Stage:
    """One stage of a build: its machine, and what later instructions go on from."""

    machine: Machine
    folder: str = "/"
    user: str = "root"
    variables: dict[str, str] = field(default_factory=dict)
    entry: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """What programs find. Whose home it is, engines read from the list of users; without the variable others do."""
        found = {**environment(), **self.variables}
        return found if self.user == "root" else {name: value for name, value in found.items() if name != "HOME"}

    def path(self, named: str) -> Path:
        """Where a path of the Containerfile lies, seen from outside."""
        return self.machine.root / str(PurePosixPath(self.folder, named)).lstrip("/")


class Ignored:
    """The rules of a .dockerignore file: the last one that matches a path, or a folder it lies in, decides."""

    def __init__(self, text: str) -> None:
        lines = (line.strip() for line in text.splitlines())
        self._rules = [line for line in lines if line and not line.startswith("#")]

    def has(self, path: str) -> bool:
        """Whether the path does not go to the engine."""
        parents = [path, *(str(each) for each in PurePosixPath(path).parents if str(each) != ".")]
        matching = [rule for rule in self._rules if any(_matches(rule.lstrip("!"), each) for each in parents)]
        return bool(matching) and not matching[-1].startswith("!")


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern names exactly this path; `**` stands for any folders, `*` for anything but a slash."""
    if pattern.startswith("**/"):
        return _matches(pattern[3:], path) or ("/" in path and _matches(pattern, path.partition("/")[2]))
    ours, theirs = pattern.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(map(fnmatchcase, theirs, ours))


class Build:
    """Carries out a Containerfile; `stages` by name, the last one is the image."""

    def __init__(self, context: Path, new_machine: Callable[[], Machine]) -> None:
        self._context = context
        self._ignored = Ignored((context / ".dockerignore").read_text())
        self._new_machine = new_machine
        self.stages: dict[str, Stage] = {}

    def run(self, file: Path) -> Stage:
        """Carries out every instruction, in order; gives the image."""
        for each in dockerfile.parse_file(str(file)):
            self._carry_out(each.cmd.upper(), each.value, each.flags)
        return self._stage

    @property
    def _stage(self) -> Stage:
        return list(self.stages.values())[-1]

    def _carry_out(self, word: str, values: Sequence[str], flags: Sequence[str]) -> None:
        match word:
            case "FROM":
                self.stages[values[-1]] = Stage(self._new_machine())
            case "RUN":
                stage = self._stage
                line = ["sh", "-c", *values]
                stage.machine.run(*line, user=stage.user, folder=stage.folder, env=stage.environment)
            case "COPY":
                self._copy(values[:-1], values[-1], flags)
            case "WORKDIR":
                self._stage.folder = values[0]
                self._stage.path(".").mkdir(parents=True, exist_ok=True)
            case "ENV":
                self._stage.variables |= dict(zip(values[::2], values[1::2], strict=True))
            case "USER":
                self._stage.user = values[0]
            case "ENTRYPOINT":
                self._stage.entry = tuple(values)
            case "CMD":
                self._stage.command = tuple(values)
            case _ if word not in FOR_THE_ENGINE:
                raise AssertionError(f"{word} is not carried out here")

    def _copy(self, names: Sequence[str], target: str, flags: Sequence[str]) -> None:
        goal = self._stage.path(target)
        for name in names:
            if flags:
                [other] = re.findall(r"^--from=(\S+)$", " ".join(flags))
                _copied(self.stages[other].path(name), goal)
                continue
            for path in self._sent(name):
                below = goal / path.name if target.endswith("/") else goal
                place = goal / path.relative_to(self._context / name) if path != self._context / name else below
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place)

    def _sent(self, name: str) -> Iterator[Path]:
        """The files of the context below a name, without those that are ignored."""
        top = self._context / name
        found = [path for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]
        sent = [path for path in found if not self._ignored.has(path.relative_to(self._context).as_posix())]
        assert sent, f"nothing of {name} goes to the engine"
        yield from sent


def _copied(source: Path, goal: Path) -> None:
    """Copies a folder between stages, links as links."""
    shutil.copytree(source, goal, symlinks=True, dirs_exist_ok=True)
