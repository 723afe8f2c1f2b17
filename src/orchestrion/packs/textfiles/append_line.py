"""Append Line: text as a new line at the end of a text file."""

import errno
import os
from pathlib import Path

import anyio.to_thread
from pydantic import BaseModel

from orchestrion.packs.textfiles.encoding import ENCODING_HELP, OTHER_HELP, Encoding, EncodingChoice, encoding_of
from orchestrion.packs.textfiles.text_file import Line, Shape, full_path, lines_of, plain_failures, shape_of
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    Done,
    Evidence,
    NotDone,
    PublishedModel,
    RunContext,
    Unknown,
    Verdict,
    activity,
    field,
    item,
)

_NEW_FILE_MODE = 0o666  # what the umask of the server leaves of it


class AppendLineInputs(ActivityInputs):
    """Which text goes to which file."""

    file: str = field("File", kind="path", help="Created when it does not exist; its folder must exist.")
    file_encoding: EncodingChoice = field("File encoding", default="auto", help=ENCODING_HELP)
    other_encoding: str = field("Other encoding", default="", help=OTHER_HELP, shown_when=("file_encoding", ["other"]))
    text: str = field("Text", kind="multiline")


class AppendLinePublished(PublishedModel):
    """Where the text went."""

    file_path: str | None = item("File path")
    file_encoding: str | None = item("File encoding", description="The encoding the text was written in.")
    line_text: str | None = item("Line text")
    line_number: int | None = item("Line number", description="Where the text went.")


class FileBefore(BaseModel):
    """The evidence: the file as it was before the line was added."""

    exists: bool = False
    size: int = 0
    device: int = 0
    inode: int = 0
    lines: int = 0


@activity("Append Line", category="Text File Management", effect="verifiable")
async def append_line(inputs: AppendLineInputs, ctx: RunContext) -> AppendLinePublished:
    """Add text as a new line at the end of a text file.

    Effect class `verifiable`: a line added twice is there twice, but whether it was added can be seen. The text goes
    out in one write at the end of the file, so that others may append at the same time; the line ending in use is
    kept. A file that does not exist is created, which the documentation leaves open. A wrong encoding fails the
    activity.
    """
    return await anyio.to_thread.run_sync(_append, inputs)


@append_line.prepare
async def look_before(inputs: AppendLineInputs, ctx: RunContext) -> Evidence:
    """Which file it is (device and inode), and how long it is before the line is added."""
    before = await anyio.to_thread.run_sync(_before, inputs)
    return before.model_dump()


@append_line.verify
async def find_the_line(inputs: AppendLineInputs, evidence: Evidence, ctx: RunContext) -> Verdict:
    """Looks for the text as whole lines behind those from before; where a part of it ends the file, nobody can tell."""
    return await anyio.to_thread.run_sync(_verdict, inputs, FileBefore.model_validate(evidence))


@append_line.simulate
async def where_it_would_go(inputs: AppendLineInputs, ctx: RunContext) -> AppendLinePublished:
    """The line number the text would get. Raises ActivityFailed when the file could not be written as it is now."""
    return await anyio.to_thread.run_sync(_simulated, inputs)


def _append(inputs: AppendLineInputs) -> AppendLinePublished:
    path = full_path(inputs.file)
    with plain_failures(path):
        encoding = _encoding(inputs)
        shape = shape_of(path, encoding)
        _write(path, _added(inputs.text, encoding, shape, is_empty=not _size(path)))
    return _published(inputs, encoding, shape.lines + 1)


def _simulated(inputs: AppendLineInputs) -> AppendLinePublished:
    path = full_path(inputs.file)
    with plain_failures(path):
        encoding = _encoding(inputs)
        shape = shape_of(path, encoding)
        _added(inputs.text, encoding, shape, is_empty=not _size(path))  # fails for what the encoding cannot write
        _check_writable(path.resolve())  # behind a link: there a missing file would be created
    return _published(inputs, encoding, shape.lines + 1)


def _check_writable(path: Path) -> None:
    """Raises the OSError that opening the file for writing would raise."""
    if not path.exists() and not path.parent.is_dir():
        raise FileNotFoundError(path)
    may_write = os.access(path, os.W_OK) if path.exists() else os.access(path.parent, os.W_OK | os.X_OK)
    if not may_write:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _encoding(inputs: AppendLineInputs) -> Encoding:
    return encoding_of(full_path(inputs.file), inputs.file_encoding, inputs.other_encoding)


def _published(inputs: AppendLineInputs, encoding: Encoding, number: int) -> AppendLinePublished:
    return AppendLinePublished(
        file_path=inputs.file, file_encoding=encoding.name, line_text=inputs.text, line_number=number
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _added(text: str, encoding: Encoding, shape: Shape, *, is_empty: bool) -> bytes:
    """The bytes of one write: the text with its line ending, behind one for a last line that has none."""
    before = shape.newline if shape.is_open else ""
    lines = before + shape.newline.join(_own_lines(text)) + shape.newline
    try:
        return (encoding.mark if is_empty else b"") + lines.encode(encoding.adding)
    except UnicodeEncodeError as error:
        character = error.object[error.start]
        raise ActivityFailed(f"'{character}' cannot be written in {encoding.name}. Choose another encoding.") from None


def _own_lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _NEW_FILE_MODE)
    try:
        written = os.write(descriptor, data)
        os.fsync(descriptor)  # the journal will say that the line is there, so it must outlive a power cut too
    finally:
        os.close(descriptor)
    if written != len(data):
        raise ActivityFailed(f"Only {written} of {len(data)} bytes could be added to '{path}': is the disk full?")


def _before(inputs: AppendLineInputs) -> FileBefore:
    path = full_path(inputs.file)
    with plain_failures(path):
        if not path.exists():
            return FileBefore()
        found, lines = path.stat(), shape_of(path, _encoding(inputs)).lines
        return FileBefore(exists=True, size=found.st_size, device=found.st_dev, inode=found.st_ino, lines=lines)


def _verdict(inputs: AppendLineInputs, before: FileBefore) -> Verdict:
    path = full_path(inputs.file)
    if not path.exists():
        return Unknown(f"The file '{path}' is gone.") if before.exists else NotDone()
    now = path.stat()
    if before.exists and (now.st_dev, now.st_ino) != (before.device, before.inode):
        return Unknown(f"The file '{path}' was replaced by another one.")
    if now.st_size < before.size:
        return Unknown(f"The file '{path}' was {before.size} bytes long and has only {now.st_size} now.")
    try:
        return _searched(inputs, path, before)
    except (OSError, ActivityFailed) as error:
        return Unknown(str(error))


def _searched(inputs: AppendLineInputs, path: Path, before: FileBefore) -> Verdict:
    encoding = _encoding(inputs)
    added = [line for line in lines_of(path, encoding) if line.number > before.lines]
    wanted = _own_lines(inputs.text)
    for start, first in enumerate(added):
        found = added[start : start + len(wanted)]
        if [line.text for line in found] == wanted and found[-1].ending:
            return Done((_published(inputs, encoding, first.number),))
    if any(_begins(added[start:], wanted) for start in range(len(added))):
        return Unknown(f"The file '{path}' ends with a part of the text.")
    return NotDone()


def _begins(end_of_file: list[Line], wanted: list[str]) -> bool:
    written = "".join(line.text + ("\n" if line.ending else "") for line in end_of_file)
    return "".join(f"{text}\n" for text in wanted).startswith(written)
