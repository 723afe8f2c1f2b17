"""Fixtures of the acceptance tier."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.acceptance.browsing import PASSWORD
from tests.acceptance.installation import SAMPLES, Installation
from tests.services.orchestrion import OrchestrionProcess


@pytest.fixture
def product(start_orchestrion: Callable[..., OrchestrionProcess]) -> Installation:
    """A fresh `orchestrion up` with the samples, on SQLite."""
    return Installation(start_orchestrion("--samples", str(SAMPLES)))


@pytest.fixture
def console(page: Page) -> list[str]:
    """Errors and warnings that the browser's console shows."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    return found


@pytest.fixture
def signed_in(product: Installation, page: Page, console: list[str]) -> Page:
    """The page after the first sign-in, which demands a password of one's own."""
    page.goto(product.process.address)
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password", exact=False).first.fill(product.one_time_password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Current password").fill(product.one_time_password)
    page.get_by_label("New password", exact=False).nth(0).fill(PASSWORD)
    page.get_by_label("New password again").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    page.wait_for_url("**/runbooks")
    return page
