"""The port for metrics and probes, on real processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.services.network import LOOPBACK, find_free_port
from tests.services.orchestrion import COMMAND, RUNBOOK_SERVER, OrchestrionProcess, clean_environment
from tests.services.postgres import Cluster
from tests.services.processes import ReadProcess
from tests.services.waiting import eventually
from tests.unit.observability.exposition import samples


def client(port: int, **headers: str) -> httpx2.Client:
    """A client of the port."""
    return httpx2.Client(base_url=f"http://{LOOPBACK}:{port}", headers=headers, trust_env=False, timeout=30)


def test_a_runbook_server_alone_is_observed_through_an_outage(
    start_orchestrion: Callable[..., OrchestrionProcess], own_postgres_cluster: Cluster
) -> None:
    """It shows metrics and health without a web service, also while the database is away, and afterwards."""
    database, port = own_postgres_cluster.create_database(), find_free_port()
    flags = ("--database", database.url, "--name", "one", "--metrics-port", str(port))
    start_orchestrion(*flags, command=RUNBOOK_SERVER)
    with client(port) as http:
        assert http.get("/health/ready").status_code == 200
        assert samples(http.get("/metrics").content)["orchestrion_server_up", (("server", "one"),)] == 1
        assert http.get("/health").json()["status"] == "ok"
        own_postgres_cluster.stop("immediate")
        away = eventually(lambda: http.get("/health/ready").status_code == 503, "the outage to be told")
        assert away
        assert http.get("/health/live").status_code == 200
        failing = http.get("/health")
        assert (failing.status_code, failing.json()["checks"][0]["code"]) == (503, "database")
        eventually(lambda: samples(http.get("/metrics").content)["orchestrion_database_up", ()] == 0, "the metric")
        own_postgres_cluster.start()
        eventually(lambda: http.get("/health/ready").status_code == 200, "the server to be ready again", 60)


def test_a_token_guards_what_others_can_reach(
    start_orchestrion: Callable[..., OrchestrionProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Metrics and reasons need it; that the process lives and is ready does not."""
    token, port = tmp_path / "token", find_free_port()
    token.write_text("s3cret\n")
    config = tmp_path / "orchestrion.toml"
    config.write_text(f'metrics_host = "0.0.0.0"\nmetrics_port = {port}\nmetrics_token_file = "{token}"\n')
    start_orchestrion("--config", str(config))
    with client(port) as stranger, client(port, Authorization="Bearer s3cret") as prometheus:
        for path, alone in (("/metrics", 401), ("/health", 401), ("/health/live", 200), ("/health/ready", 200)):
            assert (stranger.get(path).status_code, prometheus.get(path).status_code) == (alone, 200)


def test_no_other_site_reads_the_port_through_a_browser(start_orchestrion: Callable[..., OrchestrionProcess]) -> None:
    """A stranger's name that suddenly points here is turned away."""
    port = find_free_port()
    start_orchestrion("--metrics-port", str(port))
    with client(port, Host="stranger.example") as http:
        assert http.get("/metrics").status_code >= 400


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--metrics-port", "0", "--metrics-host", "0.0.0.0"), "metrics_token_file"),
        (("--otlp-endpoint", "localhost:4317"), "otlp"),
    ],
)
def test_what_would_be_open_or_lost_is_refused(tmp_path: Path, flags: tuple[str, ...], words: str) -> None:
    """Before anything starts, with the way out."""
    command = [str(COMMAND), "up", "--data-dir", str(tmp_path), *flags]
    process = ReadProcess(command, cwd=tmp_path, env=clean_environment())
    assert process.wait() == 2
    assert words in process.output


def test_a_port_in_use_is_told_with_its_flag(tmp_path: Path, orchestrion: OrchestrionProcess) -> None:
    """The message names the flag that chooses another."""
    command = [str(COMMAND), "up", "--data-dir", str(tmp_path / "other"), "--port", "0"]
    command += ["--metrics-port", str(orchestrion.port)]
    process = ReadProcess(command, cwd=tmp_path, env=clean_environment())
    assert process.wait() == 5
    assert "--metrics-port" in process.output
