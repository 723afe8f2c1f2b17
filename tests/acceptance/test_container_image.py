"""The container image, as near to the real thing as a machine without a container engine comes.

The instructions of the Containerfile are carried out on this machine's own system in place of the base images, and
what comes out is started.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.services.container_build import Build, Stage
from tests.services.machine import SOURCES, Machine
from tests.services.network import find_free_port
from tests.services.postgres import binaries
from tests.services.processes import ReadProcess
from tests.unit.deployment.files import compose
from tests.unit.test_docs import GUIDE, blocks

ROOT = Path(__file__).resolve().parents[2]
DATABASE_IMAGE_USER = "999:999"
# As the image of PostgreSQL does: no password on its own socket while it prepares, passwords over the network.
DATABASE = """
set -eu
install -d -o postgres /var/lib/database /var/run/postgresql
as_owner() { runuser -u postgres -- "$@"; }
as_owner "$1/initdb" -D /var/lib/database --auth-local=trust --auth-host=scram-sha-256 --no-sync >/dev/null
as_owner "$1/pg_ctl" -D /var/lib/database -w -l /var/lib/database/log -o "-p $2 -c listen_addresses=127.0.0.1" start
echo "127.0.0.1 database" >> /etc/hosts
install -d /run/secrets
cp -p "$3/master.key" /run/secrets/master_key
cp -p "$3/database-password" /run/secrets/database_password
"""
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def image(new_machine: Callable[[], Machine]) -> Stage:
    """The last stage of the build, on a system that has never seen the product."""
    return Build(ROOT, new_machine).run(ROOT / "deploy" / "Containerfile")


def inside(image: Stage, *arguments: str) -> str:
    """What the image's entry point says to other arguments than its own."""
    return image.machine.run(*image.entry, *arguments, user=image.user, folder=image.folder, env=image.environment)


@pytest.fixture
def running(image: Stage, tmp_path: Path) -> Iterator[str]:
    """The image, started as its command says, but for the port; gives its address."""
    port = find_free_port()
    line = image.machine.line([*image.entry, *image.command, "--port", str(port)], image.user, image.folder)
    process = ReadProcess(line, tmp_path, image.environment)
    process.wait_for_line("is ready at", 60)
    yield f"http://127.0.0.1:{port}"
    assert image.machine.stop(process) == 0


@pytest.fixture
def database_port(image: Stage) -> Iterator[str]:
    """The database of the Compose file, with the secrets as the guide makes them."""
    port, machine = str(find_free_port()), image.machine
    [secrets] = [body for info, body in blocks(GUIDE / "containers.md") if info == "console" and "umask" in body]
    machine.run("bash", "-ec", secrets, folder=SOURCES)
    machine.run("bash", "-c", DATABASE, "bash", str(binaries()), port, f"{SOURCES}/deploy/secrets")
    variables = {**image.environment, **compose()["services"]["database"]["environment"], "PGPORT": port}
    machine.run("sh", f"{SOURCES}/deploy/postgres/create-database.sh", user=DATABASE_IMAGE_USER, env=variables)
    yield port
    stop = ["-D", "/var/lib/database", "-m", "immediate", "stop"]
    machine.run("runuser", "-u", "postgres", "--", f"{binaries()}/pg_ctl", *stop)


def test_the_services_of_compose_start_with_their_secrets(image: Stage, database_port: str, tmp_path: Path) -> None:
    """Each may read what it needs, as the user it runs as: the web service first, then the runbook servers."""
    with ExitStack() as running:
        for name in ("web", "runbook-server-one", "runbook-server-two"):
            service = compose()["services"][name]
            variables = {**image.environment, **service["environment"]}
            variables["ORCHESTRION_DATABASE"] = variables["ORCHESTRION_DATABASE"].replace("5432", database_port)
            command = [*image.entry, *service["command"], *(["--port", str(find_free_port())] if name == "web" else [])]
            process = ReadProcess(image.machine.line(command, image.user, image.folder), tmp_path, variables)
            running.callback(image.machine.stop, process)
            process.wait_for_line("is ready", 60)


def test_the_image_holds_the_product(image: Stage) -> None:
    """With its version, its front end and the driver of PostgreSQL, as a user who is not root."""
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert inside(image, "--version").strip() == f"Orchestrion {version[1]}"
    packages = image.path("/opt/orchestrion/lib")
    assert list(packages.glob("python3*/site-packages/orchestrion/web/static_files/index.html"))
    assert list(packages.glob("python3*/site-packages/asyncpg"))
    assert image.user.partition(":")[0] != "0"


def test_the_image_runs_as_its_command_says(image: Stage, running: str) -> None:
    """Console and API answer, a runbook server is online, and the data lies where the volume is."""
    assert "<title>" in httpx2.get(running).text
    assert httpx2.get(f"{running}/api/v1/healthz").status_code == 200
    [server] = json.loads(inside(image, "server", "list", "--json"))
    assert server["status"] == "online"
    assert image.path("/var/lib/orchestrion/orchestrion.db").is_file()


def test_nothing_of_a_checkout_travels_along(image: Stage) -> None:
    """No sources, no tools of Node.js, no secrets and no data but the product's own."""
    assert not image.path("/src").exists()
    assert not list(image.path("/opt/orchestrion").rglob("node_modules"))
