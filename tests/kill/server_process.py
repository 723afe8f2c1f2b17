"""`python -m tests.kill.server_process`: runbook servers as processes that begin fast.

It imports the product once and forks a process for each order on its standard input, before anything runs in it. What
runs in a process is the product, composed by its own composition root; only the journal tells of its commits, and the
times are shorter.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NoReturn

import anyio
from pydantic import SecretStr

from orchestrion.bootstrap.composition import Core, opened
from orchestrion.bootstrap.data_folder import locked
from orchestrion.bootstrap.running import _running, _start
from orchestrion.observability.logging import set_up_logging
from orchestrion.packhost.discovery import EntryPointCatalogue
from orchestrion.runbookserver.service import RunbookServerService
from orchestrion.settings import Settings
from orchestrion.storage.journal import SqlJournal
from tests.kill.asking import VARIABLE, ask_and_block
from tests.kill.journal import AnnouncingJournal

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Order:
    """One server to start: its data folder, its database, its times in seconds, and where it says what happens."""

    name: str
    data_dir: str
    database: str | None
    target: str
    log: str
    beat_seconds: float
    lease_seconds: float

    def line(self) -> bytes:
        """The order as it is given."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @property
    def settings(self) -> Settings:
        """The settings that `orchestrion` would have read from its flags."""
        return settings(Path(self.data_dir), self.database, self.name)


def settings(data_dir: Path, database: str | None, name: str = "a") -> Settings:
    """Settings with the values that matter here; without a database, it is a file in the data folder."""
    url = None if database is None else SecretStr(database)
    return Settings(data_dir=data_dir, database=url, name=name)


def composed(core: Core, order: Order) -> RunbookServerService:
    """The product's own runbook server with a journal that speaks, and with the order's times."""
    service = core.runbook_server()
    assert isinstance(service._outside.journal, SqlJournal)
    service._outside = replace(service._outside, journal=AnnouncingJournal(core.database))
    service._options = replace(service._options, beat_seconds=order.beat_seconds, lease_seconds=order.lease_seconds)
    return service


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """The data folder, where the database is a file in it: as `orchestrion up` does."""
    if not settings.is_sqlite:
        yield
        return
    with locked(settings):
        yield


async def serve(order: Order) -> None:
    """Runs the server until somebody kills it."""
    with held(order.settings):
        async with opened(order.settings) as core, _running(core) as group:
            await _start(group, composed(core, order))
            await anyio.sleep_forever()


def live(order: Order) -> NoReturn:
    """The life of one process, from right after the fork; it ends with this program at the latest."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.environ[VARIABLE] = order.target
    set_up_logging("info", "json")
    ask_and_block(kind="hello", name=order.name)
    anyio.run(serve, order)
    sys.exit(1)


def main() -> None:
    """Forks for each order until there are no more."""
    EntryPointCatalogue()  # imports the packs before the first fork
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    for line in sys.stdin.buffer:
        if os.fork() == 0:
            live(Order(**json.loads(line)))


if __name__ == "__main__":
    main()
