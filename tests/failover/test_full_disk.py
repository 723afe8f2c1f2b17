"""A disk that is full, and has room again: the database's, and that of a runbook server's own data."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.failover.conftest import Judge
from tests.failover.site import FEW_SECONDS, LEASE_SECONDS, Site, opened_site
from tests.services import session
from tests.services.postgres import Cluster

pytestmark = [pytest.mark.timeout(300), pytest.mark.soak]
IN_FLIGHT = 6
NewDisk = Callable[[int], Path]


@pytest.fixture
def new_disk() -> Iterator[NewDisk]:
    """Mounts disks of so many MiB; skipped where that is not permitted."""
    with ExitStack() as mounted:

        def make(size: int) -> Path:
            folder = tempfile.mkdtemp(prefix="disk-", dir=session.shared_folder())
            mount = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", folder]
            if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
                pytest.skip("mounting a disk needs root, and a kernel that permits it")
            mounted.callback(subprocess.run, ["umount", "-l", folder], check=False)
            return Path(folder)

        yield make


def fill(disk: Path) -> Path:
    """Takes all the room there is; gives the file that does, which root and others can remove."""
    file = disk / "filler"
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"\0" * 65536)
        except OSError:
            return file


def test_a_full_disk_of_the_database_is_ridden_out(folder: Path, new_disk: NewDisk, judge_all: Judge) -> None:
    """PostgreSQL refuses writes, or crashes over its log; once there is room everything goes on."""
    disk = new_disk(400)
    cluster = Cluster(disk)
    cluster.create()
    cluster.start()
    try:
        with opened_site(folder, cluster.create_database().url) as site:
            servers = site.runbook_servers("one", "two")
            site.start_load(IN_FLIGHT)
            filler = fill(disk)
            site.until(lambda: any("cannot be written" in each.said for each in servers), "the disk to be missed")
            filler.unlink()
            if not cluster.is_running():
                cluster.start()
            site.more(2 * IN_FLIGHT)
            judge_all(site, LEASE_SECONDS + FEW_SECONDS, fillings=1)
    finally:
        if cluster.is_running():
            cluster.stop("immediate")


def test_a_full_disk_of_a_runbook_server_stops_nothing(site: Site, new_disk: NewDisk, judge_all: Judge) -> None:
    """Its data folder and its temporary files lie there; what it runs does not need them."""
    disk = new_disk(4)
    server = site.add("full", env={"ORCHESTRION_DATA_DIR": str(disk / "data"), "TMPDIR": str(disk)})
    server.start()
    site.start_load(IN_FLIGHT)
    fill(disk)
    site.more(IN_FLIGHT)
    server.kill()
    server.start()
    site.more(IN_FLIGHT)
    judge_all(site, 2 * LEASE_SECONDS + FEW_SECONDS, fillings=1)
    assert os.statvfs(disk).f_bavail == 0
