"""A place to measure in: a fresh database, the product's own processes on it, and jobs that wait for them."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import anyio
import psutil
from uuid_utils import uuid7

from orchestrion.bootstrap.composition import Core, migrated, opened
from orchestrion.model.access import SYSTEM
from orchestrion.services.import_files import ImportFile
from orchestrion.services.jobs import StartRequest
from orchestrion.settings import Settings
from orchestrion.storage.wakeups import PostgresWakeups
from tests.bench.sql import Sql, connect
from tests.services import postgres
from tests.services.processes import ReadProcess

COMMAND = Path(sys.executable).parent / "orchestrion"
CLUSTER_SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}  # the rest as PostgreSQL comes, with fsync
_READY = ("Orchestrion is ready at ", "The runbook server ")
_READY_SECONDS = 60
_GROWING = ("execution", "signal", "instance", "job")
_QUEUED_AT_ONCE = 50_000


@dataclass
class Place:
    """One database; `settings` are those of the first server."""

    kind: str
    folder: Path
    settings: Settings
    sql: Sql
    cluster: postgres.Cluster | None = None

    @property
    def url(self) -> str:
        """The database's address."""
        return self.settings.database_url

    @asynccontextmanager
    async def core(self) -> AsyncIterator[Core]:
        """The product's services in this process."""
        async with opened(self.settings) as core, anyio.create_task_group() as group:
            if isinstance(core.wakeups, PostgresWakeups):
                group.start_soon(core.wakeups.run)
            yield core
            group.cancel_scope.cancel()

    async def import_runbook(self, text: str) -> str:
        """Checks a runbook in, and gives its id."""
        async with self.core() as core, serving(core):
            done = await core.services.imports.import_files(SYSTEM, [ImportFile("Bench/runbook.yaml", text)])
        assert done[0].id is not None
        return done[0].id

    async def make_template(self, runbook_id: str) -> None:
        """Puts a job and its instance aside as a started one leaves them, for any number of copies."""
        async with self.core() as core:
            job = await core.services.jobs.start(SYSTEM, StartRequest(runbook_id))
        await self.sql.run(
            *(f"DROP TABLE IF EXISTS bench_{table}" for table in ("job", "instance")),
            f"CREATE TABLE bench_job AS SELECT * FROM job WHERE id = '{job.id}'",
            f"CREATE TABLE bench_instance AS SELECT * FROM instance WHERE job_id = '{job.id}'",
            f"DELETE FROM instance WHERE job_id = '{job.id}'",
            f"DELETE FROM job WHERE id = '{job.id}'",
        )

    async def queue(self, count: int) -> None:
        """Makes so many jobs that wait for their turn: their runbook has as many running as it may."""
        unadmitted = "SET admitted = false, instance_count = 0, latest_instance_id = NULL"
        await self.sql.run("CREATE TABLE bench_queued AS SELECT * FROM bench_job", f"UPDATE bench_queued {unadmitted}")
        for first in range(0, count, _QUEUED_AT_ONCE):
            ids = [str(uuid7()) for _ in range(min(_QUEUED_AT_ONCE, count - first))]
            await self.sql.copies("job", "bench_queued", {"id": ids})
        await self.sql.run("ANALYZE")

    async def release(self, count: int) -> str:
        """Makes so many jobs at once, ready to be claimed; gives the moment that tells them from others."""
        jobs, instances = ([str(uuid7()) for _ in range(count)] for _ in range(2))
        stamp = [datetime.now(UTC).isoformat(timespec="microseconds")] * count
        await self.sql.copies("job", "bench_job", {"id": jobs, "latest_instance_id": instances, "created_at": stamp})
        await self.sql.copies("instance", "bench_instance", {"id": instances, "job_id": jobs, "created_at": stamp})
        await self.sql.announce("work ")
        return stamp[0]

    async def size(self) -> dict[str, int]:
        """Bytes of the tables that runs fill, with their indexes; of the whole file on SQLite."""
        if self.kind == "sqlite":
            return {"file": sum(each.stat().st_size for each in self.folder.glob("orchestrion.db*"))}
        sizes = ", ".join(f"pg_total_relation_size('{name}')" for name in _GROWING)
        return dict(zip(_GROWING, (await self.sql.rows(f"SELECT {sizes}"))[0], strict=True))

    @contextmanager
    def servers(self, count: int, capacity: int) -> Iterator[list[ReadProcess]]:
        """So many processes of the product with so many slots each: `up` on SQLite, else runbook servers."""
        started = [self._server(number, capacity) for number in range(1, count + 1)]
        try:
            for each in started:
                each.wait_for_line(_READY[0] if self.kind == "sqlite" else _READY[1], _READY_SECONDS)
            yield started
        finally:
            for each in started:
                each.stop()

    def _server(self, number: int, capacity: int) -> ReadProcess:
        where = ["--data-dir", str(self.folder), "--database", self.url, "--log-level", "warning"]
        which = ["up", "--port", "0"] if self.kind == "sqlite" else ["runbook-server"]
        own = ["--name", f"bench-{number}", "--capacity", str(capacity)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ORCHESTRION_")}
        token = {} if self.kind == "sqlite" else _enrolment(self.url)
        return ReadProcess([str(COMMAND), *which, *where, *own], cwd=self.folder, env=clean | token)

    def database_processes(self) -> list[psutil.Process]:
        """The processes of the database, none for SQLite."""
        if self.cluster is None:
            return []
        head = psutil.Process(int((self.cluster.data / "postmaster.pid").read_text().splitlines()[0]))
        return [head, *head.children()]


def _enrolment(url: str) -> dict[str, str]:
    """What lets a server in; revisions before enrolment let in any."""
    if find_spec("orchestrion.services.enrolment") is None:
        return {}
    from tests.services.enrolment import enrolment_token  # noqa: PLC0415 - needs a revision that has it

    return {"ORCHESTRION_ENROL": enrolment_token(url)}


@asynccontextmanager
async def serving(core: Core) -> AsyncIterator[None]:
    """A runbook server in this process."""
    server = core.runbook_server()
    async with anyio.create_task_group() as group:
        group.start_soon(server.run)
        await server.started.wait()
        yield
        group.cancel_scope.cancel()


@asynccontextmanager
async def fresh_place(kind: str) -> AsyncIterator[Place]:
    """A new database of the kind `sqlite` or `postgresql`, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="orchestrion-bench-") as name, _database(kind, Path(name)) as found:
        url, cluster = found
        settings = Settings(data_dir=Path(name) / "data", database=url, name="bench-1")
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await migrated(settings)
        sql = await connect(url)
        yield Place(kind, settings.data_dir, settings, sql, cluster)
        await sql.close()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, postgres.Cluster | None]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'data' / 'orchestrion.db'}", None
        return
    with cluster(folder) as running:
        yield running.create_database().url, running


@contextmanager
def cluster(folder: Path) -> Iterator[postgres.Cluster]:
    """A cluster of our own below the folder."""
    folder.chmod(0o755)  # PostgreSQL runs as a user of its own
    postgres.SETTINGS.update(CLUSTER_SETTINGS)
    (folder / "postgres").mkdir()
    made = postgres.Cluster(folder / "postgres")
    made.create()
    made.start()
    try:
        yield made
    finally:
        made.stop("immediate")


def processor_seconds(processes: Sequence[psutil.Process]) -> float:
    """What these processes have used so far, without those that have ended."""
    total = 0.0
    for each in processes:
        try:
            used = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total
