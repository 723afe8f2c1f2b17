"""What each check of the installation's health makes of what was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrion.model.errors import UnavailableError
from orchestrion.model.health import Check, Grade, Report
from orchestrion.ports.observability import DatabaseFacts, Figures, ServerFigures
from orchestrion.ports.servers import ServerState
from orchestrion.ports.transaction import Database
from orchestrion.security.vault import MasterKeyVault
from orchestrion.services.health import Health, Surroundings
from orchestrion.services.health_checks import Seen, of_database, of_disk, of_key, of_runs, of_schema, of_servers
from orchestrion.services.installation import establish
from orchestrion.storage.migrate import newest
from tests.unit.services.world import ANNA, Clock

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FACTS = DatabaseFacts("PostgreSQL 15.14", "0005", NOW, synchronous_standbys=0)
FIGURES = Figures({}, 0.0, {}, 0.0, 0, {}, 0)
ONLINE = ServerFigures("one", "online", 1.0, 14.0, 1, 500, 0)
ROOM = (50_000_000_000, 100_000_000_000)


def database_check(code: str, facts: DatabaseFacts = FACTS, took: float = 0.01, ahead: float = 0.0) -> Check:
    """One of the checks of the database."""
    return next(each for each in of_database(Seen(facts, FIGURES, took, ahead), "0005") if each.code == code)


@pytest.mark.parametrize(
    ("facts", "grade", "words"),
    [
        (FACTS, Grade.OK, "no synchronous standby"),
        (replace(FACTS, wants_standby=True, synchronous_standbys=1), Grade.OK, "nothing is lost"),
        (replace(FACTS, wants_standby=True), Grade.FAILING, "none is there"),
        (replace(FACTS, unsafe={"fsync": "off"}), Grade.FAILING, "fsync = off"),
        (replace(FACTS, synchronous_standbys=None), Grade.OK, "this machine's disk"),
    ],
)
def test_the_promise_of_durability_is_named(facts: DatabaseFacts, grade: Grade, words: str) -> None:
    """What a failover of the database may lose (durability.md 8)."""
    found = database_check("durability", facts)
    assert found.status is grade
    assert words in found.detail


def test_a_standby_is_no_place_to_work() -> None:
    """Nothing can be written there."""
    assert database_check("database", replace(FACTS, is_standby=True)).status is Grade.FAILING


def test_a_slow_database_is_worth_a_look() -> None:
    """It answers, and everything waits for it."""
    assert database_check("database", took=1.5).status is Grade.DEGRADED


@pytest.mark.parametrize("ahead", [3.0, -3.0])
def test_clocks_that_differ_are_worth_a_look(ahead: float) -> None:
    """Schedules go by the one, leases by the other."""
    assert database_check("clock", ahead=ahead).status is Grade.DEGRADED


def test_an_older_schema_has_to_be_migrated() -> None:
    """A newer one is the middle of an upgrade."""
    assert of_schema("0004", "0005").status is Grade.FAILING
    assert of_schema("0006", "0005").status is Grade.DEGRADED


def test_without_a_runbook_server_jobs_wait() -> None:
    """Whatever is registered."""
    offline = replace(ONLINE, status="offline")
    assert [each.status for each in of_servers(replace(FIGURES, servers=[offline]))] == [Grade.FAILING]


def test_servers_that_are_away_are_named() -> None:
    """While another is online."""
    servers = [ONLINE, replace(ONLINE, name="two", status="offline")]
    found, leader = of_servers(replace(FIGURES, servers=servers, leader="one"))
    assert (found.status, found.detail) == (Grade.DEGRADED, "Not online: two.")
    assert leader.status is Grade.OK


@pytest.mark.parametrize("status", ["draining", "maintenance"])
def test_servers_none_of_which_takes_work_are_worth_a_look(status: str) -> None:
    """People wanted it so, and may have forgotten."""
    servers = [replace(ONLINE, status=status), replace(ONLINE, name="two", status=status)]
    found, _ = of_servers(replace(FIGURES, servers=servers, leader="one"))
    assert (found.status, found.detail) == (Grade.DEGRADED, "None takes work, by what people want: one, two.")
    assert of_servers(replace(FIGURES, servers=[*servers, ONLINE]))[0].status is Grade.OK


def test_servers_without_a_leader_are_worth_a_look() -> None:
    """The work of one that dies would not be taken over."""
    assert of_servers(replace(FIGURES, servers=[ONLINE]))[1].status is Grade.DEGRADED


def test_an_instance_that_waits_for_a_server_is_worth_a_look() -> None:
    """A job that waits for its runbook's limit is not."""
    waits = replace(FIGURES, jobs={"pending": 3}, oldest_pending=4000.0)
    assert of_runs(waits)[0].status is Grade.OK
    assert "1 h 6 min" in of_runs(waits)[0].detail
    assert of_runs(replace(waits, oldest_ready=61.0))[0].status is Grade.DEGRADED


@pytest.mark.parametrize("figures", [replace(FIGURES, in_doubt=1), replace(FIGURES, instances={"held": 1})])
def test_what_waits_for_a_person_is_worth_a_look(figures: Figures) -> None:
    """Doubts, and instances that are held."""
    assert of_runs(figures)[1].status is Grade.DEGRADED


@pytest.mark.parametrize(
    ("free", "grade"), [(10**10, Grade.OK), (10**9 - 1, Grade.DEGRADED), (10**8 - 1, Grade.FAILING)]
)
def test_a_disk_that_fills_up_is_told(free: int, grade: Grade) -> None:
    """Before nothing can be written."""
    assert of_disk(free, 10**11).status is grade


def test_what_does_not_stand_well_names_the_way_out() -> None:
    """Everywhere, and nowhere else."""
    wrong = [of_key("no key"), of_disk(0, 1), of_schema("", "1"), *of_servers(FIGURES)]
    assert all(each.remedy for each in wrong)
    assert not of_key("").remedy


def test_a_report_is_as_good_as_its_worst_check() -> None:
    """Without any it is fine."""
    assert Report(()).grade is Grade.OK
    assert Report((of_key(""), of_disk(10**9 - 1, 1), of_key("none"))).grade is Grade.FAILING


async def test_a_report_of_a_running_installation(database: Database, clock: Clock) -> None:
    """The master key is tried, the schema compared."""
    vault = MasterKeyVault(bytes(32))
    await establish(database, clock, vault)
    report = await Health(database, clock, Surroundings(newest(), lambda: ROOM, vault)).report(ANNA)
    found = {each.code: each.status for each in report.checks}
    assert (found["schema"], found["key"], found["disk"]) == (Grade.OK, Grade.OK, Grade.OK)
    assert found["servers"] is Grade.FAILING


async def test_another_key_is_found_out(database: Database, clock: Clock) -> None:
    """Before an activity fails because of it."""
    await establish(database, clock, MasterKeyVault(bytes(32)))
    other = Surroundings(newest(), lambda: ROOM, MasterKeyVault(bytes([1] * 32)))
    report = await Health(database, clock, other).report(ANNA)
    assert next(each for each in report.checks if each.code == "key").status is Grade.FAILING


class _Away:
    """A database that does not answer."""

    async def read(self, work: object) -> None:
        """Never."""
        raise UnavailableError("It is away.")

    async def write(self, work: object) -> None:
        """Never."""
        raise UnavailableError("It is away.")


async def test_an_outage_is_told_with_its_beginning(clock: Clock) -> None:
    """The other checks that need no database are there as well."""
    health = Health(_Away(), clock, Surroundings("1", lambda: ROOM))  # type: ignore[arg-type]  # it answers nothing
    first, second = [(await health.report(ANNA)).checks for _ in range(2)]
    assert [each.code for each in first] == ["database", "disk"]
    assert first[0].since == second[0].since is not None
    assert await health.unready() == "It is away."


async def test_a_server_that_is_cut_off_is_not_ready(database: Database, clock: Clock) -> None:
    """One that has registered is."""
    health = Health(database, clock, Surroundings(newest(), lambda: ROOM))
    assert "not registered" in await health.unready(ServerState())
    assert await health.unready(ServerState(registered_at=NOW)) == ""
    assert await health.unready(ServerState(registered_at=NOW, is_cut_off=True))
