"""`kill -9` of every role while jobs are under way: nothing is lost, and nothing happens twice unknowingly."""

from __future__ import annotations

import time

import httpx2
import pytest

from tests.failover.conftest import Judge
from tests.failover.site import DETECTION_SECONDS, FEW_SECONDS, LEADERLESS_SECONDS, Server, Site
from tests.integration.test_separate_servers import take_token

pytestmark = pytest.mark.timeout(300)
IN_FLIGHT = 7
CAPACITY = ("--capacity", "5")  # so that a standby has work as well


def killed(site: Site, server: Server) -> float:
    """Kills a server that has work and waits until that has gone on elsewhere; gives the seconds until the last did."""
    site.until(lambda: site.watch.owned_by(server.name), f"{server.name} to have work")
    pid, instances = server.process.pid, site.watch.owned_by(server.name)
    server.kill()
    killed_at = time.monotonic()
    site.until(lambda: not site.left_alone(instances, pid), "what was under way to be taken over")
    return max([0.0, *(at - killed_at for at in site.taken_over(instances, pid).values())])


def test_the_death_of_any_runbook_server(site: Site, judge_all: Judge) -> None:
    """The standby, and then the primary, which leads: each dies with work under way, and comes back."""
    one, two = site.runbook_servers("one", "two", flags=CAPACITY)
    site.start_load(IN_FLIGHT)
    site.until(lambda: site.watch.leader == "one", "the first server to lead")
    standby = killed(site, two)
    two.begin()
    site.more(IN_FLIGHT)
    two.wait()
    primary = killed(site, one)
    one.begin()
    site.more(IN_FLIGHT)
    one.wait()
    site.acts(one)
    times = {"standby taken over after": f"{standby:.1f} s", "primary and leader after": f"{primary:.1f} s"}
    judge_all(site, LEADERLESS_SECONDS + FEW_SECONDS, kills=2, **times)


def test_the_death_of_the_web_service(site: Site, judge_all: Judge) -> None:
    """Runs go on without it; the next one knows everything, and takes jobs as before."""
    site.runbook_servers("one")
    web = site.web()
    web.start()
    site.start_load(IN_FLIGHT)
    with httpx2.Client(base_url=f"{web.address}/api/v1", trust_env=False, timeout=30) as client:
        take_token(web.process, client)
        jobs = len(client.get("/jobs").json()["items"])
        web.kill()
        site.more(IN_FLIGHT)
        web.start()
        assert len(client.get("/jobs").json()["items"]) >= jobs + IN_FLIGHT
        started = client.post("/runbooks/by-path/start", json={"path": "Chain"}).json()["id"]
        assert client.get(f"/jobs/{started}", params={"wait": 30}).json()["status"] == "success"
    site.load.adopt(started)
    judge_all(site, DETECTION_SECONDS, kills=1)
