"""Live updates: events as they happen, and the end with the session."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from tests.integration.web.documents import create, greeting, publish, run
from tests.services.web_service import WebService

CUT_SECONDS = 5


@contextmanager
def watching(client: httpx2.Client, **wanted: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events from now on, each with its name and data."""
    with client.stream("GET", "/live", params=wanted) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == ": connected"
        yield events(lines)


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Name and data of each event."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_a_run_is_seen_from_its_start_to_its_end(service: WebService, api: httpx2.Client, root_folder: str) -> None:
    """Job, instance and activities, in the order of the run."""
    runbook_id = publish(api, root_folder, greeting("Watched"))
    with service.with_token() as watcher, watching(watcher) as seen:
        job = run(api, runbook_id, word="x")
        names = []
        for name, data in seen:
            names.append((name, data.get("status")))
            if name == "job" and data["job_id"] == job["id"] and data["status"] == "success":
                break
    assert ("job", "pending") in names
    assert ("activity", "success") in names
    assert ("instance", "success") in names


def test_a_filter_lets_only_its_own_instance_through(service: WebService, api: httpx2.Client, root_folder: str) -> None:
    """Other instances are not told of; what concerns everybody still is."""
    runbook_id = publish(api, root_folder, greeting("Filtered"))
    nobody = "00000000-0000-7000-8000-000000000000"
    with service.with_token() as watcher, watching(watcher, instance_id=nobody, job_id=nobody) as seen:
        run(api, runbook_id, word="x")
        create(api, root_folder, greeting("Marker"))
        assert next(seen)[0] == "runbook"


def test_the_stream_ends_soon_after_the_session(service: WebService, browser: httpx2.Client) -> None:
    """Whoever signed out is told nothing more after five seconds."""
    with service.client(Cookie=f"orchestrion_session={browser.cookies['orchestrion_session']}") as watcher:
        with watching(watcher) as seen:
            browser.delete("/session")
            started = time.monotonic()
            list(seen)
        assert time.monotonic() - started < CUT_SECONDS


def test_the_stream_ends_with_the_server(tmp_path_factory: Any) -> None:
    """An open stream does not keep the server from stopping."""
    service = WebService(tmp_path_factory.mktemp("data"))
    with service:
        client = service.with_token()
        stream = client.send(client.build_request("GET", "/live"), stream=True)
        lines = stream.iter_lines()
        assert next(lines) == ": connected"
        started = time.monotonic()
    assert time.monotonic() - started < CUT_SECONDS
    assert not list(events(lines))
    stream.close()
    client.close()
