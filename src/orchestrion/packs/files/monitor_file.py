"""Monitor File: files of a folder that are created, changed, renamed or deleted."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TypeAlias

import anyio
import anyio.to_thread
import watchfiles

from orchestrion.packs.files.changes import Change, Settling, apply, changes_between
from orchestrion.packs.files.filters import filter_of
from orchestrion.packs.files.inputs import MonitorFileInputs, MonitorFilePublished
from orchestrion.packs.files.snapshot import FileState, Snapshot, as_text, from_text, taken
from orchestrion.sdk import ActivityFailed, RunContext, Trigger, monitor

Hints: TypeAlias = Generator[set[watchfiles.main.FileChange]]

_POLL_SECONDS = 0.25  # how often the system is asked whether anything happened; it keeps what happened until then
_RESCAN_SECONDS = 5.0  # how often the folder is read all the same: network file systems tell nothing
_RESCAN_SHARE = 20  # reading a large folder may take at most one twentieth of the time
_WATCH_LIMIT = "raise fs.inotify.max_user_watches (sysctl) or watch fewer folders"


@monitor("Monitor File", category="File Management", guarantee="state difference", published=MonitorFilePublished)
async def monitor_file(inputs: MonitorFileInputs, ctx: RunContext) -> AsyncIterator[Trigger]:
    """Start the runbook when matching files are created, changed, renamed or deleted.

    Effect class `read`; guarantee `state difference`: the cursor is the listing of the folder, and what differs from
    it is reported when the monitor is armed again, each file once however often it changed meanwhile. A new or
    changed file counts when it has stayed the same for the settle time. Our choices where the documentation is
    silent: all filters must match; attributes and security are the permissions (security also the owner), and a file
    has a new creation time when it was replaced by another one of that name. Folders on other computers must be
    mounted on the server.
    """
    place = _place(inputs)
    cursor = ctx.cursor if ctx.cursor and ctx.cursor.startswith(place) else await begin(inputs, ctx)
    passes = filter_of(inputs.filters)
    folder = Path(inputs.in_folder)
    async with aclosing(_changes(inputs, folder, _snapshot(cursor.removeprefix(place)), ctx)) as seen:
        async for change, snapshot in seen:
            reason = _reason(inputs, change)
            if reason and passes(change.path, change.state):
                yield Trigger(_published(inputs, folder, change, reason), place + as_text(snapshot), change.key)


@monitor_file.begin
async def begin(inputs: MonitorFileInputs, ctx: RunContext) -> str:
    """The listing of this moment."""
    if inputs.user_name or inputs.password.get_secret_value():
        raise ActivityFailed(
            "Folders are read under the account of the runbook server. "
            "Leave User name and Password empty, and mount the remote folder with them."
        )
    if not (inputs.trigger_if_one_of_the_files_was or inputs.trigger_if_file_properties_changed):
        raise ActivityFailed("Choose at least one trigger.")
    if not Path(inputs.in_folder).is_absolute():
        raise ActivityFailed(f"In folder: '{inputs.in_folder}' is not a full path.")
    return _place(inputs) + as_text(await _listing(inputs))


def _place(inputs: MonitorFileInputs) -> str:
    """What a cursor begins with, so that the listing of another folder is not compared with this one."""
    return f"{inputs.in_folder}:{'all' if inputs.include_sub_folders else 'top'}\n"


def _snapshot(cursor: str) -> dict[str, FileState]:
    try:
        return from_text(cursor)
    except ValueError as error:
        raise ActivityFailed(f"The cursor cannot be read: {error}.") from None


async def _listing(inputs: MonitorFileInputs) -> dict[str, FileState]:
    with _plain_failures(inputs.in_folder):
        return await anyio.to_thread.run_sync(_taken, inputs)


def _taken(inputs: MonitorFileInputs) -> dict[str, FileState]:
    return taken(Path(inputs.in_folder), with_sub_folders=inputs.include_sub_folders)


@contextmanager
def _plain_failures(folder: str) -> Generator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ActivityFailed(f"The folder '{folder}' does not exist.") from None
    except NotADirectoryError:
        raise ActivityFailed(f"'{folder}' is not a folder.") from None
    except OSError as error:
        place = error.filename or folder
        advice = f": {_WATCH_LIMIT}" if "limit" in str(error) else ""
        raise ActivityFailed(f"The folder '{place}' cannot be watched: {error.strerror or error}{advice}.") from None


@dataclass(slots=True)
class _Pace:
    """When the folder is read again without a hint."""

    _due: float = field(default=0.0)

    def scanned(self, began: float, ended: float, settled: float | None) -> None:
        """Notes how long the last reading took, and when something will have settled."""
        regular = ended + max(_RESCAN_SECONDS, _RESCAN_SHARE * (ended - began))
        self._due = regular if settled is None else min(regular, settled)

    def is_due(self, now: float) -> bool:
        """Whether it is time."""
        return now >= self._due


async def _changes(
    inputs: MonitorFileInputs, folder: Path, known: dict[str, FileState], ctx: RunContext
) -> AsyncGenerator[tuple[Change, Snapshot]]:
    """Every change with the listing that includes it, as soon as it has settled; never ends by itself."""
    settling, pace = Settling(inputs.settle_time), _Pace()
    hints = watchfiles.watch(
        folder, recursive=inputs.include_sub_folders, debounce=1, step=1, rust_timeout=1, yield_on_timeout=True
    )
    try:
        await _next_hint(hints, inputs)  # from here on the system keeps what happens
        ctx.log(f"Watching {folder}.")
        while True:
            began = time.monotonic()
            listing = await _listing(inputs)
            for change in settling.settled(changes_between(known, listing), time.monotonic()):
                apply(change, known)
                yield change, known
            pace.scanned(began, time.monotonic(), settling.due)
            await _wait(pace, hints, inputs)
    finally:
        hints.close()


async def _wait(pace: _Pace, hints: Hints, inputs: MonitorFileInputs) -> None:
    while not pace.is_due(time.monotonic()):
        if await _next_hint(hints, inputs):
            return
        await anyio.sleep(_POLL_SECONDS)


async def _next_hint(hints: Hints, inputs: MonitorFileInputs) -> bool:
    """Whether the system saw anything since it was last asked."""
    with _plain_failures(inputs.in_folder):
        return bool(await anyio.to_thread.run_sync(next, hints))


def _reason(inputs: MonitorFileInputs, change: Change) -> str:
    """Which of the chosen triggers the change is; empty when it is none of them."""
    if change.kind in inputs.trigger_if_one_of_the_files_was:
        return str(change.kind)
    return next((str(each) for each in inputs.trigger_if_file_properties_changed if each in change.properties), "")


def _published(inputs: MonitorFileInputs, folder: Path, change: Change, reason: str) -> MonitorFilePublished:
    kinds = set(map(str, inputs.trigger_if_one_of_the_files_was))
    properties = set(map(str, inputs.trigger_if_file_properties_changed))
    name = PurePath(change.path)
    return MonitorFilePublished(
        change_type=reason,
        path=str(folder / name),
        origin_folder=inputs.in_folder,
        include_sub_folders=inputs.include_sub_folders,
        if_changed="Changed" in kinds,
        if_created="Created" in kinds,
        if_deleted="Deleted" in kinds,
        if_renamed="Renamed" in kinds,
        if_attributes="Attributes" in properties,
        if_creation_time="Creation time" in properties,
        if_last_access_time="Last access time" in properties,
        if_last_write_time="Last write time" in properties,
        if_security="Security" in properties,
        user_name=inputs.user_name,
        file_name=name.name,
        file_extension=name.suffix.removeprefix("."),
        file_size=change.state.size,
        previous_path=str(folder / change.previous_path) if change.previous_path else None,
    )
