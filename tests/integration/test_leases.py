"""Leases of runbook servers on a real PostgreSQL: busy ones keep them, stopped ones lose them (durability.md 5)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import httpx2
import pytest

from orchestrion.ports.journal import Fence, FencedError
from orchestrion.ports.servers import Registration, ServerState
from orchestrion.runbookserver.clock import SystemClock
from orchestrion.runbookserver.heartbeat import Heartbeat
from orchestrion.runbookserver.lease import CutOffError, LocalLease
from orchestrion.storage.database import PostgresDatabase
from orchestrion.storage.hearts import ThreadHearts
from orchestrion.storage.migrate import migrate
from tests.integration.test_separate_servers import take_token
from tests.services.orchestrion import RUNBOOK_SERVER, OrchestrionProcess
from tests.services.postgres import Cluster, Database
from tests.services.waiting import eventually

LEASE, BEAT = 2.0, 0.2
TEXT = """\
orchestrion: runbook/1
name: Two steps
activities:
  wait:
    type: system.run-script
    name: Wait
    inputs: {{type: Shell, script: 'while [ ! -e {gate} ]; do sleep 0.1; done'}}
  note: {{type: system.run-script, name: Note, inputs: {{type: Shell, script: 'echo noted >> {notes}'}}}}
links: [{{from: wait, to: note}}]
"""


class Beating:
    """One server's heart and the watch over its lease, on a loop that a test may block."""

    def __init__(self, url: str, fence: Fence) -> None:
        clock = SystemClock()
        sent_at = clock.steady()
        self.state = ServerState()
        self.lease = LocalLease(clock, LEASE)
        self.lease.granted(sent_at)
        self.heartbeat = Heartbeat(clock, fence, self.lease, BEAT, self.state)
        self.hearts = ThreadHearts(url)

    async def live(self, block_seconds: float) -> None:
        """Beats, and blocks the loop; raises what ends the life within a lease after that."""
        async with anyio.create_task_group() as group:
            group.start_soon(self.hearts.drive, self.heartbeat.beat_on)
            group.start_soon(self.heartbeat.watch, lambda: None)
            await anyio.sleep(2 * BEAT)
            time.sleep(block_seconds)  # noqa: ASYNC251 - this is what is tested
            await anyio.sleep(LEASE)
            group.cancel_scope.cancel()


async def registered(url: str) -> Fence:
    """A server in a new database."""
    await migrate(url)
    database = PostgresDatabase(url)
    server = await database.write(
        lambda tx: tx.servers.register(Registration("s", "1", 10, LEASE), SystemClock().now())
    )
    await database.close()
    return Fence(server.id, server.epoch)


@pytest.mark.anyio
async def test_a_loop_that_is_busy_keeps_its_lease(postgres_database: Database) -> None:
    """The heart beats in a thread over a connection of its own: nearly a whole lease without a turn does no harm."""
    beating = Beating(postgres_database.url, await registered(postgres_database.url))
    await beating.live(0.9 * LEASE)
    assert beating.lease.seconds_left > 0


@pytest.mark.anyio
async def test_a_loop_that_is_stuck_loses_its_lease(postgres_database: Database) -> None:
    """After a whole lease without a turn the heart is silent, so that others may take the work over."""
    beating = Beating(postgres_database.url, await registered(postgres_database.url))
    with pytest.raises(ExceptionGroup) as raised:
        await beating.live(2.2 * LEASE)
    assert raised.group_contains(CutOffError)


@pytest.mark.anyio
async def test_a_server_that_was_taken_for_dead_learns_it_from_its_heart(postgres_database: Database) -> None:
    """Within a second, whether it writes anything or not."""
    fence = await registered(postgres_database.url)
    await registered(postgres_database.url)
    with pytest.raises(ExceptionGroup) as raised:
        await Beating(postgres_database.url, fence).live(0)
    assert raised.group_contains(FencedError)


@pytest.mark.anyio
async def test_an_outage_is_told_once_and_ends_the_lease(own_postgres_cluster: Cluster) -> None:
    """The state says since when the database is away; the server is cut off before its lease ends there."""
    url = own_postgres_cluster.create_database().url
    beating = Beating(url, await registered(url))
    own_postgres_cluster.stop("immediate")
    with pytest.raises(ExceptionGroup) as raised:
        await beating.live(0)
    assert raised.group_contains(CutOffError)
    assert beating.state.away_since is not None


@pytest.fixture
def start(
    start_orchestrion: Callable[..., OrchestrionProcess], postgres_database: Database, tmp_path: Path
) -> Callable[..., OrchestrionProcess]:
    """Starts a server with a short lease."""
    config = tmp_path / "orchestrion.toml"
    config.write_text(f"lease_seconds = {LEASE}\nbeat_seconds = {BEAT}\n")
    shared = ("--database", postgres_database.url, "--key-file", str(tmp_path / "master.key"), "--config", str(config))
    return lambda command, *arguments: start_orchestrion(*shared, *arguments, command=command)


def test_a_stopped_server_does_nothing_more_when_it_goes_on(
    start: Callable[..., OrchestrionProcess], tmp_path: Path
) -> None:
    """Another server holds what it did in doubt; its own late outcome answers that, and what follows happens once."""
    gate, notes = tmp_path / "gate", tmp_path / "notes"
    web = start("web")
    with httpx2.Client(base_url=f"{web.address}/api/v1", trust_env=False, timeout=30) as client:
        take_token(web.process, client)
        one = start(RUNBOOK_SERVER, "--name", "one")
        files = [{"path": "two.yaml", "text": TEXT.format(gate=gate, notes=notes)}]
        client.post("/runbooks/import", json={"files": files}).raise_for_status()
        job = client.post("/runbooks/by-path/start", json={"path": "Two steps"}).json()["id"]
        eventually(lambda: client.get(f"/jobs/{job}").json()["status"] == "running", "the run to start")
        start(RUNBOOK_SERVER, "--name", "two")
        os.kill(one.process.pid, signal.SIGSTOP)
        eventually(lambda: client.get("/doubts").json(), "the other server to take the run over")
        gate.touch()
        os.kill(one.process.pid, signal.SIGCONT)
        ended = client.get(f"/jobs/{job}", params={"wait": 20}).json()
    assert ended["status"] == "success"
    assert notes.read_text() == "noted\n"
