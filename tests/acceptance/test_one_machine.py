"""The guides for one machine and for a rolling upgrade, command by command, on a system new to the product.

There is no systemd as its first process: what `systemctl` would do is done with the lines of the units.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.integration.test_separate_servers import NEW_PASSWORD
from tests.services.machine import SOURCES, Machine, environment
from tests.services.network import find_free_port
from tests.services.postgres import binaries
from tests.services.units import Unit
from tests.unit.test_docs import GUIDE, blocks

pytestmark = pytest.mark.timeout(600)
DATABASE = """
set -eu
install -d -o postgres /var/lib/database /var/run/postgresql
as_owner() { runuser -u postgres -- "$@"; }
as_owner "$1/initdb" -D /var/lib/database --auth-local=peer --auth-host=scram-sha-256 --no-sync >/dev/null
as_owner "$1/pg_ctl" -D /var/lib/database -w -l /var/lib/database/log -o "-p $2 -c listen_addresses=127.0.0.1" start
"""


class Operator:
    """Gives the commands of the guide; the ports are free ones of this machine."""

    def __init__(self, machine: Machine, scratch: Path) -> None:
        self._machine = machine
        self._scratch = scratch
        self._ports = {"8420": str(find_free_port()), "5432": str(find_free_port())}
        self._variables = {"PGPORT": self._ports["5432"], "ORCHESTRION_PASSWORD": NEW_PASSWORD}
        self.units: dict[str, Unit] = {}

    @property
    def address(self) -> str:
        """Where the web service answers."""
        return f"http://127.0.0.1:{self._ports['8420']}"

    def close(self) -> None:
        """Ends the services that a test has left, also one that failed."""
        for unit in self.units.values():
            unit.close()

    def start_database(self) -> None:
        """A database server with the defaults of Debian's: passwords over the network, users by name on the socket."""
        self._machine.run("sh", "-c", DATABASE, "sh", str(binaries()), self._ports["5432"])

    def give(self, line: str) -> str:
        """One command, as root in the folder of the sources; gives its output."""
        match line.split():
            case ["systemctl", "daemon-reload"]:
                return ""
            case ["systemctl", action, *names]:
                return self._manage(action, [name for name in names if name != "--now"])
            case ["journalctl", "--unit", name, "--grep", part]:
                [found] = [each for each in self.units[name].output.splitlines() if part in each]
                return found
            case ["export", pair]:
                name, _, value = pair.partition("=")
                self._variables[name] = value
                return ""
        self._fill_in_ports()
        line = re.sub("|".join(self._ports), lambda found: self._ports[found[0]], line)
        return self._machine.run("bash", "-ec", line, folder=SOURCES, env=environment() | self._variables)

    def _fill_in_ports(self) -> None:
        settings = self._machine.root / "etc/orchestrion/orchestrion.toml"
        if settings.is_file():
            settings.write_text(settings.read_text().replace("= 8420", f"= {self._ports['8420']}"))

    def _manage(self, action: str, names: list[str]) -> str:
        """What systemctl does to services; those that are disabled are forgotten."""
        self._fill_in_ports()
        for name in names:
            if action in {"restart", "disable"}:
                assert self.units[name].stop() == 0
                del self.units[name]
            if action in {"restart", "enable"}:
                self.units[name] = Unit(self._machine, name, self._scratch)
                self.units[name].start()
        return ""


@pytest.fixture
def operator(new_machine: Callable[[], Machine], tmp_path: Path) -> Iterator[Operator]:
    """Somebody with the guide before them, and a database server."""
    made = Operator(new_machine(), tmp_path)
    made.start_database()
    yield made
    made.close()
    made.give(f"runuser -u postgres -- {binaries()}/pg_ctl -D /var/lib/database -m immediate stop")


def choose_password(address: str, told: str) -> None:
    """The first sign-in in the browser, which demands a password of one's own."""
    password = told.rpartition(": ")[2].strip()
    with httpx2.Client(base_url=f"{address}/api/v1", trust_env=False) as browser:
        session = browser.post("/session", json={"user_name": "admin", "password": password}).json()
        change = {"current": password, "new": NEW_PASSWORD}
        headers = {"X-CSRF-Token": session["csrf_token"]}
        browser.post("/session/password", json=change, headers=headers).raise_for_status()


def consoles(page: str) -> list[list[str]]:
    """The commands of a page of the guide, block by block, without those that need a container engine."""
    found = [body.splitlines() for info, body in blocks(GUIDE / page) if info == "console"]
    return [lines for lines in found if not lines[0].startswith("docker")]


def test_the_guides_work_as_they_are_written(operator: Operator) -> None:
    """One process first, then web service and two runbook servers on PostgreSQL, upgraded and taken back one by one."""
    *prepare, together, apart, sign_in = consoles("one-machine.md")
    for line in (line for lines in prepare for line in lines):
        operator.give(line)
    assert "online" in [operator.give(line) for line in together][-1]
    choose_password(operator.address, [operator.give(line) for line in apart][-1])
    assert both_are_online([operator.give(line) for line in sign_in][-1])
    upgrade = [operator.give(line) for lines in consoles("rolling-upgrade.md") for line in lines]
    assert upgrade
    assert both_are_online(operator.give("orchestrion server list"))
    assert [unit.stop() for unit in operator.units.values()] == [0, 0, 0]


def both_are_online(listed: str) -> bool:
    """Whether `server list` shows the two runbook servers of the guide."""
    return sorted(re.findall(r"^(one|two) +online", listed, re.MULTILINE)) == ["one", "two"]
