"""Checking out and in, drafts, versions, and the place of runbooks."""

from __future__ import annotations

import json

import pytest

from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import ConflictError, DocumentError, InvalidError, NotFoundError, RefusedError
from orchestrion.model.job import JobStatus
from orchestrion.ports.authoring import Document, DraftRecord, RunbookFilter
from orchestrion.ports.runs import JobRecord
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.authoring import Authoring
from orchestrion.services.check_out import StaleDraftError
from orchestrion.services.findings import FindingsError
from orchestrion.storage.wakeups import LocalListener
from tests.unit.services.world import ANNA, BERT, START, Clock, audited, document, found_root

pytestmark = pytest.mark.anyio


@pytest.fixture
async def runbook_id(database: Database, authoring: Authoring) -> str:
    """A new runbook that Anna has checked out."""
    return (await authoring.create(ANNA, await found_root(database), "Run")).summary.record.id


@pytest.fixture
async def checked_in_id(authoring: Authoring, runbook_id: str) -> str:
    """A runbook with version 1, which nobody has checked out."""
    await authoring.save_draft(ANNA, runbook_id, document(), 1)
    await authoring.check_in(ANNA, runbook_id, "first")
    return runbook_id


async def save(authoring: Authoring, draft: DraftRecord, value: str) -> DraftRecord:
    """The draft of Anna after a change."""
    return (await authoring.save_draft(ANNA, draft.runbook_id, document(value=value), draft.revision))[0]


async def test_a_new_runbook_is_checked_out_by_its_author(authoring: Authoring, runbook_id: str) -> None:
    """It has an empty draft and no version."""
    view, draft = await authoring.runbook(ANNA, runbook_id), await authoring.draft(BERT, runbook_id)
    assert (view.document, view.summary.record.owner_name) == (None, "Anna")
    assert (draft.owner_name, draft.revision, draft.base_version) == ("Anna", 1, None)
    assert read_runbook(draft.document).name == "Run"


@pytest.mark.parametrize("name", ["", " ", "a/b", "..", "x" * 201, "a\nb", "\u200b"])
async def test_a_name_must_be_a_name(authoring: Authoring, database: Database, name: str) -> None:
    """Nothing empty, too long, invisible, or with a meaning in paths."""
    with pytest.raises(InvalidError):
        await authoring.create(ANNA, await found_root(database), name)


async def test_names_that_look_alike_are_alike(authoring: Authoring, database: Database) -> None:
    """A letter with an accent may be typed as one or two characters."""
    root = await found_root(database)
    await authoring.create(ANNA, root, "caf\u00e9")
    with pytest.raises(ConflictError):
        await authoring.create(ANNA, root, "cafe\u0301")


async def test_somebody_elses_check_out_is_in_the_way(authoring: Authoring, runbook_id: str) -> None:
    """The answer names the holder."""
    with pytest.raises(ConflictError) as refused:
        await authoring.check_out(BERT, runbook_id)
    assert refused.value.owner == "Anna"


async def test_checking_out_twice_gives_the_same_draft(authoring: Authoring, runbook_id: str) -> None:
    """A second window goes on where the first one is."""
    saved, _ = await authoring.save_draft(ANNA, runbook_id, document(), 1)
    assert await authoring.check_out(ANNA, runbook_id) == saved


async def test_a_take_over_keeps_the_others_draft(authoring: Authoring, database: Database, checked_in_id: str) -> None:
    """Who was taken over finds the own draft again."""
    kept = await save(authoring, await authoring.check_out(ANNA, checked_in_id), "mine")
    taken = await authoring.check_out(BERT, checked_in_id, take_over=True)
    assert (taken.owner_name, taken.document) == ("Bert", document())
    with pytest.raises(ConflictError, match="checked out by Bert"):
        await save(authoring, kept, "again")
    await authoring.undo_check_out(BERT, checked_in_id)
    assert await authoring.check_out(ANNA, checked_in_id) == kept
    assert ("Bert", "taken over") in await audited(database)


async def test_a_kept_draft_does_not_overwrite_a_newer_version(authoring: Authoring, checked_in_id: str) -> None:
    """Whoever took over and checked in wins, and the other is told."""
    await save(authoring, await authoring.check_out(ANNA, checked_in_id), "mine")
    theirs = await authoring.check_out(BERT, checked_in_id, take_over=True)
    await authoring.save_draft(BERT, checked_in_id, document(value="theirs"), theirs.revision)
    await authoring.check_in(BERT, checked_in_id)
    await authoring.check_out(ANNA, checked_in_id)
    with pytest.raises(ConflictError, match="Version 2"):
        await authoring.check_in(ANNA, checked_in_id)


async def test_a_save_counts(authoring: Authoring, clock: Clock, runbook_id: str) -> None:
    """The revision rises, the findings come along, and the document is stored in its canonical form."""
    clock.forward(seconds=1)
    wordy = {**document(), "description": "", "settings": {"max_simultaneous_jobs": 1}}
    draft, findings = await authoring.save_draft(ANNA, runbook_id, wordy, 1)
    assert (draft.revision, draft.saved_at, findings) == (2, clock.now(), [])
    assert draft.document == document() == (await authoring.draft(ANNA, runbook_id)).document


async def test_an_old_revision_is_not_saved(authoring: Authoring, runbook_id: str) -> None:
    """Two windows of one author do not overwrite each other."""
    await authoring.save_draft(ANNA, runbook_id, document(), 1)
    with pytest.raises(StaleDraftError, match="another window") as refused:
        await authoring.save_draft(ANNA, runbook_id, document(value="late"), 1)
    assert refused.value.revision == 2


async def test_a_draft_may_hold_mistakes_but_must_be_readable(authoring: Authoring, runbook_id: str) -> None:
    """A missing input is a finding; a document of another shape is refused with its place."""
    _, findings = await authoring.save_draft(ANNA, runbook_id, document(value=""), 1)
    assert [finding.code for finding in findings] == ["missing-input"]
    with pytest.raises(DocumentError, match="links"):
        await authoring.save_draft(ANNA, runbook_id, {**document(), "links": 3}, 2)


async def test_a_check_in_makes_a_version(authoring: Authoring, database: Database, checked_in_id: str) -> None:
    """The newest version is what runs; the runbook is free again."""
    view = await authoring.runbook(ANNA, checked_in_id)
    (version,) = await authoring.versions(ANNA, checked_in_id)
    assert (view.document, view.summary.record.owner_id) == (document(), None)
    assert (version.version, version.checked_in_by, version.comment) == (1, "Anna", "first")
    assert (await authoring.version(ANNA, checked_in_id, 1)).document == document()
    assert [action for _, action in await audited(database)] == ["created", "checked out", "checked in"]
    with pytest.raises(NotFoundError):
        await authoring.draft(ANNA, checked_in_id)


async def test_a_check_in_with_errors_is_refused(authoring: Authoring, runbook_id: str) -> None:
    """The findings say what and where; the draft stays."""
    await authoring.save_draft(ANNA, runbook_id, document(value=""), 1)
    with pytest.raises(FindingsError) as refused:
        await authoring.check_in(ANNA, runbook_id)
    assert [finding.place.activity for finding in refused.value.findings] == ["step"]
    assert (await authoring.draft(ANNA, runbook_id)).revision == 2


async def test_an_unchanged_draft_makes_no_version(
    authoring: Authoring, database: Database, checked_in_id: str
) -> None:
    """The runbook is free all the same, and the audit says when."""
    await authoring.check_out(ANNA, checked_in_id)
    done = await authoring.check_in(ANNA, checked_in_id)
    assert (done.version, done.is_new) == (1, False)
    assert [action for _, action in await audited(database)][-2:] == ["checked out", "checked in"]
    assert (await authoring.runbook(ANNA, checked_in_id)).summary.record.owner_id is None


async def test_the_document_renames_the_runbook(authoring: Authoring, runbook_id: str) -> None:
    """A name is part of what is checked in."""
    await authoring.save_draft(ANNA, runbook_id, document("Walk"), 1)
    await authoring.check_in(ANNA, runbook_id)
    assert (await authoring.find(ANNA, "walk")).summary.record.id == runbook_id


async def test_a_taken_name_refuses_the_check_in(authoring: Authoring, database: Database, runbook_id: str) -> None:
    """Nothing is checked in then."""
    await authoring.create(ANNA, await found_root(database), "Walk")
    await authoring.save_draft(ANNA, runbook_id, document("Walk"), 1)
    with pytest.raises(ConflictError, match="Walk"):
        await authoring.check_in(ANNA, runbook_id)
    assert (await authoring.runbook(ANNA, runbook_id)).document is None


async def test_only_the_holder_checks_in(authoring: Authoring, runbook_id: str, checked_in_id: str) -> None:
    """Neither somebody else nor nobody."""
    with pytest.raises(ConflictError, match="not checked out"):
        await authoring.check_in(ANNA, checked_in_id)
    await authoring.check_out(ANNA, runbook_id)
    with pytest.raises(ConflictError, match="checked out by Anna"):
        await authoring.undo_check_out(BERT, runbook_id)


async def test_a_monitor_is_seen_as_such(authoring: Authoring, runbook_id: str) -> None:
    """A runbook that starts with a monitor says so in lists, with its limit."""
    watch: Document = {"orchestrion": "runbook/1", "name": "Run", "activities": {"watch": {"type": "test.watch"}}}
    await authoring.save_draft(ANNA, runbook_id, watch, 1)
    await authoring.check_in(ANNA, runbook_id)
    (summary,) = await authoring.search(ANNA, RunbookFilter())
    assert (summary.record.is_monitor, summary.active_jobs, summary.last_job) == (True, 0, None)


async def test_an_undone_check_out_leaves_nothing(authoring: Authoring, checked_in_id: str) -> None:
    """The next check-out starts from the newest version."""
    await save(authoring, await authoring.check_out(ANNA, checked_in_id), "dropped")
    await authoring.undo_check_out(ANNA, checked_in_id)
    assert (await authoring.check_out(ANNA, checked_in_id)).document == document()


async def test_a_runbook_moves(authoring: Authoring, database: Database, checked_in_id: str) -> None:
    """It keeps its name and its versions; somebody else's check-out is in the way."""
    folder = await database.write(lambda stores: stores.folders.add(stores.folders.root().id, "Other"))
    await authoring.check_out(BERT, checked_in_id)
    with pytest.raises(ConflictError):
        await authoring.move(ANNA, checked_in_id, folder.id)
    view = await authoring.move(BERT, checked_in_id, folder.id)
    assert (view.summary.record.path, view.summary.record.version) == ("Other/Run", 1)


async def test_a_deleted_runbook_is_gone(authoring: Authoring, checked_in_id: str) -> None:
    """Nobody finds it any more."""
    await authoring.remove(ANNA, checked_in_id)
    with pytest.raises(NotFoundError):
        await authoring.runbook(ANNA, checked_in_id)
    with pytest.raises(NotFoundError):
        await authoring.find(ANNA, "Run")


async def test_a_runbook_with_open_jobs_stays(authoring: Authoring, database: Database, checked_in_id: str) -> None:
    """A job that has not ended must be stopped first."""
    await database.write(lambda stores: stores.runs.add_job(_job(stores, checked_in_id)))
    with pytest.raises(ConflictError, match="Stop them"):
        await authoring.remove(ANNA, checked_in_id)


async def test_parameters_are_shown(authoring: Authoring, runbook_id: str) -> None:
    """A start form needs the declared parameters and the returned data."""
    returned = [{"name": "pid", "type": "number"}]
    await authoring.save_draft(ANNA, runbook_id, document(returned_data=returned), 1)
    await authoring.check_in(ANNA, runbook_id)
    view = await authoring.runbook(ANNA, runbook_id)
    assert [item.name for item in view.returned_data] == ["pid"]


async def test_a_document_is_checked_without_saving(authoring: Authoring) -> None:
    """What is wrong with a document is told before anybody saves it."""
    findings = await authoring.check(ANNA, document(value=""))
    assert [finding.code for finding in findings] == ["missing-input"]


async def test_changes_are_announced(authoring: Authoring, live: LocalListener, checked_in_id: str) -> None:
    """Whoever watches hears what became of a runbook, in order."""
    heard = []
    while (payload := await live.next(0)) is not None:
        heard.append(json.loads(payload)["data"]["change"])
    assert heard == ["created", "draft", "checked-in"]


async def test_every_method_asks_for_the_right(authoring: Authoring, database: Database, runbook_id: str) -> None:
    """Somebody without a role is refused everything."""
    nobody = type(ANNA)(ANNA.id, "Nobody", "guest")  # type: ignore[arg-type]  # a role that does not exist yet
    calls = [
        authoring.search(nobody, RunbookFilter()),
        authoring.runbook(nobody, runbook_id),
        authoring.find(nobody, "Run"),
        authoring.create(nobody, await found_root(database), "New"),
        authoring.move(nobody, runbook_id, await found_root(database)),
        authoring.remove(nobody, runbook_id),
        authoring.check(nobody, document()),
        authoring.draft(nobody, runbook_id),
        authoring.check_out(nobody, runbook_id),
        authoring.save_draft(nobody, runbook_id, document(), 1),
        authoring.check_in(nobody, runbook_id),
        authoring.undo_check_out(nobody, runbook_id),
        authoring.versions(nobody, runbook_id),
        authoring.version(nobody, runbook_id, 1),
    ]
    for call in calls:
        with pytest.raises(RefusedError):
            await call


def _job(stores: Transaction, runbook_id: str) -> JobRecord:
    runbook = stores.runbooks.get(runbook_id)
    return JobRecord(
        id=runbook_id,
        runbook_id=runbook_id,
        runbook_name=runbook.name,
        runbook_path=runbook.path,
        version=1,
        status=JobStatus.PENDING,
        is_monitor=False,
        parameters={},
        servers=(),
        created_by_id=ANNA.id,
        created_by_name=ANNA.name,
        created_at=START,
    )
