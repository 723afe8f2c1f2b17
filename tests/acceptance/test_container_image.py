"""The container image, as near to the real thing as a machine without a container engine comes.

The instructions of the Containerfile are carried out on this machine's own system in place of the base images, and
what comes out is started.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.services.container_build import Build, Stage
from tests.services.machine import Machine
from tests.services.network import find_free_port
from tests.services.processes import ReadProcess

ROOT = Path(__file__).resolve().parents[2]
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
    image.machine.ask_to_end(process)
    assert process.wait() == 0


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
