"""A private PostgreSQL cluster: its own data, its own port on loopback, its own user, durable like a real one."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.services import session
from tests.services.network import LOOPBACK, find_free_port

SUPERUSER = "postgres"
START_SECONDS = "60"
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}

numbers = count(1)


@dataclass(frozen=True)
class Database:
    """One empty database of a running cluster."""

    port: int
    name: str

    @property
    def url(self) -> str:
        """The address as `--database` takes it; no password, loopback is trusted."""
        return f"postgresql://{SUPERUSER}@{LOOPBACK}:{self.port}/{self.name}"


def binaries() -> Path:
    """The folder with initdb, pg_ctl and the clients: what PG_CONFIG says, else the newest that Debian has."""
    if named := os.environ.get("PG_CONFIG"):
        return Path(subprocess.run([named, "--bindir"], check=True, capture_output=True, text=True).stdout.strip())
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if installed:
        return installed[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    pytest.fail("PostgreSQL is not installed: run scripts/install-test-needs")


def run_as_owner(program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs, not as root (its server refuses that); gives its output."""
    account = SUPERUSER if os.geteuid() == 0 else None
    groups: list[int] | None = [] if account else None
    command = [str(binaries() / program), *arguments]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd="/", user=account, group=account, extra_groups=groups
    )
    if done.returncode != 0:
        raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")
    return done.stdout


class Cluster:
    """A cluster below one folder; methods may be called from any process that knows the folder."""

    def __init__(self, folder: Path, *, network: str = "") -> None:
        """The folder holds `data`, the Unix socket, the log and the port that was chosen.

        A network, such as 10.1.2.0/30, is trusted like the loopback.
        """
        self.folder = folder
        self._network = network
        self.data = folder / "data"

    @property
    def port(self) -> int:
        """The port on 127.0.0.1, chosen once."""
        return int((self.folder / "port").read_text())

    @property
    def log(self) -> str:
        """What the server has logged."""
        return (self.folder / "log").read_text()

    def create(self) -> None:
        """Make the cluster; the folder must exist and be empty."""
        (self.folder / "port").write_text(str(find_free_port()))
        if os.geteuid() == 0:
            owner = pwd.getpwnam(SUPERUSER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        run_as_owner(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        if self._network:
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {self._network} trust\n")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        addresses = "*" if self._network else LOOPBACK
        settings = {**SETTINGS, "listen_addresses": addresses, "unix_socket_directories": str(self.folder)}
        flags = " ".join([f"-p {self.port}", *(f"-c {name}={value}" for name, value in settings.items())])
        # The log keeps pg_ctl's output pipe from being held open by the server.
        log = str(self.folder / "log")
        run_as_owner("pg_ctl", "-D", str(self.data), "-w", "-t", START_SECONDS, "-l", log, "-o", flags, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` in order, `immediate` as a crash would, without a checkpoint."""
        run_as_owner("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def is_running(self) -> bool:
        """Whether the server's process is there."""
        with suppress(RuntimeError):
            run_as_owner("pg_ctl", "-D", str(self.data), "status")
            return True
        return False

    def create_database(self, template: str = "template1") -> Database:
        """A fresh database, as a copy of `template` (which nobody may be connected to)."""
        name = f"test_{os.getpid()}_{next(numbers)}"
        self._client("createdb", "--template", template, name)
        return Database(self.port, name)

    def drop_database(self, database: Database) -> None:
        """Remove the database; connections that are left are ended."""
        self._client("dropdb", "--force", "--if-exists", database.name)

    def query(self, database: Database, sql: str) -> str:
        """What psql prints for the statement, one row per line, columns separated by `|`."""
        return self._client("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, database.name).strip()

    def _client(self, program: str, *arguments: str) -> str:
        return run_as_owner(program, "-h", LOOPBACK, "-p", str(self.port), "-U", SUPERUSER, *arguments)


def shared_cluster() -> Cluster:
    """The cluster of this test run, started by whoever asks first."""
    folder = session.shared_folder() / "postgres"
    with session.shared_lock("postgres"):
        cluster = Cluster(folder)
        if not (folder / "started").exists():
            folder.mkdir(exist_ok=True)
            cluster.create()
            cluster.start()
            (folder / "started").touch()
    return cluster


def pytest_unconfigure() -> None:
    """Stop the cluster of this test run, if anybody asked for it; its data is thrown away."""
    cluster = Cluster(session.shared_folder() / "postgres")
    if not session.is_worker() and cluster.data.exists() and cluster.is_running():
        cluster.stop("immediate")


@contextmanager
def fresh_database(cluster: Cluster) -> Iterator[Database]:
    """A database that is dropped at the end."""
    database = cluster.create_database()
    try:
        yield database
    finally:
        cluster.drop_database(database)


@pytest.fixture(scope="session")
def postgres_cluster() -> Cluster:
    """The one cluster that all tests of this run share; do not stop it."""
    return shared_cluster()


@pytest.fixture
def postgres_database(postgres_cluster: Cluster) -> Iterator[Database]:
    """An empty database for one test."""
    with fresh_database(postgres_cluster) as database:
        yield database


@pytest.fixture(scope="module")
def module_postgres_database(postgres_cluster: Cluster) -> Iterator[Database]:
    """An empty database for the tests of one module."""
    with fresh_database(postgres_cluster) as database:
        yield database


@contextmanager
def fresh_cluster(*, network: str = "") -> Iterator[Cluster]:
    """A running cluster that is stopped at the end, whatever became of it."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="pg-", dir=session.shared_folder())), network=network)
    cluster.create()
    cluster.start()
    try:
        yield cluster
    finally:
        if cluster.is_running():
            cluster.stop("immediate")


@pytest.fixture
def own_postgres_cluster() -> Iterator[Cluster]:
    """A running cluster for one test that stops, kills or restarts it."""
    with fresh_cluster() as cluster:
        yield cluster
