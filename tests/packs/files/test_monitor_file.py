"""Monitor File on a real folder."""

import os
from pathlib import Path

import pytest

from orchestrion.packs.files.monitor_file import monitor_file
from orchestrion.sdk import ActivityFailed, Json
from orchestrion.sdk.testing import RehearsalContext
from tests.packs.watching import Watcher, armed, begins_anew

pytestmark = pytest.mark.anyio
ALL = ["Changed", "Created", "Deleted", "Renamed"]


def watching(folder: Path, **inputs: Json) -> dict[str, Json]:
    return {"in_folder": str(folder), "trigger_if_one_of_the_files_was": ALL, "settle_time": 0.1, **inputs}


async def seen(watcher: Watcher, number: int) -> list[tuple[object, object]]:
    """Change type and file name of the next triggers, in the order of names."""
    records = [await watcher.record() for _ in range(number)]
    return sorted((record["File name"], record["Change type"]) for record in records)


async def test_a_new_file_is_published(tmp_path: Path) -> None:
    """All documented items, and name, extension and size on top."""
    inputs = watching(tmp_path, trigger_if_one_of_the_files_was=["Created"])
    async with armed(monitor_file, RehearsalContext(), **inputs) as watcher:
        (tmp_path / "report.csv").write_text("12345")
        record = dict(await watcher.record())
    assert record == {
        "Change type": "Created", "Name and path of the file": str(tmp_path / "report.csv"),
        "Origin Folder": str(tmp_path), "Include sub-folders": False, "Notify if changed": False,
        "Notify if created": True, "Notify if deleted": False, "Notify if renamed": False,
        "Notify if file attributes changed": False, "Notify if file creation time changed": False,
        "Notify if file last access time changed": False, "Notify if file last write time changed": False,
        "Notify if file security changed": False, "User name": "", "File name": "report.csv",
        "File extension": "csv", "File size": 5, "Previous name and path of the file": None,
    }  # fmt: skip


async def test_one_after_the_other(tmp_path: Path) -> None:
    """A file that is created, changed, renamed and deleted is reported each time."""
    file = tmp_path / "a"
    async with armed(monitor_file, RehearsalContext(), **watching(tmp_path)) as watcher:
        file.write_text("1")
        assert await seen(watcher, 1) == [("a", "Created")]
        file.write_text("22")
        assert await seen(watcher, 1) == [("a", "Changed")]
        file.rename(tmp_path / "b")
        record = await watcher.record()
        assert (record["Change type"], record["Previous name and path of the file"]) == ("Renamed", str(file))
        (tmp_path / "b").unlink()
        assert await seen(watcher, 1) == [("b", "Deleted")]


async def test_what_happened_meanwhile_is_reported(tmp_path: Path) -> None:
    """The difference since the last trigger is reported when the monitor is armed again, and nothing twice."""
    for name in ("changed", "deleted", "renamed", "same"):
        (tmp_path / name).write_text(name)
    ctx = RehearsalContext()
    async with armed(monitor_file, ctx, **watching(tmp_path)) as watcher:
        (tmp_path / "first").write_text("1")
        assert await seen(watcher, 1) == [("first", "Created")]
    (tmp_path / "changed").write_text("other")
    (tmp_path / "deleted").unlink()
    (tmp_path / "renamed").rename(tmp_path / "moved")
    (tmp_path / "new").write_text("n")
    expected = [("changed", "Changed"), ("deleted", "Deleted"), ("moved", "Renamed"), ("new", "Created")]
    async with armed(monitor_file, ctx, **watching(tmp_path)) as watcher:
        assert await seen(watcher, 4) == expected
    (tmp_path / "last").write_text("l")
    async with armed(monitor_file, ctx, **watching(tmp_path)) as watcher:
        assert await seen(watcher, 1) == [("last", "Created")]


async def test_a_crash_between_two_triggers_loses_none(tmp_path: Path) -> None:
    """The cursor of a trigger includes its own change and no other."""
    ctx = RehearsalContext()
    async with armed(monitor_file, ctx, **watching(tmp_path)):
        pass
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    found = []
    for _ in range(3):
        async with armed(monitor_file, ctx, **watching(tmp_path)) as watcher:
            found += await seen(watcher, 1)
    assert found == [("a", "Created"), ("b", "Created"), ("c", "Created")]


async def test_sub_folders_count_when_asked_for(tmp_path: Path) -> None:
    """Those that are made later included."""
    async with armed(monitor_file, RehearsalContext(), **watching(tmp_path, include_sub_folders=True)) as watcher:
        (tmp_path / "sub" / "deep").mkdir(parents=True)
        file = tmp_path / "sub" / "deep" / "file"
        file.write_text("x")
        assert (await watcher.record())["Name and path of the file"] == str(file)


async def test_filters_choose_files(tmp_path: Path) -> None:
    """Other files do not start the runbook."""
    filters: Json = [{"name": "Extension", "relation": "equals", "value": "csv"}]
    async with armed(monitor_file, RehearsalContext(), **watching(tmp_path, filters=filters)) as watcher:
        (tmp_path / "a.txt").write_text("x")
        (tmp_path / "b.csv").write_text("x")
        assert await seen(watcher, 1) == [("b.csv", "Created")]


async def test_only_chosen_triggers_count(tmp_path: Path) -> None:
    """A property may be the trigger, and what was not chosen is passed over for good."""
    (file := tmp_path / "a").write_text("x")
    inputs = watching(tmp_path, trigger_if_one_of_the_files_was=[], trigger_if_file_properties_changed=["Attributes"])
    async with armed(monitor_file, RehearsalContext(), **inputs) as watcher:
        (tmp_path / "new").write_text("x")
        file.chmod(0o600)
        assert await seen(watcher, 1) == [("a", "Attributes")]


async def test_a_file_is_reported_when_it_is_written(tmp_path: Path) -> None:
    """While a file grows it does not count; its size is then the final one."""
    ctx = RehearsalContext()
    async with armed(monitor_file, ctx, **watching(tmp_path, settle_time=0.5)) as watcher:
        with (tmp_path / "big").open("w") as file:
            for _ in range(3):
                file.write("part" * 1000)
                file.flush()
                os.fsync(file.fileno())
        assert (await watcher.record())["File size"] == 12000


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"in_folder": "/nowhere/at/all"}, "The folder '/nowhere/at/all' does not exist"),
        ({"in_folder": "/etc/passwd"}, "'/etc/passwd' is not a folder"),
        ({"in_folder": "here"}, "'here' is not a full path"),
        ({"in_folder": "/tmp", "user_name": "me"}, "under the account of the runbook server"),
        ({"in_folder": "/tmp", "trigger_if_one_of_the_files_was": []}, "at least one trigger"),
    ],
)
async def test_what_cannot_be_watched_fails(inputs: dict[str, Json], message: str) -> None:
    """The failure names the folder, or what to choose."""
    with pytest.raises(ActivityFailed, match=message):
        async with armed(monitor_file, RehearsalContext(), **inputs):
            pass


async def test_a_cursor_of_another_folder_is_not_compared(tmp_path: Path) -> None:
    """When the author chooses another folder, the files in it are not taken for new."""
    (tmp_path / "old").write_text("x")
    record = await begins_anew(monitor_file, "/elsewhere:top\n", (tmp_path / "new").touch, **watching(tmp_path))
    assert record["File name"] == "new"


async def test_a_folder_that_goes_away_fails(tmp_path: Path) -> None:
    """Its files are not taken for deleted."""
    (folder := tmp_path / "gone").mkdir()
    (folder / "a").write_text("x")
    async with armed(monitor_file, RehearsalContext(), **watching(folder)) as watcher:
        folder.rename(tmp_path / "elsewhere")
        with pytest.raises(ActivityFailed, match="does not exist"):
            await watcher.trigger()
