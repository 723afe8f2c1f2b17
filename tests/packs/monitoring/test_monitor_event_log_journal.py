"""Monitor Event Log on journals that journalctl reads."""

import pytest

from orchestrion.packs.monitoring.journal import entry_of
from orchestrion.packs.monitoring.monitor_event_log import monitor_event_log
from orchestrion.sdk import ActivityFailed, Json, Limit
from orchestrion.sdk.testing import RehearsalContext
from tests.packs.watching import armed
from tests.services.journal import JournalDirectory

pytestmark = pytest.mark.anyio


def reading(journal: JournalDirectory, *filters: tuple[str, str, str]) -> dict[str, object]:
    rows = [{"property": name, "relation": relation, "value": value} for name, relation, value in filters]
    return {"event_log": "journal", "journal_directory": str(journal.path), "filters": rows}


async def test_an_entry_is_published(journal_directory: JournalDirectory) -> None:
    """All documented items, from the fields of the journal."""
    async with armed(monitor_event_log, RehearsalContext(), **reading(journal_directory)) as watcher:
        journal_directory.write("it\nstopped", SYSLOG_IDENTIFIER="app", PRIORITY="3", EVENT_ID="4711")
        record = dict(await watcher.record())
    assert record.pop("Log Entry date") == record.pop("Log Entry time")
    assert record == {
        "Event log name": "journal", "Computer": "localhost", "Log entry description": "it\nstopped",
        "Log Entry ID": 4711, "Log Entry source": "app", "Log Entry computer": "testhost", "Log Entry type": "Error",
    }  # fmt: skip


async def test_only_entries_written_after_arming_count(journal_directory: JournalDirectory) -> None:
    """What the journal held before is not reported."""
    journal_directory.write("old")
    async with armed(monitor_event_log, RehearsalContext(), **reading(journal_directory)) as watcher:
        journal_directory.write("new")
        assert (await watcher.record())["Log entry description"] == "new"


async def test_the_cursor_bridges_a_pause(journal_directory: JournalDirectory) -> None:
    """Entries written while nobody listened come first, none twice, each with a key of its own."""
    ctx = RehearsalContext()
    async with armed(monitor_event_log, ctx, **reading(journal_directory)) as watcher:
        journal_directory.write("first")
        first = await watcher.trigger()
    journal_directory.write("second", "third")
    async with armed(monitor_event_log, ctx, **reading(journal_directory)) as watcher:
        others = [await watcher.trigger(), await watcher.trigger()]
    texts = [each.published.record()["Log entry description"] for each in others]
    assert texts == ["second", "third"]
    assert len({each.key for each in (first, *others)}) == 3


async def test_a_pause_before_the_first_entry_is_bridged(journal_directory: JournalDirectory) -> None:
    """The moment of arming is a cursor too."""
    ctx = RehearsalContext()
    async with armed(monitor_event_log, ctx, **reading(journal_directory)):
        pass
    journal_directory.write("meanwhile")
    async with armed(monitor_event_log, ctx, **reading(journal_directory)) as watcher:
        assert (await watcher.record())["Log entry description"] == "meanwhile"


async def test_a_cursor_bridges_a_restart_of_the_computer(journal_directory: JournalDirectory) -> None:
    """Entries of another boot are reported as well."""
    ctx = RehearsalContext()
    async with armed(monitor_event_log, ctx, **reading(journal_directory)) as watcher:
        journal_directory.write("before")
        await watcher.trigger()
    journal_directory.boot_id = "0123456789abcdef0123456789abcdef"
    journal_directory.write("after")
    async with armed(monitor_event_log, ctx, **reading(journal_directory)) as watcher:
        assert (await watcher.record())["Log entry description"] == "after"


async def test_filters_choose_entries(journal_directory: JournalDirectory) -> None:
    """Only entries that match all filters start the runbook."""
    filters = reading(journal_directory, ("Type", "Contains", "Warning"), ("Description", "Contains", "stopped"))
    async with armed(monitor_event_log, RehearsalContext(), **filters) as watcher:
        journal_directory.write("stopped", PRIORITY="6")
        journal_directory.write("started", PRIORITY="4")
        journal_directory.write("stopped: yes", PRIORITY="4")
        assert (await watcher.record())["Log entry description"] == "stopped: yes"


def test_values_that_are_no_text() -> None:
    """Journalctl gives bytes for what is no UTF-8, and a list for a field that is there twice."""
    fields: dict[str, Json] = {
        "__REALTIME_TIMESTAMP": "1795365222187407",
        "__CURSOR": "s=1",
        "MESSAGE": [71, 246],
        "_COMM": ["a", "b"],
    }
    entry = entry_of(fields)
    assert (entry.description, entry.source, entry.type) == ("G\ufffd", "a", "Information")


async def test_a_cursor_that_journalctl_refuses_fails(journal_directory: JournalDirectory) -> None:
    """The failure brings journalctl's own words."""
    ctx = RehearsalContext(cursor=f"{journal_directory.path}:journal\nnonsense")
    async with armed(monitor_event_log, ctx, **reading(journal_directory)) as watcher:
        with pytest.raises(ActivityFailed, match="journalctl ended: Failed to seek to cursor"):
            await watcher.trigger()


async def test_check_in_says_that_journalctl_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the journal cannot be chosen; files can."""
    assert monitor_event_log.limits_func() == ()
    monkeypatch.setenv("PATH", "")
    assert monitor_event_log.limits_func() == (
        Limit("journalctl is not installed, so the journal cannot be read (log files can)", "event_log", ("journal",)),
    )
    ctx = RehearsalContext(cursor=":journal\n@0")
    async with armed(monitor_event_log, ctx, event_log="journal") as watcher:
        with pytest.raises(ActivityFailed, match="journalctl is missing"):
            await watcher.trigger()
