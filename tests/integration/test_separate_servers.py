"""`orchestrion web` and `orchestrion runbook-server` as processes of their own on one PostgreSQL."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.services.network import find_free_port
from tests.services.orchestrion import COMMAND, READY_SECONDS, RUNBOOK_SERVER, OrchestrionProcess, clean_environment
from tests.services.postgres import Database
from tests.services.processes import ReadProcess
from tests.services.waiting import eventually

NEW_PASSWORD = "correct horse battery"
SLOW = """\
orchestrion: runbook/1
name: Slow
activities:
  wait:
    type: system.run-script
    name: Run Script
    inputs:
      type: Shell
      script: 'while [ ! -e {gate} ]; do sleep 0.05; done'
links: []
"""
SLOW_AGAIN = SLOW.replace("name: Slow", "name: Slow again").replace(
    "    name: Run Script\n", "    name: Run Script\n    behaviour: {effect: read}\n"
)
WATCH = """\
orchestrion: runbook/1
name: Watch
activities:
  watch:
    type: files.monitor-file
    inputs: {in_folder: '{folder}', trigger_if_one_of_the_files_was: [Created]}
links: []
"""


@pytest.fixture
def start(
    start_orchestrion: Callable[..., OrchestrionProcess], postgres_database: Database, tmp_path: Path
) -> Callable[..., OrchestrionProcess]:
    """Starts a server by its command, as on a machine of its own: only the database and the key are shared."""
    shared = ("--database", postgres_database.url, "--key-file", str(tmp_path / "master.key"))
    return lambda command, *arguments: start_orchestrion(*shared, *arguments, command=command)


@pytest.fixture
def web(start: Callable[..., OrchestrionProcess]) -> OrchestrionProcess:
    """A web service on an empty database."""
    return start("web")


@pytest.fixture
def worker(web: OrchestrionProcess, start: Callable[..., OrchestrionProcess]) -> OrchestrionProcess:
    """A runbook server, with the key that the web service made."""
    return start(RUNBOOK_SERVER, "--name", "worker")


@pytest.fixture
def client(web: OrchestrionProcess) -> Iterator[httpx2.Client]:
    """A client of the web service, whenever it runs."""
    with httpx2.Client(base_url=f"{web.address}/api/v1", trust_env=False, timeout=30) as made:
        take_token(web.process, made)
        yield made


def take_token(web: ReadProcess, client: httpx2.Client) -> None:
    """Signs in with the one-time password, changes it, and goes on with an API token."""
    password = web.wait_for_line("One-time password", READY_SECONDS).rpartition(": ")[2].strip()
    session = client.post("/session", json={"user_name": "admin", "password": password}).json()
    headers = {"X-CSRF-Token": session["csrf_token"]}
    change = {"current": password, "new": NEW_PASSWORD}
    client.post("/session/password", json=change, headers=headers).raise_for_status()
    token = client.post("/tokens", json={"name": "test"}, headers=headers).json()["token"]
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {token}"


def test_a_run_goes_on_while_the_web_service_is_down(
    web: OrchestrionProcess, worker: OrchestrionProcess, client: httpx2.Client, tmp_path: Path
) -> None:
    """Started over one web service, finished without any, and read over the next."""
    gate = tmp_path / "gate"
    files = [{"path": "slow.yaml", "text": SLOW.replace("{gate}", str(gate))}]
    client.post("/runbooks/import", json={"files": files}).raise_for_status()
    job = client.post("/runbooks/by-path/start", json={"path": "Slow"}).json()["id"]
    eventually(lambda: client.get(f"/jobs/{job}").json()["status"] == "running", "the run to start")
    assert web.stop() == 0
    gate.touch()
    web.start()
    ended = client.get(f"/jobs/{job}", params={"wait": 20}).json()
    assert (ended["status"], ended["server"]) == ("success", "worker")
    assert worker.stop() == 0


def test_a_server_that_nobody_let_in_is_refused(
    web: OrchestrionProcess, worker: OrchestrionProcess, postgres_database: Database, tmp_path: Path
) -> None:
    """Neither under a new name without a token, nor under a known one without its credential."""
    shared = ["--database", postgres_database.url, "--key-file", str(tmp_path / "master.key")]
    for name, told in (("stranger", "server token create"), ("worker", "does not have its credential")):
        line = [str(COMMAND), RUNBOOK_SERVER, *shared, "--name", name, "--data-dir", str(tmp_path / "elsewhere")]
        done = subprocess.run(line, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (4, False)
        assert told in done.stderr
    assert web.process.is_running()
    worker.stop()
    worker.start()  # its credential is enough


def test_a_drained_server_gives_its_monitor_and_its_work_away(
    start: Callable[..., OrchestrionProcess], worker: OrchestrionProcess, client: httpx2.Client, tmp_path: Path
) -> None:
    """Another server watches for the monitor at once, and goes on with what can be run again."""
    files = [
        {"path": "watch.yaml", "text": WATCH.replace("{folder}", str(tmp_path))},
        {"path": "slow.yaml", "text": SLOW_AGAIN.replace("{gate}", str(tmp_path / "gate"))},
    ]
    client.post("/runbooks/import", json={"files": files}).raise_for_status()
    watch, slow = (
        client.post("/runbooks/by-path/start", json={"path": path}).json()["id"] for path in ("Watch", "Slow again")
    )
    eventually(lambda: client.get(f"/jobs/{watch}").json()["server"] == "worker", "the monitor to be armed")
    eventually(lambda: client.get(f"/jobs/{slow}").json()["server"] == "worker", "the run to start")
    start(RUNBOOK_SERVER, "--name", "other")
    (server,) = [each["id"] for each in client.get("/servers").json() if each["name"] == "worker"]
    client.post(f"/servers/{server}/drain", json={"now": True}).raise_for_status()
    for job in (watch, slow):
        eventually(lambda job=job: _server_of(client, job) == "other", "the other server to take over")  # type: ignore[misc]  # bound at once
    (tmp_path / "gate").touch()
    assert client.get(f"/jobs/{slow}", params={"wait": 30}).json()["status"] == "success"
    assert worker.process.is_running()


@pytest.fixture
def draining(worker: OrchestrionProcess, client: httpx2.Client, tmp_path: Path) -> Iterator[ReadProcess]:
    """`server drain --wait` of a server that runs something, which ends when the file `gate` is there."""
    files = [{"path": "slow.yaml", "text": SLOW.replace("{gate}", str(tmp_path / "gate"))}]
    client.post("/runbooks/import", json={"files": files}).raise_for_status()
    job = client.post("/runbooks/by-path/start", json={"path": "Slow"}).json()["id"]
    eventually(lambda: client.get(f"/jobs/{job}").json()["status"] == "running", "the run to start")
    reach = {"ORCHESTRION_URL": str(client.base_url.copy_with(path="/")), "ORCHESTRION_TOKEN": _token_of(client)}
    line = [str(COMMAND), "server", "drain", "worker", "--wait"]
    process = ReadProcess(line, tmp_path, clean_environment() | reach)
    process.wait_for_line("worker still runs 1,", READY_SECONDS)
    yield process
    (tmp_path / "gate").touch()
    if process.is_running():
        process.kill()


def test_draining_waits_until_the_server_is_empty(draining: ReadProcess, tmp_path: Path) -> None:
    """What runs goes on to its end, and then the command returns."""
    (tmp_path / "gate").touch()
    assert draining.wait() == 0
    assert re.search(r"^status: +draining$", draining.output, re.MULTILINE)
    assert re.search(r"^running: +0$", draining.output, re.MULTILINE)


def test_waiting_ends_when_a_drained_server_takes_work_again(draining: ReadProcess, client: httpx2.Client) -> None:
    """It would never get empty; the command says so, and fails."""
    (server,) = client.get("/servers").json()
    client.post(f"/servers/{server['id']}/resume").raise_for_status()
    assert draining.wait() == 4
    assert "takes work again" in draining.output


def _token_of(client: httpx2.Client) -> str:
    return client.headers["Authorization"].partition(" ")[2]


def _server_of(client: httpx2.Client, job: str) -> str | None:
    """Who runs the newest instance of a job, or watches for its monitor."""
    found = client.get(f"/jobs/{job}").json()
    newest = found["latest_instance_id"]
    server: str | None = (client.get(f"/instances/{newest}").json() if newest else found)["server"]
    return server


@pytest.mark.usefixtures("worker")
def test_live_updates_cross_from_server_to_web(client: httpx2.Client) -> None:
    """What a runbook server does in its process is told by the web service in another."""
    text = "orchestrion: runbook/1\nname: Quick\nactivities: {a: {type: runbook-control.return-data}}\nlinks: []\n"
    client.post("/runbooks/import", json={"files": [{"path": "q.yaml", "text": text}]}).raise_for_status()
    with client.stream("GET", "/live") as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": connected"
        start = f"{client.base_url}runbooks/by-path/start"
        assert httpx2.post(start, json={"path": "Quick"}, headers=client.headers).status_code == 201
        assert next(line for line in lines if "activity_id" in line)


@pytest.mark.parametrize("path", ["/nowhere", ""])
def test_a_database_that_turns_us_away_is_told_without_a_trace(
    postgres_database: Database, tmp_path: Path, path: str
) -> None:
    """A missing database, and a user that does not exist: one line each, and an exit code for what is not available."""
    start, _, name = postgres_database.url.rpartition("/")
    url = start + path if path else f"postgresql://stranger@{start.rpartition('@')[2]}/{name}"
    line = [str(COMMAND), "web", "--database", url, "--data-dir", str(tmp_path), "--port", str(find_free_port())]
    done = subprocess.run(line, env=clean_environment(), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 5
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr
