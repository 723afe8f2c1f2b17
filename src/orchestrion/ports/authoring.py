"""Folders, runbooks, versions, drafts, variables and the catalogue of activity types: records and stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrion.model.activity_type import ActivityType
from orchestrion.model.resources import Variable
from orchestrion.model.values import Json

Document = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class FolderRecord:
    """A folder; the root has no parent and the path ''. `path` joins names with '/'."""

    id: str
    parent_id: str | None
    name: str
    path: str
    runbook_count: int = 0


@dataclass(frozen=True, slots=True)
class RunbookRecord:
    """Where a runbook lies and who holds it; `version` is the newest checked-in one, None before the first."""

    id: str
    folder_id: str
    name: str
    path: str
    description: str
    version: int | None
    is_monitor: bool
    max_simultaneous_jobs: int
    owner_id: str | None
    owner_name: str | None
    checked_out_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One checked-in version, immutable. `document` is left empty in lists."""

    runbook_id: str
    version: int
    checked_in_by: str
    checked_in_at: datetime
    comment: str
    document: Document


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """What the owner of a check-out has saved; `revision` counts the saves, `base_version` is where it started."""

    runbook_id: str
    owner_id: str
    owner_name: str
    base_version: int | None
    revision: int
    saved_at: datetime
    document: Document


@dataclass(frozen=True, slots=True)
class RunbookFilter:
    """Which runbooks a list shows: in one folder, with a text in path or description, after a cursor (a path)."""

    folder_id: str | None = None
    search: str = ""
    after: str = ""
    limit: int = 200


class FolderStore(Protocol):
    """The tree of folders.

    Methods raise ConflictError when a name is taken beside it, InvalidError for a path that is too long.
    """

    def all(self) -> list[FolderRecord]:
        """Every folder by path, with the number of runbooks directly in it."""

    def get(self, folder_id: str) -> FolderRecord:
        """One folder; raises NotFoundError."""

    def root(self) -> FolderRecord:
        """The root; it always exists."""

    def add(self, parent_id: str, name: str) -> FolderRecord:
        """A new folder."""

    def change(self, folder_id: str, parent_id: str, name: str) -> FolderRecord:
        """Renames or moves a folder with everything in it; raises InvalidError for a move below itself."""

    def remove(self, folder_id: str) -> None:
        """Deletes an empty folder; raises ConflictError for one with content."""


class RunbookStore(Protocol):
    """Runbooks, their versions and drafts. Deleted runbooks are invisible but keep their history."""

    def search(self, wanted: RunbookFilter) -> list[RunbookRecord]:
        """Runbooks by path."""

    def get(self, runbook_id: str) -> RunbookRecord:
        """One runbook; raises NotFoundError."""

    def find(self, path: str) -> RunbookRecord | None:
        """The runbook at this path, ignoring case as the tree does, or None."""

    def lock(self, runbook_id: str) -> RunbookRecord:
        """As `get`, and holds the row until the transaction ends (check-out, check-in, admission)."""

    def add(self, folder_id: str, name: str, now: datetime) -> RunbookRecord:
        """A new runbook without versions; raises ConflictError when the name is taken in the folder."""

    def move(self, runbook_id: str, folder_id: str, name: str, now: datetime) -> None:
        """Puts it under another folder or name; raises ConflictError as `add`."""

    def remove(self, runbook_id: str, now: datetime) -> None:
        """Makes the runbook invisible; its instances stay readable."""

    def set_owner(self, runbook_id: str, owner_id: str | None, owner_name: str | None, now: datetime) -> None:
        """Records who has it checked out, or that nobody has."""

    def add_version(
        self, record: VersionRecord, is_monitor: bool, max_simultaneous_jobs: int, description: str
    ) -> None:
        """Stores a version and makes it the newest."""

    def versions(self, runbook_id: str) -> list[VersionRecord]:
        """All versions, newest first, without documents."""

    def version(self, runbook_id: str, version: int) -> VersionRecord:
        """One version with its document; raises NotFoundError."""

    def draft(self, runbook_id: str, owner_id: str) -> DraftRecord | None:
        """What this owner saved, or None."""

    def save_draft(self, draft: DraftRecord) -> None:
        """Stores the draft of its owner in place of the earlier one."""

    def remove_draft(self, runbook_id: str, owner_id: str) -> None:
        """Forgets the owner's draft."""


class CatalogueStore(Protocol):
    """The activity types that runbook servers announced."""

    def announce(self, server_id: str, pack_versions: Mapping[str, str], types: Sequence[ActivityType]) -> None:
        """Replaces what this server has announced before."""

    def types(self) -> dict[str, ActivityType]:
        """Every type by id, from the newest pack version; limits only where every server has them."""

    def packs(self) -> list[tuple[str, str, int]]:
        """Pack id, newest version, number of activity types; by id."""

    def packs_of_servers(self) -> dict[str, dict[str, str]]:
        """Mapping from server id to the packs it announced, pack id to version."""


class VariableStore(Protocol):
    """Variables by path; values of encrypted ones are sealed texts."""

    def all(self) -> list[Variable]:
        """Every variable by path."""

    def get(self, variable_id: str) -> Variable:
        """One variable; raises NotFoundError."""

    def save(self, variable: Variable, now: datetime) -> None:
        """Adds or replaces by id; raises ConflictError when another has the path."""

    def remove(self, variable_id: str) -> None:
        """Deletes it; raises NotFoundError."""
