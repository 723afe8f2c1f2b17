"""Entries of systemd's journal, read by journalctl."""

import json
import shutil
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from orchestrion.packs.monitoring.log_entry import INFORMATION, LogEntry, category_of, type_of
from orchestrion.sdk import ActivityFailed, Json, ProgramRequest, RunContext, open_program

Fields: TypeAlias = Mapping[str, Json]

JOURNALCTL = "journalctl"
_SINCE = "@"  # a cursor of ours that begins with it is a moment; journald's own begin with s=
_MICROSECONDS = 1_000_000
_MACHINE_ID = Path("/etc/machine-id")


def cursor_of_now() -> str:
    """A cursor behind every entry written so far."""
    return f"{_SINCE}{time.time():.6f}"


def is_missing() -> bool:
    """Whether this computer has no journalctl."""
    return shutil.which(JOURNALCTL) is None


async def journal_entries(directory: str, cursor: str, ctx: RunContext) -> AsyncGenerator[LogEntry]:
    """Entries behind the cursor, old ones first and then as they are written. Raises ActivityFailed when it ends."""
    if is_missing():
        raise ActivityFailed("journalctl is missing on this runbook server, so its journal cannot be read.")
    async with open_program(ProgramRequest(_command(directory, cursor))) as program:
        ctx.log(f"Reading the journal behind {cursor}.")
        async for line in program.lines():
            entry = entry_of(json.loads(line))
            if not _is_before(entry, cursor):
                yield entry
        ended = await program.end()
    reason = ended.stderr.decode(errors="replace").strip() or f"exit code {ended.exit_code}"
    raise ActivityFailed(f"journalctl ended: {reason}")


def _command(directory: str, cursor: str) -> list[str]:
    """All entries of all boots (hence --merge, which also opens an empty directory), of this machine alone."""
    start = f"--since={cursor}" if cursor.startswith(_SINCE) else f"--after-cursor={cursor}"
    command = [JOURNALCTL, "--output=json", "--follow", "--no-tail", "--all", "--merge", "--no-pager", start]
    if directory:
        return [*command, f"--directory={directory}"]
    return [*command, f"_MACHINE_ID={_MACHINE_ID.read_text().strip()}"] if _MACHINE_ID.is_file() else command


def _is_before(entry: LogEntry, cursor: str) -> bool:
    return cursor.startswith(_SINCE) and entry.moment.timestamp() < float(cursor.removeprefix(_SINCE))


def entry_of(fields: Fields) -> LogEntry:
    """The entry in journald's JSON form, in which a value may be text, a list of texts, or a list of bytes."""
    priority, facility = _number(fields, "PRIORITY"), _number(fields, "SYSLOG_FACILITY")
    return LogEntry(
        description=_text(fields, "MESSAGE"),
        source=next(_texts(fields, "SYSLOG_IDENTIFIER", "_COMM", "_SYSTEMD_UNIT"), ""),
        computer=_text(fields, "_HOSTNAME"),
        type=INFORMATION if priority is None else type_of(priority),
        moment=datetime.fromtimestamp(int(_text(fields, "__REALTIME_TIMESTAMP")) / _MICROSECONDS, UTC),
        cursor=_text(fields, "__CURSOR"),
        key=_text(fields, "__CURSOR"),
        category="" if facility is None else category_of(facility),
        event_id=_number(fields, "EVENT_ID"),
    )


def _texts(fields: Fields, *names: str) -> Iterator[str]:
    return (text for name in names if (text := _text(fields, name)))


def _text(fields: Fields, name: str) -> str:
    match fields.get(name):
        case None:
            return ""
        case [int(), *_] as data:
            return bytes(byte for byte in data if isinstance(byte, int)).decode(errors="replace")
        case [first, *_]:
            return str(first)
        case value:
            return str(value)


def _number(fields: Fields, name: str) -> int | None:
    text = _text(fields, name)
    return int(text) if text.isascii() and text.isdecimal() else None
