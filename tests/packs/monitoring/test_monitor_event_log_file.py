"""Monitor Event Log on log files, rotation included."""

from pathlib import Path

import pytest

from orchestrion.packs.monitoring.monitor_event_log import monitor_event_log
from orchestrion.sdk import ActivityFailed
from orchestrion.sdk.testing import RehearsalContext
from tests.packs.watching import Watcher, armed, begins_anew
from tests.services.syslog import SyslogServer

# ruff: noqa: ASYNC240 - nobody else waits for the event loop of a test

pytestmark = pytest.mark.anyio


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log file with an entry from before."""
    file = tmp_path / "messages"
    add(file, "old")
    return file


def add(log: Path, *texts: str) -> None:
    with log.open("a") as file:
        file.writelines(f"Nov 22 15:45:00 host app: {text}\n" for text in texts)


async def texts(watcher: Watcher, number: int) -> list[object]:
    return [(await watcher.record())["Log entry description"] for _ in range(number)]


@pytest.mark.parametrize("name", ["messages", "messages.iso"])
async def test_entries_of_a_syslog_daemon(syslog_server: SyslogServer, name: str) -> None:
    """What logger hands to rsyslogd starts the runbook, with source and host, in both formats."""
    syslog_server.log("before")
    file = syslog_server.messages.with_name(name)
    async with armed(monitor_event_log, RehearsalContext(), event_log=str(file)) as watcher:
        syslog_server.log("service stopped", tag="app[12]", priority="daemon.err")
        record = await watcher.record()
    assert (record["Log entry description"], record["Log Entry source"]) == ("service stopped", "app")
    assert record["Log Entry computer"]
    assert record["Log Entry type"] == "Information"


async def test_the_cursor_bridges_a_pause(log: Path) -> None:
    """Lines written while nobody listened come first, and none twice."""
    ctx = RehearsalContext()
    async with armed(monitor_event_log, ctx, event_log=str(log)) as watcher:
        add(log, "first")
        assert await texts(watcher, 1) == ["first"]
    add(log, "second")
    async with armed(monitor_event_log, ctx, event_log=str(log)) as watcher:
        add(log, "third")
        assert await texts(watcher, 2) == ["second", "third"]


async def test_rotation_while_armed(log: Path) -> None:
    """The rest of the old file is read, also what a late writer added to it, and then the new one."""
    async with armed(monitor_event_log, RehearsalContext(), event_log=str(log)) as watcher:
        add(log, "first")
        assert await texts(watcher, 1) == ["first"]
        old = log.rename(log.with_name("messages.1"))
        add(old, "late")
        add(log, "new")
        assert await texts(watcher, 2) == ["late", "new"]


async def test_rotation_while_not_armed(log: Path) -> None:
    """Two rotations later the old files are found again by what they are, not by their names."""
    ctx = RehearsalContext()
    async with armed(monitor_event_log, ctx, event_log=str(log)):
        pass
    add(log, "first")
    log.rename(log.with_name("messages.1"))
    add(log, "second")
    log.with_name("messages.1").rename(log.with_name("messages.2"))
    log.rename(log.with_name("messages.1"))
    add(log, "third")
    async with armed(monitor_event_log, ctx, event_log=str(log)) as watcher:
        assert await texts(watcher, 3) == ["first", "second", "third"]


async def test_a_file_that_is_cut_is_read_anew(log: Path) -> None:
    """Copy and truncate leaves the same file: what is written then counts from its beginning, also the same line."""
    async with armed(monitor_event_log, RehearsalContext(), event_log=str(log)) as watcher:
        add(log, "first", "second")
        keys = {(await watcher.trigger()).key for _ in range(2)}
        log.write_text("")
        add(log, "x")
        trigger = await watcher.trigger()
    assert trigger.published.record()["Log entry description"] == "x"
    assert trigger.key not in keys


async def test_a_line_counts_when_it_is_complete(log: Path) -> None:
    """Half a line waits for its end."""
    async with armed(monitor_event_log, RehearsalContext(), event_log=str(log)) as watcher:
        with log.open("a") as file:
            file.write("Nov 22 15:45:00 host app: ha")
            file.flush()
            log.with_name("unrelated").touch()
            file.write("lf\n")
        assert await texts(watcher, 1) == ["half"]


async def test_a_file_may_come_later(tmp_path: Path) -> None:
    """A log that nobody has written yet begins with its first line."""
    log = tmp_path / "later"
    async with armed(monitor_event_log, RehearsalContext(), event_log=str(log)) as watcher:
        add(log, "first")
        assert await texts(watcher, 1) == ["first"]


async def test_a_cursor_of_another_log_is_no_place_in_this_one(log: Path, tmp_path: Path) -> None:
    """When the author chooses another log, it begins now instead of with its oldest line."""
    record = await begins_anew(
        monitor_event_log, f":{tmp_path / 'other'}\n{{}}", lambda: add(log, "new"), event_log=str(log)
    )
    assert record["Log entry description"] == "new"


async def test_any_other_line_is_an_entry(log: Path) -> None:
    """A line in no known form is published as it stands."""
    async with armed(monitor_event_log, RehearsalContext(), event_log=str(log)) as watcher:
        with log.open("ab") as file:
            file.write(b"Traceback: caf\xe9\n")
        record = await watcher.record()
    assert (record["Log entry description"], record["Log Entry source"]) == ("Traceback: caf\ufffd", "")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"event_log": "Application"}, "There is no event log 'Application'"),
        ({"event_log": "/nowhere/at/all"}, "folder '/nowhere/at' of the log file does not exist"),
        ({"computer": "elsewhere"}, "cannot be read from here"),
    ],
)
async def test_what_cannot_be_read_fails(inputs: dict[str, str], message: str) -> None:
    """The failure names the log and the way out."""
    with pytest.raises(ActivityFailed, match=message):
        async with armed(monitor_event_log, RehearsalContext(), **inputs):
            pass
