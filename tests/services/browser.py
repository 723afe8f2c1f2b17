"""A real Chromium, driven through Playwright; no browser is downloaded."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page, sync_playwright

# The first flag is for root, as which Chromium refuses its sandbox; the others keep it from looking for servers
# outside this machine.
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def chromium_path() -> str:
    """CHROMIUM, or where Debian has it."""
    return os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.fixture
def page() -> Iterator[Page]:
    """An empty page in a browser of its own; the test fails when a script on it raised an error."""
    raised: list[Error] = []

    def keep(error: Error) -> None:  # Playwright marks the functions it is given, and cannot mark list.append
        raised.append(error)

    flags = FLAGS if os.geteuid() == 0 else FLAGS[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.on("pageerror", keep)
        yield page
        browser.close()
    assert not raised, raised
