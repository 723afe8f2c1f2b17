"""Starting units of systemd without systemd: their command, under their user, with their folders and credentials."""

from __future__ import annotations

import shlex
import socket
import subprocess
from pathlib import Path
from typing import Any

from tests.services.machine import PATH, Machine
from tests.services.processes import ReadProcess

STATE = "/var/lib"
READY_SECONDS = 60
FOLDER = "/etc/systemd/system"


class Unit:
    """One unit that is installed on a machine; `name` is what stands behind `systemctl start`."""

    def __init__(self, machine: Machine, name: str, scratch: Path) -> None:
        self._machine = machine
        self._name = name
        self._scratch = scratch
        before, at, self._instance = name.partition("@")
        file = machine.root / f"{FOLDER}/{before}{at}.service".lstrip("/")
        self._lines = [line.partition("=") for line in file.read_text().splitlines() if not line.startswith("#")]
        self._process: ReadProcess | None = None

    @property
    def output(self) -> str:
        """What the journal would show."""
        return self._process.output if self._process else ""

    def start(self) -> None:
        """As `systemctl start` does: returns when the service says that it is ready."""
        [user] = self._all("User")
        self._make_folders(user)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            address = f"/run/{self._name}.notify"
            listening.bind(str(self._machine.root / address.lstrip("/")))
            self._machine.run("chmod", "0666", address)
            listening.settimeout(READY_SECONDS)
            [words], [folder] = map(shlex.split, self._all("ExecStart")), self._all("WorkingDirectory")
            line = self._machine.line(words, f"{user}:{self._all('Group')[0]}", folder)
            self._process = ReadProcess(line, self._scratch, self._environment() | {"NOTIFY_SOCKET": address})
            try:
                assert listening.recv(100) == b"READY=1"
            except TimeoutError:
                raise AssertionError(f"{self._name} did not get ready:\n{self.output}") from None
        self._machine.run("rm", address)

    def stop(self) -> int:
        """As `systemctl stop` does; gives the exit code."""
        assert self._process is not None, "not started"
        return self._machine.stop(self._process)

    def close(self) -> None:
        """Ends what is left of it, whatever has happened to it."""
        if self._process is None or not self._process.is_running():
            return
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _make_folders(self, user: str) -> None:
        """The folders for state and credentials. A credential has the rights that `stat` shows of a real one."""
        for name in " ".join(self._all("StateDirectory")).split():
            self._install("-d", "-o", user, "-g", user, "-m", *self._all("StateDirectoryMode"), f"{STATE}/{name}")
        self._install("-d", "-o", user, "-g", user, "-m", "0500", self._credentials)
        for credential in self._all("LoadCredential"):
            name, _, source = credential.partition(":")
            self._install(
                "-o", "root", "-g", user, "-m", "0440", self._found(name, source), f"{self._credentials}/{name}"
            )

    def _found(self, credential: str, source: str) -> str:
        """Where a credential is: what SetCredential says stands in for a file that is missing."""
        defaults = dict(each.split(":", 1) for each in self._all("SetCredential"))
        if credential not in defaults or (self._machine.root / source.lstrip("/")).exists():
            return source
        made = f"/run/{self._name}.{credential}"
        text = defaults[credential].encode().decode("unicode_escape")
        (self._machine.root / made.lstrip("/")).write_text(text)
        return made

    def _install(self, *arguments: str) -> None:
        self._machine.run("install", *arguments)

    @property
    def _credentials(self) -> str:
        return f"/run/{self._name}.credentials"

    def _environment(self) -> dict[str, str]:
        """What systemd gives, and nothing of ours."""
        given: Any = [each.split("=", 1) for line in self._all("Environment") for each in shlex.split(line)]
        return {"PATH": PATH, "CREDENTIALS_DIRECTORY": self._credentials, **dict(given)}

    def _all(self, setting: str) -> list[str]:
        """The values of a setting, with what stands for the instance and for folders filled in."""
        known = {"%i": self._instance, "%S": STATE, "%d": self._credentials}
        values = [value for name, _, value in self._lines if name == setting]
        for sign, meaning in known.items():
            values = [value.replace(sign, meaning) for value in values]
        return values
