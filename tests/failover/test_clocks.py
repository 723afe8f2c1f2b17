"""The clock of one server is set by an hour, or runs too fast: leases and the order of the journal do not notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.failover.conftest import Judge
from tests.failover.site import FEW_SECONDS, Server, Site

pytestmark = pytest.mark.timeout(300)
IN_FLIGHT = 6
CAPACITY = ("--capacity", "4")  # so that both servers have work
#: Reading a clock from a file is slow, and nobody may lose a lease for that.
PATIENT = {"ORCHESTRION_LEASE_SECONDS": "20"}
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


class WrongClock:
    """What one process takes for the time; what it takes for the time since the machine began stays right."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set("+0")

    @property
    def env(self) -> dict[str, str]:
        """The variables of the process."""
        assert LIBRARIES, "libfaketime is not installed: run scripts/install-test-needs"
        options = {"FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return {"LD_PRELOAD": str(LIBRARIES[-1]), "FAKETIME_TIMESTAMP_FILE": str(self._file), **options}

    def set(self, change: str) -> None:
        """Sets the clock: `+1h`, `-1h`, or `+0 x1.5` for one that runs half as fast again."""
        new = self._file.with_suffix(".new")
        new.write_text(change + "\n")
        new.replace(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> WrongClock:
    """The clock of the server `wrong`, which is right at first."""
    return WrongClock(tmp_path / "clock")


def started(site: Site, clock: WrongClock) -> list[Server]:
    """Two servers, of which the primary has the clock; both have work."""
    servers = [site.add("wrong", *CAPACITY, env=clock.env | PATIENT), site.add("right", *CAPACITY, env=PATIENT)]
    for each in servers:
        each.start()
    site.start_load(IN_FLIGHT)
    return servers


@pytest.mark.parametrize("changes", [("-1h", "+1h"), pytest.param(("+0 x2",), marks=pytest.mark.soak)])
def test_wrong_clocks(site: Site, clock: WrongClock, changes: tuple[str, ...], judge_all: Judge) -> None:
    """Nobody is taken for dead, no job changes its server, and the journals replay in their order."""
    servers = started(site, clock)
    for change in changes:
        clock.set(change)
        site.more(IN_FLIGHT)
        for each in servers:
            site.acts(each)
    found = judge_all(site, FEW_SECONDS, changes=len(changes))
    assert found.repeats == found.answers == 0
    for each in servers:
        assert not [line for line in each.process.lines if "was not heard of" in line or "starts anew" in line]


def test_a_clock_that_was_an_hour_ahead_and_is_set_right(site: Site, clock: WrongClock, judge_all: Judge) -> None:
    """Delays of a twentieth of a second do not take an hour."""
    started(site, clock)
    clock.set("+1h")
    site.more(IN_FLIGHT)
    clock.set("+0")
    judge_all(site, FEW_SECONDS)
