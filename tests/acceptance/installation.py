"""A running product as its user meets it: the command line, the API, and a browser."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from ruamel.yaml import YAML

from tests.services.orchestrion import COMMAND, OrchestrionProcess, clean_environment
from tests.services.waiting import eventually

SAMPLES = Path(__file__).parents[2] / "samples"


@dataclass(frozen=True)
class Done:
    """What a command answered."""

    code: int
    output: str
    error: str


class Installation:
    """One running `orchestrion up` and the ways to talk to it."""

    def __init__(self, process: OrchestrionProcess) -> None:
        self.process = process
        self.folder = process.data_dir

    def command(self, *arguments: str | Path) -> Done:
        """Runs `orchestrion …` as an operator on this machine does."""
        command = [str(COMMAND), *map(str, arguments), "--data-dir", str(self.folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=clean_environment(), timeout=60)
        return Done(done.returncode, done.stdout, done.stderr)

    def add(self, name: str, text: str, *folders: str) -> None:
        """Imports a runbook given as YAML without its marker and name."""
        document = {"orchestrion": "runbook/1", "name": name, **YAML(typ="safe").load(text)}
        file = self.folder.parent.joinpath("import", *folders, f"{name}.json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document))
        done = self.command("runbook", "import", file)
        assert done.code == 0, done.error

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # JSON
        """One API call with the token left for this machine's command line."""
        token = json.loads((self.folder / "client.json").read_text())["token"]
        with httpx2.Client(base_url=f"{self.process.address}/api/v1", timeout=30) as client:
            answer = client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    def start(self, path: str, **parameters: Any) -> str:
        """Starts a runbook and gives the job's id."""
        job = self.request("POST", "/runbooks/by-path/start", {"path": path, "parameters": parameters})
        return str(job["id"])

    def wait_for_status(self, job_id: str, *statuses: str) -> Any:
        """The job as soon as it has one of the statuses."""

        def look() -> Any:
            job = self.request("GET", f"/jobs/{job_id}")
            return job if job["status"] in statuses else None

        return eventually(look, f"job {job_id} to be {' or '.join(statuses)}", 40)

    def set_variables(self, **values: str) -> None:
        """Changes the samples' variables, named without their folder and with _ for blanks."""
        known = {each["path"]: each for each in self.request("GET", "/variables")}
        for name, value in values.items():
            variable = known[f"Samples/{name.replace('_', ' ')}"]
            self.request("PATCH", f"/variables/{variable['id']}", {"value": value})

    @property
    def one_time_password(self) -> str:
        """What the first start printed."""
        found = re.search(r"One-time password \(shown only now\): (\S+)", self.process.process.output)
        assert found, self.process.process.output
        return found[1]
