"""Groups, invoked runbooks and junctions, drawn in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.acceptance.browsing import picture
from tests.acceptance.installation import Installation

CHILD = """\
returned_data: [{name: greeting}]
activities:
  start:
    type: runbook-control.initialize-data
    name: Ask
    inputs: {parameters: [{name: Whom, description: Who is greeted}, {name: Times, type: number, default: 1}]}
  back:
    type: runbook-control.return-data
    name: Give
    inputs: {values: {greeting: 'Hello {{ start["Whom"] }}'}}
links: [{from: start, to: back}]
"""


def both_pictures(page: Page, name: str) -> None:
    """The page as it is, in light and in dark."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        picture(page, f"{name}-{scheme}")


class Bench:
    """The designer as an author uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.canvas = page.get_by_role("region", name="Canvas")
        self.pane = page.get_by_role("region", name="Activities", exact=True)
        self.properties = page.get_by_role("region", name="Properties")

    def node(self, name: str) -> Locator:
        """An activity or a frame on the canvas."""
        return self.canvas.get_by_label(re.compile(rf"^{re.escape(name)}, "))

    def box(self, name: str) -> FloatRect:
        """Where it is on the screen."""
        found = self.node(name).bounding_box()
        assert found is not None
        return found

    def badge(self, name: str) -> Locator:
        """The sign on it that says what the check found."""
        return self.node(name).get_by_role("img", name=re.compile("^error"))

    def drop(self, name: str, x: float, y: float) -> None:
        """Drags an activity from the pane to a point of the screen."""
        corner = self.canvas.bounding_box()
        assert corner is not None
        spot = {"x": x - corner["x"], "y": y - corner["y"]}
        self.pane.get_by_role("button", name=name).drag_to(self.canvas, target_position=spot)  # type: ignore[arg-type]
        expect(self.node(name)).to_be_visible()

    def link(self, source: str, target: str) -> None:
        """Drags from one activity's right edge to the other's left edge."""
        start = self.node(source).locator(".react-flow__handle.source").last
        start.drag_to(self.node(target).locator(".react-flow__handle.target").first)

    def select(self, name: str) -> None:
        """Selects an activity; of a frame, by its upper edge."""
        self.node(name).click(position={"x": 60, "y": 20})
        expect(self.properties.get_by_role("heading", name=name)).to_be_visible()

    def choose(self, label: str, option: str | re.Pattern[str]) -> None:
        """Picks one option of a select in the properties."""
        self.properties.get_by_role("combobox", name=label).click()
        self.page.get_by_role("option", name=option).click()

    def move(self, name: str, dx: float, dy: float) -> None:
        """Drags an activity over the canvas."""
        at = self.box(name)
        self.page.mouse.move(at["x"] + 60, at["y"] + 20)
        self.page.mouse.down()
        self.page.mouse.move(at["x"] + 60 + dx / 2, at["y"] + 20 + dy / 2, steps=4)
        self.page.mouse.move(at["x"] + 60 + dx, at["y"] + 20 + dy, steps=4)
        self.page.mouse.up()


@pytest.fixture
def bench(signed_in: Page, product: Installation) -> Bench:
    """An empty runbook, checked out, beside one that can be invoked."""
    product.add("Greet", CHILD)
    signed_in.get_by_role("button", name="New runbook").first.click()
    signed_in.get_by_role("dialog").get_by_label("Name").fill("Grouped")
    signed_in.keyboard.press("Enter")
    bench = Bench(signed_in)
    expect(bench.canvas).to_be_visible()
    return bench


def draw_loop(bench: Bench, file: Path) -> None:
    """A For Each with one activity inside, which writes each item to a file."""
    corner = bench.canvas.bounding_box()
    assert corner is not None
    bench.drop("For Each", corner["x"] + 180, corner["y"] + 160)
    frame = bench.box("For Each")
    bench.drop("Append Line", frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    bench.properties.get_by_label("File", exact=False).first.fill(str(file))
    bench.properties.get_by_role("button", name="Subscribe in Text").click()
    bench.page.get_by_role("button", name="Item from For Each").click()
    bench.select("For Each")
    for index, item in enumerate(("one", "two"), 1):
        bench.properties.get_by_role("button", name="Add entry").click()
        bench.properties.get_by_label(f"Items {index}", exact=True).fill(item)
    bench.choose("Return data from", "Append Line")


def test_a_loop_is_drawn_and_invokes_a_runbook(
    bench: Bench, product: Installation, tmp_path: Path, console: list[str]
) -> None:
    """What is dropped on the frame runs per item; the invoked runbook gets what the group returns."""
    page, file = bench.page, tmp_path / "items.txt"
    draw_loop(bench, file)
    bench.pane.get_by_role("button", name="Invoke Runbook").press("Enter")
    expect(bench.canvas.locator(".react-flow__edge")).to_have_count(1)
    bench.properties.get_by_role("combobox", name="Runbook").fill("greet")
    page.get_by_role("option", name="Greet").click()
    bench.properties.get_by_role("button", name="Subscribe in Whom").click()
    page.get_by_role("button", name=re.compile("File path from Append Line|Text from Append Line")).first.click()
    expect(bench.properties.get_by_role("textbox", name="Times")).to_be_visible()
    both_pictures(page, "groups-drawn")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_role("button", name="Check in").click()
    page.get_by_role("dialog").get_by_role("button", name="Save version").click()
    expect(page.get_by_role("button", name="version 1")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Run|Start")).click()
    expect(bench.node("Invoke Runbook")).to_have_attribute("aria-label", re.compile("success"), timeout=20_000)
    both_pictures(page, "groups-run")
    assert file.read_text() == "one\ntwo\n"
    assert console == []


def test_the_frame_moves_asks_and_refuses(bench: Bench, tmp_path: Path, console: list[str]) -> None:
    """It takes its members along, links do not cross its border, and deleting it asks about what is inside."""
    page = bench.page
    draw_loop(bench, tmp_path / "items.txt")
    frame, member = bench.box("For Each"), bench.box("Append Line")
    bench.move("For Each", 100, 60)
    moved = bench.box("For Each")
    way = (moved["x"] - frame["x"], moved["y"] - frame["y"])
    assert min(way) >= 40
    after = bench.box("Append Line")
    assert (after["x"] - member["x"], after["y"] - member["y"]) == way
    bench.pane.get_by_role("button", name="Compare Values").press("Enter")
    bench.link("Append Line", "Compare Values")
    expect(page.get_by_text("cannot cross the border of a group")).to_be_visible()
    both_pictures(page, "groups-refused")
    bench.move("Append Line", 0, 260)
    expect(bench.badge("For Each")).to_have_accessible_name(re.compile("has no activities inside"))
    page.keyboard.press("Control+z")
    bench.select("For Each")
    page.keyboard.press("Delete")
    both_pictures(page, "groups-delete")
    page.get_by_role("dialog").get_by_role("button", name="Move out").click()
    expect(bench.node("For Each")).to_have_count(0)
    expect(bench.node("Append Line")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(bench.node("For Each")).to_be_visible()
    assert console == []


def test_a_group_is_built_with_the_keyboard(bench: Bench, console: list[str]) -> None:
    """Enter puts the first activity into an empty group; the select moves others in and out."""
    page = bench.page
    bench.pane.get_by_role("button", name="While").press("Enter")
    bench.pane.get_by_role("button", name="Append Line").press("Enter")
    bench.properties.get_by_role("tab", name="General").press("Enter")
    group = bench.properties.get_by_role("combobox", name="Group")
    expect(group).to_have_value("While")
    group.focus()
    group.press("ArrowDown")
    both_pictures(page, "groups-keyboard")
    group.press("ArrowUp")
    group.press("Enter")
    expect(group).to_have_value("In none")
    expect(bench.badge("While")).to_have_accessible_name(re.compile("has no activities inside"))
    assert console == []
