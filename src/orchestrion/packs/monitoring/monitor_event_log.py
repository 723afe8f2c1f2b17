"""Monitor Event Log: new entries of the journal or of a log file."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import anyio.to_thread
from pydantic import ValidationError

from orchestrion.packs.monitoring.journal import cursor_of_now, is_missing, journal_entries
from orchestrion.packs.monitoring.log_entry import (
    INFORMATION,
    LogEntry,
    MessageFilter,
    category_of,
    filter_of,
    type_of,
)
from orchestrion.packs.monitoring.log_file import FileLine, Position, end_of, follow
from orchestrion.packs.monitoring.syslog_line import parsed
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    Limit,
    PublishedModel,
    RunContext,
    Trigger,
    field,
    is_this_computer,
    item,
    monitor,
)

JOURNAL = "journal"


class MonitorEventLogInputs(ActivityInputs):
    """Which log, and which of its entries."""

    computer: str = field("Computer", default="localhost", kind="computer", help="Logs of the runbook server itself.")
    event_log: str = field("Event log", default=JOURNAL, help="journal, or the full path of a log file.")
    journal_directory: str = field(
        "Journal directory",
        default="",
        kind="path",
        help="A folder with journal files to read instead of the system's.",
        shown_when=("event_log", [JOURNAL]),
    )
    filters: list[MessageFilter] = field(
        "Message filters", default=[], help="All must match. Case does not matter. Without any, every entry counts."
    )


class MonitorEventLogPublished(PublishedModel):
    """One entry of the log."""

    event_log_name: str | None = item("Event log name")
    computer: str | None = item("Computer", description="Whose log it is.")
    log_entry_description: str | None = item("Log entry description")
    log_entry_id: int | None = item("Log Entry ID", description="Only where the entry has a number (EVENT_ID).")
    log_entry_source: str | None = item("Log Entry source")
    log_entry_computer: str | None = item("Log Entry computer", description="Where the event arose.")
    log_entry_type: str | None = item("Log Entry type", description="Error, Warning or Information.")
    log_entry_date: datetime | None = item("Log Entry date", description="The moment of the entry, in UTC.")
    log_entry_time: datetime | None = item("Log Entry time", description="The moment of the entry, in UTC.")


@monitor("Monitor Event Log", category="Monitoring", guarantee="replayable", published=MonitorEventLogPublished)
async def monitor_event_log(inputs: MonitorEventLogInputs, ctx: RunContext) -> AsyncIterator[Trigger]:
    """Start the runbook on new entries of the journal or of a log file that pass the filters.

    Effect class `read`; guarantee `replayable`: the cursor is journald's own, or a place in a file that is found again
    after rotation, so that entries written while nobody listened are reported. Without a cursor only entries written
    after arming count. Log files have lines as syslog daemons write them (RFC 3164, or a precise time as in RFC 3339);
    any other line is an entry of its own, with its text as description. Syslog's severities 0 to 3 are Error, 4 is
    Warning, the rest Information, as is an entry that tells none. Our choices where the documentation is silent: all
    filters must match, date and time both hold the whole moment, and there is no mode for a log that is full, because
    these logs are rotated instead.
    """
    passes = filter_of(inputs.filters)
    source = _source(inputs)
    cursor = ctx.cursor if ctx.cursor and ctx.cursor.startswith(source) else await begin(inputs, ctx)
    place = cursor.removeprefix(source)
    if inputs.event_log == JOURNAL:
        entries = journal_entries(inputs.journal_directory, place, ctx)
    else:
        entries = _file_entries(_path(inputs), _position(place), ctx)
    async with aclosing(entries):
        async for entry in entries:
            if passes(entry):
                yield Trigger(_published(inputs, entry), source + entry.cursor, entry.key)


@monitor_event_log.begin
async def begin(inputs: MonitorEventLogInputs, ctx: RunContext) -> str:
    """The end of the log at this moment."""
    if not is_this_computer(inputs.computer):
        raise ActivityFailed(
            f"The logs of '{inputs.computer}' cannot be read from here. Run the runbook on a server on that computer, "
            "or let that computer forward its log and name the file it arrives in."
        )
    if inputs.event_log == JOURNAL:
        return _source(inputs) + cursor_of_now()
    position = await anyio.to_thread.run_sync(end_of, _path(inputs))
    return _source(inputs) + position.model_dump_json()


def _source(inputs: MonitorEventLogInputs) -> str:
    """What a cursor begins with, so that one of another log is not taken for a place in this one."""
    return f"{inputs.journal_directory if inputs.event_log == JOURNAL else ''}:{inputs.event_log}\n"


@monitor_event_log.limits
def what_is_missing() -> tuple[Limit, ...]:
    """The journal needs journalctl."""
    reason = "journalctl is not installed, so the journal cannot be read (log files can)"
    return (Limit(reason, input="event_log", values=(JOURNAL,)),) if is_missing() else ()


def _path(inputs: MonitorEventLogInputs) -> Path:
    path = Path(inputs.event_log)
    if not path.is_absolute():
        raise ActivityFailed(f"There is no event log '{inputs.event_log}'. Write journal, or the full path of a file.")
    return path


def _position(cursor: str) -> Position:
    try:
        return Position.model_validate_json(cursor)
    except ValidationError:
        raise ActivityFailed(f"The cursor '{cursor}' is no place in a log file.") from None


async def _file_entries(path: Path, start: Position, ctx: RunContext) -> AsyncGenerator[LogEntry]:
    ctx.log(f"Reading {path} from byte {start.offset}.")
    async with aclosing(follow(path, start)) as lines:
        async for line in lines:
            yield _entry(line, datetime.now(UTC))  # noqa: TID251 - when it was read: lines do not name their year


def _entry(line: FileLine, now: datetime) -> LogEntry:
    found = parsed(line.text, now)
    cursor = line.after.model_dump_json()
    if found is None:
        return LogEntry(line.text, "", "", INFORMATION, now, cursor, line.key)
    return LogEntry(
        description=found.text,
        source=found.tag,
        computer=found.host,
        type=INFORMATION if found.severity is None else type_of(found.severity),
        moment=found.moment,
        cursor=cursor,
        key=line.key,
        category="" if found.facility is None else category_of(found.facility),
    )


def _published(inputs: MonitorEventLogInputs, entry: LogEntry) -> MonitorEventLogPublished:
    moment = entry.moment.astimezone(UTC)
    return MonitorEventLogPublished(
        event_log_name=inputs.event_log,
        computer=inputs.computer,
        log_entry_description=entry.description,
        log_entry_id=entry.event_id,
        log_entry_source=entry.source,
        log_entry_computer=entry.computer,
        log_entry_type=entry.type,
        log_entry_date=moment,
        log_entry_time=moment,
    )
