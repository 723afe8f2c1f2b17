"""Installations for the scenes, and what each scene measured, said at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.failover.load import Verdict
from tests.failover.site import Site, opened_site
from tests.services import session
from tests.services.postgres import Cluster, Database

SAID = pytest.StashKey[list[str]]()
Judge = Callable[..., Verdict]
Say = Callable[[str], None]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path short enough for Unix sockets."""
    with tempfile.TemporaryDirectory(prefix="site-", dir=session.shared_folder()) as made:
        yield Path(made)


@pytest.fixture
def site(folder: Path, postgres_database: Database) -> Iterator[Site]:
    """An installation on a database of the cluster that all tests share."""
    with opened_site(folder, postgres_database.url) as made:
        yield made


@pytest.fixture
def own_site(folder: Path, own_postgres_cluster: Cluster) -> Iterator[Site]:
    """An installation on a cluster that the test may stop."""
    with opened_site(folder, own_postgres_cluster.create_database().url) as made:
        yield made


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Say:
    """Notes figures of this scene, which are said at the end."""
    lines = request.config.stash.setdefault(SAID, [])
    return lambda figures: lines.append(f"failover: {request.node.name}: {figures}")


@pytest.fixture
def judge_all(say: Say) -> Judge:
    """Waits for the end of all jobs of a site, demands that every rule was kept, and notes the figures."""

    def judge(site: Site, longest: float, **figures: object) -> Verdict:
        found = site.finish()
        alone = site.watch.longest
        facts = {"jobs": found.jobs, **figures, "longest without owner": f"{alone:.1f} s", "answers": found.answers}
        counts = f"{found.repeats} repeats (allowed by class), {found.unknowing} unknowing, {found.lost} lost"
        say(f"{counts}; {', '.join(f'{key} {each}' for key, each in facts.items())}")
        assert not found.faults, "\n".join(found.faults)
        assert alone < longest, f"an instance was without a live owner for {alone:.1f} s"
        return found

    return judge


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line for each scene."""
    for line in config.stash.get(SAID, []):
        terminalreporter.write_line(line)
