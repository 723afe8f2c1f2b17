"""The front end as it is served."""

from __future__ import annotations

import httpx2
import pytest

from tests.services.web_service import WebService


@pytest.fixture
def pages(service: WebService, stranger: httpx2.Client) -> httpx2.Client:
    """A client of the pages."""
    stranger.base_url = httpx2.URL(service.url)
    return stranger


@pytest.mark.parametrize("path", ["/", "/runbooks", "/runbooks/0190/designer", "/index.html"])
def test_every_page_is_the_start_page(pages: httpx2.Client, path: str) -> None:
    """The front end finds its own way; the start page is asked for anew each time."""
    answer = pages.get(path)
    assert "<title>Orchestrion</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/nothing.js", "/assets/gone-abcd1234.js", "/..%2f..%2fetc/passwd", "/api", "/API/v1/x"]
)
def test_a_file_that_is_not_there_is_not_the_start_page(pages: httpx2.Client, path: str) -> None:
    """Files, and misspelt paths of the API, are told to be missing."""
    assert pages.get(path).status_code == 404


def test_hashed_files_are_kept_for_good_and_sent_compressed(pages: httpx2.Client) -> None:
    """Their name changes with their content."""
    answer = pages.get("/assets/main-abcd1234.js")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text.startswith("export const size")


def test_what_the_browser_has_is_not_sent_again(pages: httpx2.Client) -> None:
    """An unchanged file is answered with 304."""
    tag = pages.get("/favicon.svg").headers["etag"]
    assert pages.get("/favicon.svg", headers={"If-None-Match": tag}).status_code == 304


def test_scripts_inside_the_start_page_are_allowed_by_their_hash(pages: httpx2.Client) -> None:
    """No other script inside a page runs."""
    policy = pages.get("/").headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'sha256-" in scripts
    assert "unsafe-inline" not in scripts


def test_pages_can_only_be_read(pages: httpx2.Client) -> None:
    """A write to a page is refused."""
    assert pages.post("/").status_code == 405
