"""From a drag on the canvas to the data of the run, in a real browser."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.acceptance.browsing import picture
from tests.acceptance.installation import Installation

ACTIVITIES = ("Compare Values", "Append Line", "Read Line")


def node(page: Page, name: str) -> Locator:
    """An activity on the canvas by its name."""
    return page.get_by_role("region", name="Canvas").get_by_label(re.compile(rf"^{name}, "))


def draw(page: Page) -> None:
    """Drags the three activities onto the canvas and links them."""
    pane, canvas = page.get_by_role("region", name="Activities"), page.get_by_role("region", name="Canvas")
    for column, name in enumerate(ACTIVITIES):
        spot = {"x": 150 + 250 * column, "y": 200}
        pane.get_by_role("button", name=name).drag_to(canvas, target_position=spot)  # type: ignore[arg-type]
        expect(node(page, name)).to_be_visible()
    for source, target in itertools.pairwise(ACTIVITIES):
        start = node(page, source).locator(".react-flow__handle.source")
        start.drag_to(node(page, target).locator(".react-flow__handle.target"))
    expect(canvas.locator(".react-flow__edge")).to_have_count(2)


def configure(page: Page, file: Path) -> None:
    """Fills in the inputs; the text of Append Line subscribes to the comparison's result."""
    properties = page.get_by_role("region", name="Properties")
    node(page, "Compare Values").click()
    properties.get_by_label("First value").first.fill("one")
    properties.get_by_label("Relation").first.click()
    page.get_by_role("option", name="equals", exact=True).click()
    properties.get_by_label("Second value").first.fill("one")
    node(page, "Append Line").click()
    properties.get_by_label("File", exact=False).first.fill(str(file))
    properties.get_by_label("Text").first.fill("equal: ")
    properties.get_by_role("button", name="Subscribe in Text").click()
    page.get_by_text("Comparison result").first.click()
    expect(properties.get_by_label("Text").first).to_have_value('equal: {{ compare_values["Comparison result"] }}')
    node(page, "Read Line").click()
    properties.get_by_label("File", exact=False).first.fill(str(file))
    properties.get_by_label("Line numbers").first.fill("1")


def make_runbook(page: Page, name: str, file: Path) -> None:
    """Creates, draws, configures and checks in a runbook."""
    page.get_by_role("button", name="New runbook").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Canvas")).to_be_visible()
    draw(page)
    configure(page, file)
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_role("button", name="Check in").click()
    page.get_by_role("dialog").get_by_role("button", name="Save version").click()
    expect(page.get_by_role("button", name="version 1")).to_be_visible()


def test_a_runbook_is_drawn_checked_in_run_and_read(
    signed_in: Page, product: Installation, tmp_path: Path, console: list[str]
) -> None:
    """Three activities are dragged, linked and subscribed; the statuses turn; the instance shows the data."""
    page, file = signed_in, tmp_path / "out.txt"
    make_runbook(page, "Drawn", file)
    picture(page, "designer-light")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Run|Start")).click()
    for name in ACTIVITIES:
        expect(node(page, name)).to_have_attribute("aria-label", re.compile("success"), timeout=15_000)
    picture(page, "run-light")
    assert file.read_text() == "equal: true\n"
    (job,) = product.request("GET", "/jobs")["items"]
    page.goto(f"{product.process.address}/instances/{job['latest_instance_id']}")
    node(page, "Read Line").click()
    page.get_by_role("row", name=re.compile("Read Line")).get_by_role("button", name="Read Line").click()
    expect(page.get_by_text("equal: true").first).to_be_visible()
    picture(page, "instance-light")
    page.emulate_media(color_scheme="dark")
    picture(page, "instance-dark")
    page.goto(f"{product.process.address}/runbooks/{job['runbook_id']}")
    expect(node(page, "Read Line")).to_be_visible()
    picture(page, "designer-dark")
    assert console == []


def test_a_mistake_is_shown_where_it_is_and_refused(signed_in: Page, console: list[str]) -> None:
    """A missing input is marked on the canvas and listed, and the check-in says what is wrong."""
    page = signed_in
    page.get_by_role("button", name="New runbook").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill("Mistaken")
    page.keyboard.press("Enter")
    pane = page.get_by_role("region", name="Activities")
    pane.get_by_role("button", name="Append Line").press("Enter")
    expect(page.get_by_text("'Append Line' needs a value for 'File'.").first).to_be_visible()
    page.get_by_role("button", name="Check in").click()
    picture(page, "mistake-light")
    expect(page.get_by_text("needs a value").first).to_be_visible()
    expect(page.get_by_text("never checked in")).to_be_visible()
