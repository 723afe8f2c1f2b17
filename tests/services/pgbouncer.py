"""A pgbouncer before a database of the tests, in the mode that is asked for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.services import session
from tests.services.network import LOOPBACK, find_free_port
from tests.services.postgres import SUPERUSER, Database
from tests.services.waiting import eventually

_SETTINGS = """\
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = {host}
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 3
ignore_startup_parameters = extra_float_digits
"""


@contextmanager
def bouncer(database: Database, mode: str) -> Iterator[str]:
    """A pgbouncer in the pool mode `mode`; gives the database's address through it."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.fail("pgbouncer is not installed: run scripts/install-test-needs")
    own = find_free_port()
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-", dir=session.shared_folder()))
    file = folder / "pgbouncer.ini"
    file.write_text(_SETTINGS.format(host=LOOPBACK, port=database.port, user=SUPERUSER, own=own, mode=mode))
    account = SUPERUSER if os.geteuid() == 0 else None  # it refuses to run as root
    if account is not None:
        shutil.chown(folder, account)
    process = subprocess.Popen([program, "--quiet", str(file)], stderr=subprocess.DEVNULL, user=account)
    try:
        eventually(lambda: _listens(own), "pgbouncer to listen")
        yield f"postgresql://{SUPERUSER}@{LOOPBACK}:{own}/{database.name}"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((LOOPBACK, port)) == 0
