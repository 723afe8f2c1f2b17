"""Bodies of the authoring routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import JsonValue, StringConstraints

from orchestrion.model.activity_type import ActivityKind, FieldKind
from orchestrion.model.job import JobStatus
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import ValueType
from orchestrion.web.schemas import Answer, DocumentBody, Finding, Id, ItemValue, Name, Order, UserRef

Comment = Annotated[str, StringConstraints(max_length=2000)]
FileText = Annotated[str, StringConstraints(max_length=2_000_000)]


class Folder(Answer):
    """A folder; the root has no parent and the path ''."""

    id: str
    parent_id: str | None
    name: str
    path: str
    """Names from the root down, joined with '/'."""
    runbook_count: int
    """Runbooks directly in it."""


class FolderOrder(Order):
    """A new folder."""

    parent_id: Id
    name: Name


class FolderChange(Order):
    """What changes about a folder; what is left out stays."""

    name: Name | None = None
    parent_id: Id | None = None


class JobRef(Answer):
    """A runbook's newest job."""

    id: str
    status: JobStatus
    created_at: datetime
    ended_at: datetime | None


class RunbookSummary(Answer):
    """A runbook as lists show it."""

    id: str
    folder_id: str
    path: str
    name: str
    description: str
    version: int | None
    """The newest checked-in version, null before the first check-in."""
    is_monitor: bool
    """Whether it starts with a monitor, so that its job waits for events."""
    checked_out_by: UserRef | None
    checked_out_at: datetime | None
    updated_at: datetime
    active_jobs: int
    """Jobs that have not ended."""
    last_job: JobRef | None


class RunbookPage(Answer):
    """One page of runbooks, by path."""

    items: list[RunbookSummary]
    next_cursor: str | None
    """For the next page; null on the last."""


class Parameter(Answer):
    """A parameter that a start may give."""

    name: str
    type: ValueType
    required: bool
    default: ItemValue
    description: str
    choices: list[str]
    """The values allowed; empty means any."""


class ReturnedItem(Answer):
    """One item that the runbook returns."""

    name: str
    type: ValueType
    description: str


class Runbook(RunbookSummary):
    """A runbook with its published version."""

    document: DocumentBody | None
    """The newest checked-in version; null before the first check-in."""
    parameters: list[Parameter]
    """Of the newest checked-in version."""
    returned_data: list[ReturnedItem]
    """Of the newest checked-in version."""


class RunbookOrder(Order):
    """A new runbook."""

    folder_id: Id
    name: Name


class RunbookMove(Order):
    """Where the runbook goes."""

    folder_id: Id


class Draft(Answer):
    """What the owner of a check-out has saved."""

    document: DocumentBody
    base_version: int | None
    """The version it started from."""
    saved_at: datetime
    revision: int
    """Counts the saves; send it with the next one."""
    owner: UserRef


class DraftOrder(Order):
    """A draft to save."""

    document: DocumentBody
    revision: int
    """The revision this change is based on; a newer one on the server refuses the save."""


class DraftSaved(Answer):
    """A saved draft."""

    revision: int
    saved_at: datetime
    findings: list[Finding]


class CheckOutOrder(Order):
    """How to check out."""

    take_over: bool = False
    """Take the check-out from somebody else; their draft is kept."""


class CheckInOrder(Order):
    """A check-in."""

    comment: Comment = ""


class CheckedIn(Answer):
    """A checked-in version."""

    version: int
    findings: list[Finding]


class CheckOrder(Order):
    """A document to check without storing it."""

    document: DocumentBody


class CheckResult(Answer):
    """What the checks found, errors first."""

    findings: list[Finding]


class Version(Answer):
    """One checked-in version."""

    version: int
    checked_in_by: str
    checked_in_at: datetime
    comment: str


class VersionWithDocument(Version):
    """One checked-in version with its content."""

    document: DocumentBody


class ImportFile(Order):
    """One runbook as text."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    """Where it lies below the folder, e.g. `Samples/restart.yaml`: names the folders, and the file in messages."""
    text: FileText
    """YAML or JSON."""


class ImportOrder(Order):
    """Runbooks to import, all or nothing."""

    files: list[ImportFile]
    folder_id: Id | None = None
    """The folder that paths start from; the root when null."""
    dry_run: bool = False
    """Only tell what would happen."""


class ImportedRunbook(Answer):
    """What became of one file."""

    path: str
    id: str | None
    """Null for a runbook that a dry run would create."""
    action: Literal["created", "updated", "unchanged"]
    version: int | None
    findings: list[Finding]


class ImportResult(Answer):
    """What became of the files, in their order."""

    runbooks: list[ImportedRunbook]


class EffectByInput(Answer):
    """The effect class where it depends on an input."""

    input: str
    values: dict[str, EffectClass]


class Effect(Answer):
    """What repeating the activity would do."""

    default: EffectClass
    by_input: EffectByInput | None


class ShownWhen(Answer):
    """A field that only counts when another input has one of these values."""

    input: str
    values: list[str]


class InputField(Answer):
    """One input of an activity type."""

    name: str
    label: str
    kind: FieldKind
    required: bool
    default: JsonValue
    choices: list[str]
    help: str
    tab: str
    language: str
    """Of code fields: what colours the text."""
    columns: list[InputField]
    """Of tables only."""
    shown_when: ShownWhen | None


class PublishedItem(Answer):
    """One item that an activity type publishes."""

    name: str
    type: ValueType
    description: str
    many: bool
    """Whether each record of an execution has its own value."""


class DynamicItems(Answer):
    """Items that the author names in the rows of a table input."""

    input: str
    name_column: str
    type_column: str


class ActivityType(Answer):
    """A type of activity that a pack provides."""

    id: str
    pack: str
    name: str
    category: str
    kind: ActivityKind
    summary: str
    icon: str | None
    """SVG text."""
    effect: Effect
    guarantee: str | None
    """Of monitors: what happens to events while nobody watches."""
    inputs: list[InputField]
    published: list[PublishedItem]
    dynamic_items: DynamicItems | None


class Pack(Answer):
    """An integration pack that runbook servers announced."""

    id: str
    name: str
    version: str
    activity_count: int
