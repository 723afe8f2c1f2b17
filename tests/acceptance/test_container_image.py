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

from tests.acceptance.test_one_machine import both_are_online, choose_password
from tests.integration.test_separate_servers import NEW_PASSWORD
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
# In place of the engine: what comes behind the service's name is run by the image's user.
ENGINE = """
docker() {
  while [ "$1" != web ]; do shift; done
  shift
  if [ "$1" = orchestrion ]; then shift; fi
  setpriv --reuid=10001 --regid=10001 --clear-groups orchestrion "$@"
}
"""
MOUNT_TOKEN = f"cp -p {SOURCES}/deploy/secrets/enrolment-token /run/secrets/enrolment_token"
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


def console(part: str) -> str:
    """The commands of the guide that have to do with something: one block of them."""
    [found] = [body for info, body in blocks(GUIDE / "containers.md") if info == "console" and part in body]
    return found


@pytest.fixture
def database_port(image: Stage) -> Iterator[str]:
    """The database of the Compose file, with the secrets as the guide makes them."""
    port, machine = str(find_free_port()), image.machine
    machine.run("bash", "-ec", console("deploy/secrets/master.key"), folder=SOURCES)
    machine.run("bash", "-c", DATABASE, "bash", str(binaries()), port, f"{SOURCES}/deploy/secrets")
    variables = {**image.environment, **compose()["services"]["database"]["environment"], "PGPORT": port}
    machine.run("sh", f"{SOURCES}/deploy/postgres/create-database.sh", user=DATABASE_IMAGE_USER, env=variables)
    yield port
    stop = ["-D", "/var/lib/database", "-m", "immediate", "stop"]
    machine.run("runuser", "-u", "postgres", "--", f"{binaries()}/pg_ctl", *stop)


class Services:
    """Services of the Compose file, started from the image with their commands and variables, on ports of this machine.

    They share the image's data folder, and end with the block.
    """

    def __init__(self, image: Stage, database_port: str, scratch: Path, running: ExitStack) -> None:
        self._image = image
        self._ports = {":5432": f":{database_port}", ":8420": f":{find_free_port()}"}
        self._scratch = scratch
        self._running = running

    @property
    def address(self) -> str:
        """Where the web service answers."""
        return f"http://127.0.0.1{self._ports[':8420']}"

    def start(self, name: str) -> ReadProcess:
        """Starts one, and returns when it is ready."""
        port = ["--port", self.address.rpartition(":")[2]] if name == "web" else []
        command = [*self._image.entry, *compose()["services"][name]["command"], *port]
        line = self._image.machine.line(command, self._image.user, self._image.folder)
        process = ReadProcess(line, self._scratch, self._variables(name))
        self._running.callback(self._image.machine.stop, process)
        process.wait_for_line("is ready", 60)
        return process

    def give(self, line: str) -> str:
        """A line of the guide that runs a command of the product in the web service; gives its output."""
        variables = {**self._variables("web"), "ORCHESTRION_PASSWORD": NEW_PASSWORD}
        return self._image.machine.run("bash", "-ec", ENGINE + self._here(line), folder=SOURCES, env=variables)

    def _variables(self, name: str) -> dict[str, str]:
        given = {**self._image.environment, **compose()["services"][name]["environment"]}
        return {key: self._here(value) for key, value in given.items()}

    def _here(self, text: str) -> str:
        return re.sub("|".join(self._ports), lambda found: self._ports[found[0]], text)


@pytest.fixture
def services(image: Stage, database_port: str, tmp_path: Path) -> Iterator[Services]:
    """The services, with the enrolment token that the guide makes before the first of them is started."""
    with ExitStack() as running:
        made = Services(image, database_port, tmp_path, running)
        for line in console("token create").splitlines():
            if "enrolment-token" in line:
                made.give(line)
        image.machine.run("sh", "-c", MOUNT_TOKEN)
        yield made


def test_the_services_of_compose_start_with_their_secrets(image: Stage, services: Services) -> None:
    """Each may read what it needs, as the user it runs as; the command line inside the web service reaches all."""
    web = services.start("web")
    choose_password(services.address, web.wait_for_line("One-time", 60))
    one, _ = services.start("runbook-server-one"), services.start("runbook-server-two")
    assert both_are_online([services.give(line) for line in console("orchestrion login").splitlines()][-1])
    image.machine.run("truncate", "--size=0", "/run/secrets/enrolment_token")
    image.machine.stop(one)
    services.start("runbook-server-one")  # its credential is enough


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
