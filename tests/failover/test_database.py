"""The database goes away and comes back: nobody is taken for dead because of it, and everything goes on."""

from __future__ import annotations

import threading

import pytest

from tests.failover.conftest import Judge
from tests.failover.site import FEW_SECONDS, LEASE_SECONDS, Site
from tests.services.postgres import Cluster

pytestmark = pytest.mark.timeout(300)
IN_FLIGHT = 6
AWAY = "The orchestration database is away"
DEAD = ("was not heard of", "taken for dead")


@pytest.mark.parametrize("mode", [pytest.param("fast", marks=pytest.mark.soak), "immediate"])
def test_a_restart_of_the_database(own_site: Site, own_postgres_cluster: Cluster, mode: str, judge_all: Judge) -> None:
    """It is back within the lease: no instance changes its server."""
    servers = own_site.runbook_servers("one", "two")
    own_site.start_load(IN_FLIGHT)
    own_postgres_cluster.stop(mode)
    own_postgres_cluster.start()
    own_site.more(2 * IN_FLIGHT)
    judge_all(own_site, FEW_SECONDS, outages=1)
    for each in servers:
        assert not [line for line in each.process.lines if any(word in line for word in DEAD)]


def test_a_database_that_is_away_for_two_leases(
    own_site: Site, own_postgres_cluster: Cluster, judge_all: Judge
) -> None:
    """Each server is cut off, says so once, and goes on where it was; none is expired by another one."""
    servers = own_site.runbook_servers("one", "two")
    own_site.start_load(IN_FLIGHT)
    own_postgres_cluster.stop()
    threading.Event().wait(2 * LEASE_SECONDS)  # what is waited for is time
    own_postgres_cluster.start()
    own_site.more(2 * IN_FLIGHT)
    judge_all(own_site, LEASE_SECONDS + FEW_SECONDS, outages=1)
    for each in servers:
        assert sum(AWAY in line for line in each.process.lines) == 1, each.process.output
        assert not [line for line in each.process.lines if "was not heard of" in line]
