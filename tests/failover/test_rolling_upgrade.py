"""A rolling upgrade under load, from the release before to this one: no job is lost, and nothing happens twice.

The release before is the last commit without the newest migration, run from its sources in this environment.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from orchestrion.storage.migrate import newest
from tests.integration.test_separate_servers import take_token
from tests.services.orchestrion import COMMAND, RUNBOOK_SERVER, OrchestrionProcess, clean_environment
from tests.services.postgres import Database
from tests.services.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = "src/orchestrion/storage/migrations/versions"
SERVERS = ("one", "two", "three")
JOBS_PER_SECOND = 5
COUNTING = """\
orchestrion: runbook/1
name: Count
activities:
  start:
    type: runbook-control.initialize-data
    name: Initialize Data
    inputs:
      parameters: [{name: number, type: text, required: true}]
  line:
    type: text-files.append-line
    name: Append Line
    inputs: {file: '{folder}/lines', text: '{{ start["number"] }}'}
  script:
    type: system.run-script
    name: Run Script
    inputs:
      type: Shell
      variables: [{name: NUMBER, value: '{{ start["number"] }}'}]
      script: 'sleep 0.3; echo "$NUMBER" >> {folder}/scripts'
links:
  - {from: start, to: line}
  - {from: line, to: script}
"""
pytestmark = pytest.mark.timeout(400)


def git(*words: str) -> bytes:
    """What Git says about this checkout."""
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout


@pytest.fixture
def release_before(tmp_path: Path) -> Path:
    """The sources of the release before."""
    added = git("log", "--format=%H", "--diff-filter=A", "--", f"{MIGRATIONS}/{newest()}_*.py").split()
    if not added:
        pytest.skip("the history of this checkout does not reach back to the release before")
    packed = git("archive", f"{added[-1].decode()}^", "src")
    folder = tmp_path / "release-before"
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    return folder / "src"


class Installation:
    """Servers by name that share a database and a key; each can be started from the sources of either release."""

    def __init__(self, folder: Path, database: Database, before: Path) -> None:
        self.folder = folder
        self.shared = ("--database", database.url, "--key-file", str(folder / "master.key"))
        self._before = before
        self.running: dict[str, OrchestrionProcess] = {}

    def start(self, name: str, *, before: bool = False) -> OrchestrionProcess:
        """Starts a runbook server, or a web service where the name begins so."""
        data = self.folder / name
        data.mkdir(exist_ok=True)
        command = "web" if name.startswith("web") else RUNBOOK_SERVER
        named = () if command == "web" else ("--name", name)
        process = OrchestrionProcess(data, *self.shared, *named, command=command)
        with pytest.MonkeyPatch.context() as changed:
            if before:
                changed.setenv("PYTHONPATH", str(self._before))
            process.start()
        self.running[name] = process
        return process

    def stop(self, name: str) -> None:
        """Stops one in order."""
        assert self.running.pop(name).stop() == 0

    def database(self, action: str) -> dict[str, str]:
        """What `db check` or `db migrate` of this release says."""
        command = [str(COMMAND), "db", action, *self.shared[:2], "--json"]
        done = subprocess.run(command, env=clean_environment(), check=True, capture_output=True, timeout=60)
        found: dict[str, str] = json.loads(done.stdout)
        return found


@pytest.fixture
def installation(tmp_path: Path, postgres_database: Database, release_before: Path) -> Iterator[Installation]:
    """An installation of the release before with a web service and three runbook servers."""
    made = Installation(tmp_path, postgres_database, release_before)
    for name in ("web", *SERVERS):
        made.start(name, before=True)
    yield made
    for process in made.running.values():
        process.close()


class Load:
    """Somebody who starts jobs all the time, over whichever web service answers."""

    def __init__(self, headers: httpx2.Headers, addresses: Callable[[], list[str]]) -> None:
        self.accepted: dict[int, str] = {}
        self._headers = headers
        self._addresses = addresses
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        """Starts no more."""
        self._ended.set()
        self._thread.join()

    def reached(self, count: int) -> Callable[[], bool]:
        """Whether so many more jobs than now have been accepted."""
        wanted = len(self.accepted) + count
        return lambda: len(self.accepted) >= wanted

    def _run(self) -> None:
        number = 0
        while not self._ended.wait(1 / JOBS_PER_SECOND):
            number += 1
            body = {"path": "Count", "parameters": {"number": str(number)}}
            for address in self._addresses():
                try:
                    answer = httpx2.post(f"{address}/runbooks/by-path/start", json=body, headers=self._headers)
                except httpx2.TransportError:
                    continue
                assert answer.status_code == 201, answer.text
                self.accepted[number] = answer.json()["id"]
                break


@pytest.fixture
def client(installation: Installation) -> Iterator[httpx2.Client]:
    """Signed in at the first web service, with a runbook that leaves a line and runs a script."""
    web = installation.running["web"]
    with httpx2.Client(base_url=f"{web.address}/api/v1", trust_env=False, timeout=60) as made:
        take_token(web.process, made)
        text = COUNTING.replace("{folder}", str(installation.folder))
        made.post("/runbooks/import", json={"files": [{"path": "c.yaml", "text": text}]}).raise_for_status()
        yield made


@pytest.fixture
def load(client: httpx2.Client, installation: Installation) -> Iterator[Load]:
    """Jobs that are started all the time."""

    def addresses() -> list[str]:
        known = [name for name in installation.running if name.startswith("web")]
        return [f"{installation.running[name].address}/api/v1" for name in reversed(known)]

    made = Load(client.headers, addresses)
    eventually(made.reached(10), "the first jobs to be accepted")
    yield made
    made.end()


def counted(file: Path) -> list[int]:
    """The numbers in a file, in their order."""
    return sorted(int(line) for line in file.read_text().split())


def test_a_rolling_upgrade_loses_and_repeats_nothing(
    installation: Installation, load: Load, client: httpx2.Client
) -> None:
    """Migrate while the old servers run, then the web service, then server by server; jobs are started throughout."""
    assert installation.database("check")["schema"] < newest()
    assert installation.database("migrate")["schema"] == newest()
    eventually(load.reached(10), "jobs on the new schema, by the release before", 60)
    client.base_url = httpx2.URL(f"{installation.start('web-new').address}/api/v1")
    installation.stop("web")
    for name in SERVERS:
        installation.stop(name)
        installation.start(name)
        eventually(load.reached(10), "jobs on servers of both releases", 60)
    load.end()
    ended = {number: client.get(f"/jobs/{job}", params={"wait": 60}).json() for number, job in load.accepted.items()}
    assert {number: job["status"] for number, job in ended.items() if job["status"] != "success"} == {}
    assert counted(installation.folder / "lines") == sorted(load.accepted)
    assert counted(installation.folder / "scripts") == sorted(load.accepted)
