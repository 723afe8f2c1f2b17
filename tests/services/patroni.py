"""A real Patroni cluster on the loopback: etcd, two nodes with PostgreSQL, and haproxy in front.

It runs with the files of `deploy/patroni`, of which only names, addresses and passwords are replaced.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from ruamel.yaml import YAML

from tests.services.network import LOOPBACK, find_free_port
from tests.services.postgres import SUPERUSER, Database, binaries
from tests.services.processes import ReadProcess
from tests.services.waiting import eventually

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "patroni"
START_SECONDS = 120
ASK_SECONDS = 5
NAMES = ("db1", "db2")
_open = build_opener(ProxyHandler({})).open


class Node:
    """One machine of the cluster: Patroni and the PostgreSQL that it runs."""

    def __init__(self, name: str, folder: Path, etcd_port: int, dcs: Mapping[str, Any]) -> None:
        self.name, self._folder = name, folder / name
        self.port, self.rest_port = find_free_port(), find_free_port()
        self._folder.mkdir()
        config = YAML(typ="safe", pure=True).load(DEPLOY / "patroni.yml")
        rest, here = f"{LOOPBACK}:{self.rest_port}", f"{LOOPBACK}:{self.port}"
        config["name"] = name
        config["restapi"] = {"listen": rest, "connect_address": rest}
        config["etcd3"] = {"hosts": [f"{LOOPBACK}:{etcd_port}"]}
        config["bootstrap"]["dcs"] |= dcs
        config["postgresql"] |= {
            "listen": here, "connect_address": here, "data_dir": str(self._folder / "data"),
            "bin_dir": str(binaries()), "pgpass": str(self._folder / "pgpass"),
            "parameters": {"unix_socket_directories": str(self._folder), "shared_buffers": "64MB"},
            "pg_hba": ["local all all trust", f"host all all {LOOPBACK}/32 trust",
                       f"host replication all {LOOPBACK}/32 trust"],
        }  # fmt: skip
        self._config = self._folder / "patroni.yml"
        self._config.write_text(json.dumps(config))  # which is YAML as well
        _give(self._folder)
        self._process: ReadProcess | None = None
        self.output = ""

    def start(self) -> None:
        """Starts Patroni, which starts PostgreSQL."""
        account = ["setpriv", f"--reuid={SUPERUSER}", f"--regid={SUPERUSER}", "--clear-groups"]
        prefix = account if os.geteuid() == 0 else []
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self._folder), "LANG": "C.UTF-8"}
        self._process = ReadProcess([*prefix, "patroni", str(self._config)], cwd=self._folder, env=env)

    def kill(self) -> None:
        """Ends Patroni and every process of PostgreSQL, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            os.kill(process.pid, signal.SIGKILL)
        for pid in self._postgres():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        eventually(lambda: not self._postgres(), f"the processes of {self.name} to end")
        if process is not None:
            process.wait()
            self.output += process.output

    @property
    def said(self) -> str:
        """What Patroni said, in all its lives."""
        return self.output + (self._process.output if self._process is not None else "")

    def role(self) -> str:
        """What Patroni says it is: `primary`, `sync_standby`, `replica` or ''."""
        with suppress(OSError, URLError, ValueError):
            with _open(f"http://{LOOPBACK}:{self.rest_port}/patroni", timeout=ASK_SECONDS) as answer:
                found = json.load(answer)
            if found.get("state") == "running":
                return "primary" if found["role"] in {"master", "primary"} else _standby(found)
        return ""

    def _postgres(self) -> list[int]:
        """Every process whose folder is that of this node's data."""
        found = []
        for each in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (each / "cwd").readlink() == self._folder / "data":
                    found.append(int(each.name))
        return found


def _standby(found: Mapping[str, Any]) -> str:
    return "sync_standby" if found.get("sync_standby") else "replica"


def _give(folder: Path) -> None:
    if os.geteuid() == 0:
        owner = pwd.getpwnam(SUPERUSER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o700)


class PatroniCluster:
    """All of it; `dcs` replaces settings of the cluster, such as `synchronous_mode`."""

    def __init__(self, folder: Path, **dcs: Any) -> None:
        """Nothing runs before `start`."""
        self._folder = folder
        etcd_port = find_free_port()
        self._etcd_url = f"http://{LOOPBACK}:{etcd_port}"
        self.nodes = {name: Node(name, folder, etcd_port, dcs) for name in NAMES}
        self.port = find_free_port()
        self._others: list[ReadProcess] = []

    def start(self) -> None:
        """Starts everything; the first node becomes the primary, and the second one its standby."""
        peer = f"http://{LOOPBACK}:{find_free_port()}"
        self._run("etcd", "--name", "one", "--data-dir", str(self._folder / "etcd"),
                  "--listen-client-urls", self._etcd_url, "--advertise-client-urls", self._etcd_url,
                  "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                  "--initial-cluster", f"one={peer}")  # fmt: skip
        first, second = self.nodes.values()
        first.start()
        self.until(lambda: first.role() == "primary", "a primary")
        second.start()
        self.until(lambda: bool(second.role()), "a standby")
        haproxy = self._run("haproxy", "-db", "-f", str(self._haproxy()))
        # It takes every node for a primary until it has asked.
        haproxy.wait_for_line(f"Server orchestrion/{second.name} is DOWN", START_SECONDS)

    @property
    def primary(self) -> Node | None:
        """The node that leads, by its own word."""
        return next((each for each in self.nodes.values() if each.role() == "primary"), None)

    def create_database(self) -> Database:
        """An empty database, at haproxy's address."""
        self.query("postgres", "CREATE DATABASE orchestrion")
        return Database(self.port, "orchestrion")

    def query(self, database: str, sql: str) -> str:
        """What psql prints for the statement on the primary."""
        line = ["psql", "-X", "-A", "-t", "-h", LOOPBACK, "-p", str(self.port), "-U", SUPERUSER, "-c", sql, database]
        env = {"PATH": f"{binaries()}:/usr/bin:/bin", "PGCONNECT_TIMEOUT": str(ASK_SECONDS)}
        done = subprocess.run(line, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def until(self, look: Callable[[], bool], what: str) -> None:
        """Waits; what the nodes said is told when it was in vain."""
        try:
            eventually(look, what, START_SECONDS)
        except TimeoutError as error:
            for each in self.nodes.values():
                error.add_note(f"{each.name}: {each.said[-3000:]}")
            raise

    def close(self) -> None:
        """Ends everything."""
        for node in self.nodes.values():
            node.kill()
        for each in self._others:
            each.kill()

    def _run(self, *command: str) -> ReadProcess:
        program = shutil.which(command[0]) or f"/usr/sbin/{command[0]}"
        self._others.append(ReadProcess([program, *command[1:]], cwd=self._folder, env={"PATH": "/usr/bin:/bin"}))
        return self._others[-1]

    def _haproxy(self) -> Path:
        """The file of `deploy/patroni` with the addresses of here."""
        text = (DEPLOY / "haproxy.cfg").read_text().replace("192.0.2.10:5432", f"{LOOPBACK}:{self.port}")
        for number, node in enumerate(self.nodes.values(), 1):
            theirs = f"192.0.2.1{number}:5432 check port 8008"
            assert theirs in text
            text = text.replace(theirs, f"{LOOPBACK}:{node.port} check port {node.rest_port}")
        file = self._folder / "haproxy.cfg"
        file.write_text(text)
        return file
