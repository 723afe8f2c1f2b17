"""What tests in a browser share."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

PASSWORD = "a password of my own"


def picture(page: Page, name: str) -> None:
    """A screenshot for whoever wants to look: set SCREENSHOTS to a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
