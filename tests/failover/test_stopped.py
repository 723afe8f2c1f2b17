"""A server that is stopped for longer than its lease, as a virtual machine may be, and then goes on."""

from __future__ import annotations

import time

import pytest

from tests.failover.conftest import Judge
from tests.failover.site import FEW_SECONDS, LEADERLESS_SECONDS, RUN_SECONDS, Site

pytestmark = pytest.mark.timeout(300)
IN_FLIGHT = 6


def test_a_stopped_server_does_nothing_more_once_others_have_its_work(site: Site, judge_all: Judge) -> None:
    """Its writes are refused and it starts nothing; calls of `once` activities under way answer their own doubt."""
    first, _ = site.runbook_servers("one", "two")
    site.load.is_answering = False
    site.start_load(IN_FLIGHT)
    once = site.hold_with("charge", 2)
    mine, pid, stopped_at = site.watch.owned_by(first.name), first.process.pid, time.monotonic()
    first.pause()
    site.until(lambda: site.load.doubts >= once, "what was under way to be in doubt")
    site.until(lambda: not site.left_alone(mine - site.held, pid), "others to have its work")
    seconds = max(at - stopped_at for at in site.taken_over(mine, pid).values())
    site.release()
    gone_on_at = time.monotonic()
    first.go_on()
    first.process.wait_for_line("it starts anew", RUN_SECONDS)
    assert not [each for each in site.target.seen if each.pid == pid and each.at > gone_on_at]
    site.until(lambda: not site.load.doubts, "doubts to be answered by late outcomes")
    site.load.is_answering = True
    site.acts(first)
    found = judge_all(site, LEADERLESS_SECONDS + FEW_SECONDS, stops=1, taken_over_after=f"{seconds:.1f} s")
    assert found.answers == 0
