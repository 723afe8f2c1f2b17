"""What happened to the files of a folder between two listings."""

import hashlib
import json
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrion.packs.files.snapshot import FileState, Snapshot


class Kind(StrEnum):
    """What happened to a file."""

    CHANGED = "Changed"
    CREATED = "Created"
    DELETED = "Deleted"
    RENAMED = "Renamed"


class FileProperty(StrEnum):
    """What of a file may change by itself."""

    ATTRIBUTES = "Attributes"
    CREATION_TIME = "Creation time"
    LAST_ACCESS_TIME = "Last access time"
    LAST_WRITE_TIME = "Last write time"
    SECURITY = "Security"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one file: its states before and after (None: there was none), its old path if renamed.

    There is no `kind` when only properties changed.
    """

    path: str
    before: FileState | None
    after: FileState | None
    kind: Kind | None
    properties: frozenset[FileProperty] = frozenset()
    previous_path: str = ""

    @property
    def state(self) -> FileState:
        """The last known state."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change without a file")
        return found

    @property
    def key(self) -> str:
        """The same for the same occurrence, and for no other."""
        facts = [self.path, self.previous_path, self.before, self.after]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def changes_between(before: Snapshot, after: Snapshot) -> list[Change]:
    """What happened, in the order of paths; a file that is gone and one that came are one if only the name differs."""
    gone = {_identity(state): path for path, state in before.items() if path not in after}
    found: list[Change] = []
    renamed: set[str] = set()
    for path, state in after.items():
        if path in before:
            found.extend(_change(path, before[path], state))
        elif (previous := gone.pop(_identity(state), None)) is not None:
            renamed.add(previous)
            found.append(Change(path, before[previous], state, Kind.RENAMED, previous_path=previous))
        else:
            found.append(Change(path, None, state, Kind.CREATED))
    deleted = (path for path in before if path not in after and path not in renamed)
    found.extend(Change(path, before[path], None, Kind.DELETED) for path in deleted)
    return sorted(found, key=lambda change: change.path)


def apply(change: Change, snapshot: MutableMapping[str, FileState]) -> None:
    """Makes the listing include the change."""
    snapshot.pop(change.previous_path or change.path, None)
    if change.after is not None:
        snapshot[change.path] = change.after


def _identity(state: FileState) -> tuple[int, ...]:
    """The number of a file alone may belong to a new one; a new one with the same time of writing is none."""
    return (state.device, state.inode, state.size, state.modified)


def _change(path: str, before: FileState, after: FileState) -> Iterator[Change]:
    kind = Kind.CHANGED if (before.size, before.modified) != (after.size, after.modified) else None
    properties = frozenset(_properties(before, after))
    if kind or properties:
        yield Change(path, before, after, kind, properties)


def _properties(before: FileState, after: FileState) -> Iterator[FileProperty]:
    if before.mode != after.mode:
        yield FileProperty.ATTRIBUTES
    if (before.device, before.inode) != (after.device, after.inode):
        yield FileProperty.CREATION_TIME
    if before.accessed != after.accessed:
        yield FileProperty.LAST_ACCESS_TIME
    if before.modified != after.modified:
        yield FileProperty.LAST_WRITE_TIME
    if (before.mode, before.owner, before.group) != (after.mode, after.owner, after.group):
        yield FileProperty.SECURITY


@dataclass(slots=True)
class Settling:
    """Holds back what is still being written: a change counts when the file has stayed the same for `seconds`."""

    seconds: float
    _since: dict[str, tuple[FileState, float]] = field(default_factory=dict)

    def settled(self, changes: Iterable[Change], now: float) -> list[Change]:
        """Those of all present changes that count at `now` (seconds on any steady clock)."""
        ready: list[Change] = []
        waiting: dict[str, tuple[FileState, float]] = {}
        for change in changes:
            if change.kind not in (Kind.CHANGED, Kind.CREATED):
                ready.append(change)
                continue
            state, since = self._since.get(change.path, (change.state, now))
            since = since if _identity(state) == _identity(change.state) else now
            if now - since >= self.seconds:
                ready.append(change)
            else:
                waiting[change.path] = (change.state, since)
        self._since = waiting
        return ready

    @property
    def due(self) -> float | None:
        """When the first of those held back may count; None when there are none."""
        return min((since + self.seconds for _, since in self._since.values()), default=None)
