"""A server whose cable to the database is cut, while its way to what it acts on stays up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrion.runbookserver.lease import SAFETY_SHARE
from tests.failover.conftest import Judge
from tests.failover.site import FEW_SECONDS, LEADERLESS_SECONDS, LEASE_SECONDS, Site, opened_site
from tests.services.netns import Namespace
from tests.services.postgres import fresh_cluster

pytestmark = pytest.mark.timeout(300)
IN_FLIGHT = 6
ACTS_SECONDS = LEASE_SECONDS * (1 - SAFETY_SHARE)  # from the last acknowledged heartbeat on


@pytest.fixture
def namespace(new_namespace: Callable[[], Namespace]) -> Namespace:
    """Where the server lives that is cut off."""
    return new_namespace()


@pytest.fixture
def site(folder: Path, namespace: Namespace) -> Iterator[Site]:
    """Servers `far`, in the namespace, which is the primary and leads, and `near`; jobs are under way."""
    with fresh_cluster(network=namespace.network) as cluster:
        database = cluster.create_database()
        with opened_site(folder, database.url) as site:
            there = f"postgresql://postgres@{namespace.outside}:{database.port}/{database.name}"
            site.add("far", url=there, prefix=namespace.prefix).start()  # first: it is the primary, and leads
            site.add("near").start()
            site.load.is_answering = False
            site.start_load(IN_FLIGHT)
            yield site


def test_a_cut_shorter_than_the_lease_changes_nothing(site: Site, namespace: Namespace, judge_all: Judge) -> None:
    """Whoever is back in time keeps all its work."""
    namespace.cut()
    threading.Event().wait(ACTS_SECONDS / 2)  # what is waited for is time
    namespace.heal()
    site.more(2 * IN_FLIGHT)
    found = judge_all(site, FEW_SECONDS, cuts=1)
    assert "starts anew" not in site.servers["far"].process.output
    assert found.repeats == found.answers == 0


@pytest.mark.parametrize("way", ["cut", pytest.param("deafen", marks=pytest.mark.soak)])
def test_a_longer_cut_hands_the_work_on(site: Site, namespace: Namespace, way: str, judge_all: Judge) -> None:
    """The server falls silent at the target before anybody takes over; what it could not leave tells its outcome."""
    far, near = site.servers["far"], site.servers["near"]
    site.hold("charge")
    site.until(lambda: "charge" in site.waiting_for, "a `once` activity to be under way")
    mine, pid, cut_at = site.watch.owned_by("far"), far.process.pid, time.monotonic()
    getattr(namespace, way)()
    site.until(lambda: not site.left_alone(mine - site.held, pid), "others to have its work")
    site.until(lambda: site.load.doubts, "what was under way to be in doubt")
    seconds = max(at - cut_at for at in site.taken_over(mine, pid).values())
    last = max(each.at for each in site.target.seen if each.pid == pid) - cut_at
    site.release()
    site.acts(near)
    assert max(each.at for each in site.target.seen if each.pid == pid) - cut_at == last < ACTS_SECONDS + 1
    namespace.heal()
    site.until(lambda: not site.load.doubts & site.called, "doubts to be answered by late outcomes")
    # The database may know of the intention to call and the server not know that it does: it has not called then.
    never_called = len(site.load.doubts)
    site.load.is_answering = True
    site.acts(far)
    figures = {"last act": f"{last:.1f} s", "taken over after": f"{seconds:.1f} s"}
    found = judge_all(site, LEADERLESS_SECONDS + FEW_SECONDS, cuts=1, **figures)
    assert found.answers == never_called
