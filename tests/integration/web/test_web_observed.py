"""Metrics of the web service, the trace of whoever starts a job, and the level of the log, over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import cast

import anyio
import httpx2
import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.observability.metrics import MEDIA_TYPE
from orchestrion.ports.observability import LOG_LEVEL
from orchestrion.services.log_levels import Level
from tests.services.web_service import WebService
from tests.unit.observability.exposition import samples

QUICK = "orchestrion: runbook/1\nname: Traced\nactivities: {a: {type: runbook-control.return-data}}\nlinks: []\n"
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
def level() -> Iterator[logging.Logger]:
    """The root logger, whose level is put back."""
    root = logging.getLogger()
    before = root.level
    yield root
    root.setLevel(before)


def count(api: httpx2.Client, **labels: str) -> float:
    """How many requests were counted with these labels."""
    found = samples(api.get("/metrics").content)
    return found.get(("orchestrion_http_requests_total", tuple(sorted(labels.items()))), 0)


def test_metrics_are_told_to_whoever_signed_in(api: httpx2.Client, stranger: httpx2.Client) -> None:
    """In the form that Prometheus wants; a stranger learns nothing."""
    answer = api.get("/metrics")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert samples(answer.content)["orchestrion_server_up", (("server", "tester"),)] == 1
    assert stranger.get("/metrics").status_code == 401


def test_requests_are_counted_by_the_template_of_their_route(api: httpx2.Client) -> None:
    """However many ids there are, there is one series."""
    for number in range(3):
        api.get(f"/jobs/00000000-0000-7000-8000-00000000000{number}")
    assert count(api, method="GET", route="/api/v1/jobs/{job_id}", status="404") == 3


@pytest.mark.parametrize(
    ("method", "path", "route"), [("GET", "/nothing/here", "none"), ("PROPFIND", "/jobs", "/api/v1/jobs")]
)
def test_what_strangers_invent_makes_no_series(api: httpx2.Client, method: str, path: str, route: str) -> None:
    """Unknown paths and methods are counted together."""
    status = str(api.request(method, path).status_code)
    assert count(api, method=method if method == "GET" else "other", route=route, status=status) >= 1


def test_pages_are_counted_together(service: WebService, api: httpx2.Client) -> None:
    """The front end's routes are no routes of ours."""
    httpx2.get(f"{service.url}/runbooks/some/page", trust_env=False)
    assert count(api, method="GET", route="pages", status="200") >= 1


@pytest.mark.parametrize(("sent", "kept"), [(TRACE, TRACE), ("nonsense", None), (None, None)])
def test_the_trace_of_whoever_starts_a_job_is_kept_with_it(
    service: WebService, api: httpx2.Client, sent: str | None, kept: str | None
) -> None:
    """One that is malformed is none."""
    api.post("/runbooks/import", json={"files": [{"path": "traced.yaml", "text": QUICK}]})
    headers = {} if sent is None else {"traceparent": sent}
    started = api.post("/runbooks/by-path/start", json={"path": "Traced"}, headers=headers)
    job_id = started.raise_for_status().json()["id"]
    job = service.call(service.core.database.read, lambda tx: tx.runs.job(job_id))
    assert job.trace_context == kept


def test_the_level_of_the_log_is_changed_over_the_api(api: httpx2.Client) -> None:
    """It is announced to every process, and audited; a level that there is not is refused."""
    assert api.put("/log-level", json={"level": "debug", "name": "tester"}).status_code == 204
    [entry] = api.get("/audit", params={"limit": 1}).json()["items"]
    assert (entry["action"], entry["object_type"], entry["object_name"]) == ("changed", "log-level", "tester")
    assert entry["details"] == {"level": "debug"}
    assert api.put("/log-level", json={"level": "loud"}).status_code == 422


def test_a_process_obeys_what_is_asked_of_it(service: WebService, level: logging.Logger) -> None:
    """And not what is asked of another."""
    core = service.core

    async def obeyed() -> int:
        async with core.observing.watched(core.wakeups):
            while not core.wakeups.is_heard(LOG_LEVEL):
                await anyio.lowlevel.checkpoint()
            for wanted, name in (("debug", "tester"), ("error", "another")):
                await core.services.log_levels.change(SYSTEM, cast("Level", wanted), name)
            with anyio.fail_after(10):
                while level.level != logging.DEBUG:
                    await anyio.lowlevel.checkpoint()
            return level.level

    assert service.call(obeyed) == logging.DEBUG
