"""The primary of a real Patroni cluster dies: with a synchronous standby nothing is lost, without one people decide."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.failover.conftest import Judge, Say
from tests.failover.site import FEW_SECONDS, LEADERLESS_SECONDS, LEASE_SECONDS, Site, opened_site
from tests.integration.test_separate_servers import take_token
from tests.services import session
from tests.services.orchestrion import COMMAND, clean_environment
from tests.services.patroni import PatroniCluster

pytestmark = pytest.mark.timeout(400)
IN_FLIGHT = 6
FAR_BEHIND = 100 * 1024 * 1024  # bytes that a standby may lag and still become the primary


@pytest.fixture
def new_cluster() -> Iterator[Callable[..., PatroniCluster]]:
    """Starts a Patroni cluster with some of its settings replaced."""
    made: list[PatroniCluster] = []

    def make(**dcs: object) -> PatroniCluster:
        folder = Path(tempfile.mkdtemp(prefix="patroni-", dir=session.shared_folder()))
        folder.chmod(0o755)
        made.append(PatroniCluster(folder, **dcs))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_synchronous_standby_takes_over_without_loss(
    new_cluster: Callable[..., PatroniCluster], folder: Path, judge_all: Judge
) -> None:
    """`kill -9` of the primary with its Patroni: every job goes on by itself, and every count is exact."""
    cluster = new_cluster()
    cluster.until(lambda: cluster.nodes["db2"].role() == "sync_standby", "a synchronous standby")
    with opened_site(folder, cluster.create_database().url) as site:
        site.runbook_servers("one", "two")
        site.start_load(IN_FLIGHT)
        killed_at = time.monotonic()
        cluster.nodes["db1"].kill()
        cluster.until(lambda: cluster.nodes["db2"].role() == "primary", "the standby to take over")
        failed_over = time.monotonic() - killed_at
        known = len(site.target.seen)
        site.until(lambda: len(site.target.seen) > known, "somebody to act")
        acted = time.monotonic() - killed_at
        site.more(2 * IN_FLIGHT)
        figures = {"new primary after": f"{failed_over:.1f} s", "first act after": f"{acted:.1f} s"}
        judge_all(site, LEADERLESS_SECONDS + FEW_SECONDS, **figures)
        assert cluster.query("orchestrion", "SELECT incarnation_number, timeline > 1 FROM installation") == "1|t"


def released(site: Site) -> int:
    """What `orchestrion db release` says, for an operator with a token: how many jobs."""
    web = site.web()
    web.start()
    with httpx2.Client(base_url=f"{web.address}/api/v1", trust_env=False, timeout=30) as client:
        take_token(web.process, client)
        token = client.headers["Authorization"].removeprefix("Bearer ")
    env = {**clean_environment(), "ORCHESTRION_URL": web.address, "ORCHESTRION_TOKEN": token}
    done = subprocess.run([str(COMMAND), "db", "release", "--json"], env=env, check=True, capture_output=True)
    return int(json.loads(done.stdout)["jobs"])


def test_without_one_nothing_goes_on_before_people_release_it(
    new_cluster: Callable[..., PatroniCluster], folder: Path, say: Say
) -> None:
    """The standby lacks the last commits: what had not ended is held, and nobody acts until the release."""
    cluster = new_cluster(synchronous_mode=False, maximum_lag_on_failover=FAR_BEHIND)
    with opened_site(folder, cluster.create_database().url) as site:
        servers = site.runbook_servers("one", "two")
        site.start_load(IN_FLIGHT)
        cluster.nodes["db2"].kill()
        site.more(2 * IN_FLIGHT)
        site.load.is_answering, site.load.in_flight = False, 0
        cluster.nodes["db1"].kill()
        cluster.nodes["db2"].start()
        cluster.until(lambda: cluster.nodes["db2"].role() == "primary", "the standby to take over")
        known = len(site.target.seen)
        site.until(
            lambda: all("A new incarnation begins" in each.said or "starts anew" in each.said for each in servers),
            "both servers to be fenced",
        )
        site.until(lambda: site.held == set(site.watch.instances) != set(), "all that had not ended to be held")
        site.until(
            lambda: time.monotonic() - site.target.seen[-1].at > 2 * LEASE_SECONDS, "a time in which nobody acts"
        )
        assert len(site.target.seen) == known
        before = site.target.traffic.effects.copy()
        jobs = released(site)
        site.load.is_answering = True
        site.until(lambda: not site.watch.instances and not site.watch.is_away, "all that was released to end")
        again = sum(times > before[each] > 0 for each, times in site.target.traffic.effects.items())
        accepted = len(site.load.jobs) + len(site.load.forgotten)
        lost = accepted - int(cluster.query("orchestrion", "SELECT count(*) FROM job"))
        say(
            f"{accepted} jobs accepted, {lost} of them lost with the last commits; {jobs} held and released; "
            f"0 acts before the release, {again} effects repeated after it"
        )
        assert jobs >= 1
        assert lost >= 1
