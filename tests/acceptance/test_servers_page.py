"""Looking after runbook servers and stopping a job, in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.acceptance.browsing import picture
from tests.acceptance.installation import Installation

_PATIENCE_MS = 20_000  # the page looks every two seconds, on a machine that does much else
WATCH = """\
activities:
  watch:
    type: files.monitor-file
    inputs: {in_folder: %s}
"""


def both_pictures(page: Page, name: str) -> None:
    """The page as it is, in light and in dark."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        picture(page, f"{name}-{scheme}")


def add_sleeper(product: Installation) -> None:
    """A runbook that would run for a minute."""
    product.add("Sleep", 'activities: {wait: {type: system.run-script, inputs: {type: Shell, script: "sleep 60"}}}')


def test_a_server_in_maintenance_holds_jobs_up_until_it_is_resumed(
    signed_in: Page, product: Installation, console: list[str]
) -> None:
    """The job says why it waits and leads to the servers; health is one click away."""
    page = signed_in
    add_sleeper(product)
    page.get_by_role("link", name="Servers").click()
    card = page.get_by_role("article")
    expect(card).to_contain_text("primary")
    card.get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name="Begin maintenance").click()
    expect(card.get_by_text("Maintenance")).to_be_visible()
    both_pictures(page, "server-maintenance")
    job = product.start("Sleep")
    page.goto(f"{product.process.address}/jobs/{job}")
    page.get_by_role("link", name="See the servers").click()
    page.get_by_role("button", name="Health:").click()
    expect(page.get_by_role("dialog", name="Health").get_by_role("listitem").first).to_be_visible()
    both_pictures(page, "health")
    page.keyboard.press("Escape")
    card.get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name="Resume").click()
    product.wait_for_status(job, "running")
    expect(card.get_by_text("1 of")).to_be_visible(timeout=_PATIENCE_MS)
    assert console == []


def test_a_stop_is_shown_step_by_step(signed_in: Page, product: Installation, console: list[str]) -> None:
    """First after the current activities, then now."""
    page = signed_in
    add_sleeper(product)
    job = product.start("Sleep")
    product.wait_for_status(job, "running")
    page.goto(f"{product.process.address}/jobs/{job}")
    page.get_by_role("button", name="Other ways to stop").click()
    page.get_by_role("menuitem", name="Stop after the current activities").click()
    way = page.get_by_role("list", name="The way of the stop")
    expect(way).to_contain_text("after the current activities")
    both_pictures(page, "stopping")
    page.get_by_role("button", name="Stop now").click()
    product.wait_for_status(job, "canceled")
    expect(way).not_to_contain_text("not yet")
    both_pictures(page, "stopped")
    assert console == []


def test_triggers_are_shown_with_their_data(
    signed_in: Page, product: Installation, console: list[str], tmp_path: Path
) -> None:
    """Each with its status and everything that the monitor published."""
    page, folder = signed_in, tmp_path / "in"
    folder.mkdir()
    product.add("Watch", WATCH % folder)
    job = product.start("Watch")
    product.wait_for_status(job, "waiting")
    page.goto(f"{product.process.address}/jobs/{job}")
    expect(page.get_by_role("region", name="Monitor")).to_contain_text("watches")
    folder.joinpath("a.csv").write_text("1")
    row = page.get_by_role("table", name="Triggers").get_by_role("row").nth(1)
    expect(row).to_contain_text("Success", timeout=30_000)
    row.locator("summary").click()
    expect(row.locator("details")).to_contain_text("a.csv")
    both_pictures(page, "triggers")
    assert console == []
