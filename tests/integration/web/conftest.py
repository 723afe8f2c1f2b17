"""One web service for all tests of a module, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.services.web_service import WebService


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    """A running web service with a runbook server and a small front end."""
    static = tmp_path_factory.mktemp("static")
    _write_front_end(static)
    with WebService(tmp_path_factory.mktemp("data"), static) as running:
        yield running


@pytest.fixture
def api(service: WebService) -> Iterator[httpx2.Client]:
    """A client with an API token."""
    with service.with_token() as client:
        yield client


@pytest.fixture
def browser(service: WebService) -> Iterator[httpx2.Client]:
    """A client with a session of its own."""
    client = service.signed_in()
    yield client
    client.close()


@pytest.fixture
def stranger(service: WebService) -> Iterator[httpx2.Client]:
    """A client that has not signed in."""
    with service.client() as client:
        yield client


@pytest.fixture
def root_folder(api: httpx2.Client) -> str:
    """The id of the root folder."""
    return str(api.get("/folders").json()[0]["id"])


def _write_front_end(folder: Path) -> None:
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Orchestrion</title><script>boot()</script>")
    (folder / "assets" / "main-abcd1234.js").write_text("export const size = 1;\n" * 200)
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
