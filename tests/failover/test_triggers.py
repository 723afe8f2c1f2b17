"""Monitors count while their servers are killed: every number is stored once and has one instance."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from pydantic import SecretStr

from orchestrion.bootstrap.composition import Core, migrated, opened
from orchestrion.model.access import SYSTEM
from orchestrion.model.values import Json
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.transaction import Transaction
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.services.jobs import StartRequest
from orchestrion.settings import Settings
from tests.failover.site import BEAT_SECONDS, LEASE_SECONDS, Server
from tests.kill.place import ROOT
from tests.services import session
from tests.services.orchestrion import COMMAND, RUNBOOK_SERVER, clean_environment
from tests.services.postgres import Database
from tests.services.waiting import eventually

SERVERS = ("a", "b", "c")
MOST_LIVES = 1000
SEED = 20261122
WAIT_SECONDS = 3600.0  # for any one thing, on a machine that does much else; pytest ends it sooner
_COUNTED = "SELECT coalesce(sum(cursor::int), 0) FROM monitor"
_OPEN = "SELECT count(*) FROM trigger_seen WHERE outcome IS NULL"
_FIGURES = """
    SELECT count(*), count(DISTINCT (job_id, key)), count(DISTINCT instance_id), (SELECT count(*) FROM instance)
    FROM trigger_seen"""
_OUTCOMES = "SELECT outcome, count(*) FROM trigger_seen GROUP BY outcome"
_Rows = list[tuple[object, ...]]


class Counting:
    """Monitors that count together, on three servers that may die."""

    def __init__(self, folder: Path, url: str, portal: BlockingPortal) -> None:
        self._settings = Settings(data_dir=folder, database=SecretStr(url), key_file=folder / "master.key")
        self._portal = portal
        self._dice = random.Random(SEED)
        token = portal.call(_create, self._settings)
        self._servers = [_server(folder, url, name, token) for name in SERVERS]
        self._connection = portal.call(asyncpg.connect, url)

    def count(self, total: int, monitors: int, kills: int) -> None:
        """Kills a server at so many random moments, and starts it again; returns when nothing is left to do."""
        self._portal.call(_start_monitors, self._settings, monitors, total // monitors)
        for server in self._servers:
            server.begin()
        for moment in sorted(self._dice.sample(range(1, total), kills)):
            self._until(_COUNTED, moment, total)
            victim = self._dice.choice(self._servers)
            victim.kill()
            victim.begin()
        self._until(_COUNTED, total, total)
        self._until(_OPEN, 0, 0)

    def rows(self, query: str) -> _Rows:
        """What a query gives."""
        return [tuple(row) for row in self._portal.call(self._connection.fetch, query)]

    def close(self) -> None:
        """No server lives on."""
        for server in self._servers:
            server.close()
        self._portal.call(self._connection.close)

    def _until(self, query: str, least: int, most: int) -> None:
        """Waits until a number in the database is within bounds."""
        number = partial(self._portal.call, self._connection.fetchval, query)
        eventually(lambda: least <= number() <= most, f"{query} to reach {least}", WAIT_SECONDS)


def _server(folder: Path, url: str, name: str, token: str) -> Server:
    own = folder / name
    own.mkdir()
    environment = {
        "ORCHESTRION_DATA_DIR": str(own),
        "ORCHESTRION_DATABASE": url,
        "ORCHESTRION_ENROL": token,
        "ORCHESTRION_KEY_FILE": str(folder / "master.key"),
        "ORCHESTRION_LEASE_SECONDS": str(LEASE_SECONDS),
        "ORCHESTRION_BEAT_SECONDS": str(BEAT_SECONDS),
        "PYTHONPATH": f"{folder}:{ROOT / 'src'}:{ROOT}",
    }
    command = [str(COMMAND), RUNBOOK_SERVER, "--name", name]
    return Server(name, command, "The runbook server ", {**clean_environment(), **environment}, own)


async def _create(settings: Settings) -> str:
    """Makes the database's tables; gives a token with which servers enrol, however often they die."""
    await migrated(settings)
    async with opened(settings) as core:
        return (await core.services.enrolment.create(SYSTEM, MOST_LIVES)).secret


async def _start_monitors(settings: Settings, monitors: int, each: int) -> None:
    """Starts the monitors: whoever serves first finds their jobs."""
    async with opened(settings) as core:
        for number in range(monitors):
            await _start(core, f"Count {number}", each)


async def _start(core: Core, name: str, each: int) -> None:
    runbook_id = await core.database.write(lambda tx: _add(tx, name, each))
    await core.services.jobs.start(SYSTEM, StartRequest(runbook_id))


def _add(tx: Transaction, name: str, each: int) -> str:
    """Stores a runbook as its first check-in would."""
    now = SystemClock().now()
    document: dict[str, Json] = {
        "orchestrion": "runbook/1",
        "name": name,
        "settings": {"max_monitor_instances": 50},
        "activities": {
            "count": {"type": "counting.count", "inputs": {"last": each}},
            "take": {"type": "counting.take", "inputs": {"number": '{{ count["Number"] }}'}},
        },
        "links": [{"from": "count", "to": "take"}],
    }
    runbook = tx.runbooks.add(tx.folders.root().id, name, now)
    tx.runbooks.add_version(VersionRecord(runbook.id, 1, SYSTEM.id, now, "", document), True, 1, "")
    return runbook.id


def _install(folder: Path) -> None:
    """The pack that counts is there for the servers like any other pack."""
    metadata = folder / "counting_pack-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: counting-pack\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[orchestrion.packs]\ncounting = tests.failover.counting:MANIFEST\n")


@pytest.fixture
def counting(postgres_database: Database) -> Iterator[Counting]:
    """An installation on PostgreSQL, without a server yet."""
    with (
        tempfile.TemporaryDirectory(prefix="count-", dir=session.shared_folder()) as folder,
        start_blocking_portal("asyncio") as portal,
    ):
        _install(Path(folder))
        made = Counting(Path(folder), postgres_database.url, portal)
        yield made
        made.close()


def judge(counting: Counting, total: int, monitors: int, kills: int) -> None:
    """Every number has one trigger, every trigger one instance, and there is no other instance."""
    begun = time.monotonic()
    counting.count(total, monitors, kills)
    assert counting.rows(_FIGURES) == [(total,) * 4]
    assert counting.rows(_OUTCOMES) == [("success", total)]
    seconds = time.monotonic() - begun
    print(f"\ntriggers: {total} in {seconds:.0f} s, {kills} kills, one instance each")  # noqa: T201 - the proof's figures


@pytest.mark.timeout(300)
def test_every_trigger_has_one_instance_whoever_dies(counting: Counting) -> None:
    """Three servers, killed at random moments while fifty monitors count."""
    judge(counting, 3_000, monitors=50, kills=5)


@pytest.mark.soak
def test_a_hundred_thousand_triggers_have_one_instance_each(counting: Counting) -> None:
    """The same for long."""
    judge(counting, 100_000, monitors=200, kills=40)
