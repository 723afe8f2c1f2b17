"""Reading the files of an import: every mistake of all of them, before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestrion.model.errors import DocumentError, InvalidError
from orchestrion.model.runbook import Runbook
from orchestrion.ports.interchange import RunbookText
from orchestrion.services.names import checked_name

MOST_FILES = 1000  # in one import: they are checked and stored in one transaction


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One file: its path says the folders, the runbook in its text says its own name."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that could be read: the folders it lies in, by name from the top, and its runbook."""

    file: str
    folders: tuple[str, ...]
    runbook: Runbook

    @property
    def path(self) -> str:
        """Where the runbook goes, below the folder that the import goes to."""
        return "/".join((*self.folders, self.runbook.name))


def read_files(text: RunbookText, files: Sequence[ImportFile]) -> list[ReadFile]:
    """The runbooks of all files, in their order; raises InvalidError that lists the problems of every file."""
    if len(files) > MOST_FILES:
        raise InvalidError(f"An import takes at most {MOST_FILES} files; these are {len(files)}.")
    read: list[ReadFile] = []
    problems: list[str] = []
    for file in files:
        try:
            read.append(_read(text, file))
        except InvalidError as error:
            # A document's error names the file already.
            problems.append(str(error) if isinstance(error, DocumentError) else f"{file.path}: {error}")
    problems += _doubles(read)
    if problems:
        raise InvalidError(f"Nothing was imported. {problems[0]}", problems)
    return read


def _read(text: RunbookText, file: ImportFile) -> ReadFile:
    folders = tuple(checked_name("folder", part) for part in file.path.split("/")[:-1] if part != ".")
    runbook = text.read(file.path, file.text)
    return ReadFile(file.path, folders, replace(runbook, name=checked_name("runbook", runbook.name)))


def _doubles(read: Sequence[ReadFile]) -> list[str]:
    counts = Counter(each.path.casefold() for each in read)
    return [
        f"{each.file}: another file of this import also holds the runbook '{each.path}'."
        for each in read
        if counts[each.path.casefold()] > 1
    ]
