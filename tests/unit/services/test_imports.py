"""Importing runbooks from text, all or nothing, and exporting them."""

from __future__ import annotations

import json

import pytest

from orchestrion.interchange.native import NativeText
from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.ports.authoring import RunbookFilter
from orchestrion.services.authoring import Authoring
from orchestrion.services.findings import FindingsError
from orchestrion.services.import_files import ImportFile
from orchestrion.services.imports import ImportAction, Imported, Imports
from orchestrion.storage.wakeups import LocalListener
from tests.unit.services.world import ANNA, BERT, document

pytestmark = pytest.mark.anyio


def file(path: str = "Samples/run.yaml", name: str = "Run", value: str = "x") -> ImportFile:
    """A file with a runbook that may be checked in."""
    return ImportFile(path, NativeText().write(read_runbook(document(name, value=value))))


async def stored(authoring: Authoring) -> list[str]:
    """The paths of all runbooks."""
    return [found.record.path for found in await authoring.search(ANNA, RunbookFilter())]


def actions(result: list[Imported]) -> list[tuple[str, ImportAction, int]]:
    """What became of each file."""
    return [(each.path, each.action, each.version) for each in result]


async def test_an_import_creates_folders_and_runbooks(imports: Imports, authoring: Authoring) -> None:
    """The file's folders and the runbook's own name give the path; nobody has it checked out."""
    result = await imports.import_files(ANNA, [file(), file("./Other/In/x.yaml", "Walk"), file("top.yaml", "Top")])
    assert [each.path for each in result] == ["Samples/Run", "Other/In/Walk", "Top"]
    view = await authoring.find(ANNA, "samples/run")
    assert (view.document, view.summary.record.version, view.summary.record.owner_id) == (document(), 1, None)


async def test_an_import_again_changes_nothing(imports: Imports) -> None:
    """The same text makes no version; another one makes one."""
    await imports.import_files(ANNA, [file(), file("a.yaml", "Top")])
    result = await imports.import_files(ANNA, [file(), file("b.yaml", "Top", "y")])
    assert actions(result) == [("Samples/Run", ImportAction.UNCHANGED, 1), ("Top", ImportAction.UPDATED, 2)]


async def test_an_import_goes_below_a_folder(imports: Imports, authoring: Authoring) -> None:
    """Folders that are there are used, whatever the case of their names."""
    await imports.import_files(ANNA, [file()])
    folder_id = (await authoring.find(ANNA, "Samples/Run")).summary.record.folder_id
    await imports.import_files(ANNA, [file("x.yaml", "Walk"), file("SUB/y.yaml", "Run")], folder_id)
    await imports.import_files(ANNA, [file("samples/sub/z.yaml", "Sit")])
    assert await stored(authoring) == ["Samples/Run", "Samples/SUB/Run", "Samples/SUB/Sit", "Samples/Walk"]


async def test_a_dry_run_tells_and_stores_nothing(imports: Imports, authoring: Authoring, live: LocalListener) -> None:
    """Its answer is that of the import, without ids of what is not there."""
    (told,) = await imports.import_files(ANNA, [file()], dry_run=True)
    assert (told.id, told.action, told.version, await stored(authoring)) == (None, ImportAction.CREATED, 1, [])
    assert await live.next(0) is None


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (ImportFile("a/bad.yaml", "name: [x"), r"a/bad\.yaml:1:9: "),
        (ImportFile("bad.json", "{"), r"bad\.json:1:2: "),
        (ImportFile("bad.yaml", "name: x"), r"bad\.yaml:1:1: orchestrion: expected 'runbook/1'"),
        (ImportFile("../bad.yaml", file().text), r"\.\./bad\.yaml: .*folder"),
        (ImportFile("/bad.yaml", file().text), r"/bad\.yaml: .*folder"),
    ],
)
async def test_nothing_is_half_imported(imports: Imports, authoring: Authoring, bad: ImportFile, message: str) -> None:
    """One file that cannot be read refuses all, naming the file and the place."""
    with pytest.raises(InvalidError, match=message):
        await imports.import_files(ANNA, [file(), bad])
    assert await stored(authoring) == []


async def test_the_problems_of_all_files_are_listed(imports: Imports) -> None:
    """Nobody has to import ten times to see ten mistakes."""
    with pytest.raises(InvalidError) as refused:
        await imports.import_files(ANNA, [ImportFile("a.yaml", ""), file(), ImportFile("b.yaml", "[]")])
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["a.yaml", "b.yaml"]


async def test_findings_refuse_an_import(imports: Imports, authoring: Authoring) -> None:
    """What could not be checked in cannot be imported either."""
    with pytest.raises(FindingsError) as refused:
        await imports.import_files(ANNA, [file(), file("bad.yaml", "Bad", "")])
    assert [finding.code for finding in refused.value.findings] == ["missing-input"]
    assert refused.value.problems[0].startswith("bad.yaml: error: activity step")
    assert await stored(authoring) == []


async def test_two_files_must_not_be_one_runbook(imports: Imports) -> None:
    """The order of files would decide which one counts."""
    with pytest.raises(InvalidError, match="another file"):
        await imports.import_files(ANNA, [file("a/x.yaml"), file("A/y.yaml", "RUN")])


async def test_somebody_elses_check_out_is_in_the_way(imports: Imports, authoring: Authoring) -> None:
    """Unless the file changes nothing."""
    (first,) = await imports.import_files(ANNA, [file()])
    await authoring.check_out(BERT, str(first.id))
    assert (await imports.import_files(ANNA, [file()]))[0].action is ImportAction.UNCHANGED
    with pytest.raises(ConflictError, match="checked out by Bert"):
        await imports.import_files(ANNA, [file("new.yaml", "New"), file(value="y")])
    assert await stored(authoring) == ["Samples/Run"]


async def test_json_is_text_too(imports: Imports, authoring: Authoring) -> None:
    """A file that is named so holds JSON."""
    await imports.import_files(ANNA, [ImportFile("run.json", json.dumps(document()))])
    assert (await authoring.find(ANNA, "Run")).document == document()


async def test_an_export_is_what_was_imported(imports: Imports) -> None:
    """The text comes back letter by letter, of each version."""
    (first,) = await imports.import_files(ANNA, [file()])
    await imports.import_files(ANNA, [file(value="y")])
    assert await imports.export(ANNA, str(first.id), 1) == file().text
    assert await imports.export(BERT, str(first.id)) == file(value="y").text


async def test_a_draft_is_not_exported(imports: Imports, authoring: Authoring) -> None:
    """Before the first check-in there is nothing to export."""
    await imports.import_files(ANNA, [file()])
    folder_id = (await authoring.find(ANNA, "Samples/Run")).summary.record.folder_id
    new = await authoring.create(ANNA, folder_id, "New")
    with pytest.raises(NotFoundError, match="version"):
        await imports.export(ANNA, new.summary.record.id)
