"""Taking part in runs on their page, in a real browser: waits, pauses, data given by hand, reruns."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.acceptance.browsing import picture
from tests.acceptance.installation import Installation

STEERED = """\
activities:
  look: {type: utilities.compare-values, name: Look, inputs: {first_value: a, relation: equals, second_value: a}}
  write:
    type: text-files.append-line
    name: Write
    position: [300, 0]
    inputs: {file: %s, text: "equal: {{ look['Comparison result'] }}"}
links: [{from: look, to: write, delay_seconds: %s}]
"""
PARENT = """\
activities:
  call: {type: runbook-control.invoke-runbook, name: Call, inputs: {runbook: Steered, by_path: true}}
"""


def both_pictures(page: Page, name: str) -> None:
    """The page as it is, in light and in dark."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        picture(page, f"{name}-{scheme}")


def open_run(page: Page, product: Installation, job_id: str) -> None:
    """Goes to the page of a job's run as soon as there is one."""
    job = product.wait_for_status(job_id, "running", "failed", "success", "held")
    page.goto(f"{product.process.address}/instances/{job['latest_instance_id']}")


def test_a_run_is_paused_continued_and_given_data(
    signed_in: Page, product: Installation, tmp_path: Path, console: list[str]
) -> None:
    """The page says what is waited for and how long; a skipped activity ends with the data given."""
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    product.add("Steered", STEERED % (tmp_path / "never.txt", 12))
    open_run(page, product, product.start("Steered"))
    waits = page.get_by_role("region", name="What it waits for")
    expect(waits).to_contain_text("'Write' starts after a delay.")
    expect(waits).to_contain_text(re.compile(r"\d s left"))
    both_pictures(page, "instance-waits")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("nothing more is started")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("The run goes on.")).to_be_visible()
    page.get_by_role("button", name="Skip with data").click()
    dialog.get_by_role("combobox", name="Activity").click()
    page.get_by_role("option", name="Write").click()
    dialog.get_by_role("button", name="Add item").click()
    dialog.get_by_label("Value of record 1, row 1").fill("by hand")
    both_pictures(page, "instance-skip")
    dialog.get_by_role("button", name="Skip it").click()
    row = page.get_by_role("row", name=re.compile("Write"))
    expect(row).to_contain_text("given", timeout=20_000)
    row.get_by_role("button", name="Write").click()
    expect(page.get_by_role("region", name="Execution")).to_contain_text("by hand")
    both_pictures(page, "instance-given")
    assert not (tmp_path / "never.txt").exists()
    assert console == []


def test_a_failed_run_is_run_again_with_another_input(
    signed_in: Page, product: Installation, tmp_path: Path, console: list[str]
) -> None:
    """The preview says what is reused and what runs with which effect; the new job leads back to the old run."""
    page, dialog, file = signed_in, signed_in.get_by_role("dialog"), tmp_path / "good.txt"
    product.add("Steered", STEERED % (tmp_path / "missing" / "bad.txt", 0))
    job_id = product.start("Steered")
    product.wait_for_status(job_id, "failed")
    open_run(page, product, job_id)
    page.get_by_role("button", name="Rerun").click()
    table = dialog.get_by_role("table", name="What the rerun does")
    expect(table.get_by_role("row", name=re.compile("^Look"))).to_contain_text("Reused")
    expect(table.get_by_role("row", name=re.compile("^Write"))).to_contain_text("Runs again")
    dialog.get_by_text("Inputs of “Write”").click()
    dialog.get_by_label("File", exact=True).fill(str(file))
    both_pictures(page, "instance-rerun")
    dialog.get_by_role("button", name="Run again").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_role("status").get_by_text("Success")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Rerun", exact=True)).to_be_visible()
    both_pictures(page, "job-rerun")
    page.get_by_role("link", name="Run #1").click()
    expect(page.get_by_role("row", name=re.compile("Look"))).to_contain_text("reused")
    assert file.read_text() == "equal: true\n"
    assert console == []


def test_parents_and_children_lead_to_each_other(
    signed_in: Page, product: Installation, tmp_path: Path, console: list[str]
) -> None:
    """A run that waits for a runbook links to its job, and that job links back."""
    page = signed_in
    product.add("Steered", STEERED % (tmp_path / "out.txt", 20))
    product.add("Parent", PARENT)
    job_id = product.start("Parent")
    open_run(page, product, job_id)
    waits = page.get_by_role("region", name="What it waits for")
    expect(waits).to_contain_text("waits for the runbook", timeout=15_000)
    expect(page.get_by_role("region", name="Invoked runbooks")).to_contain_text("Steered")
    both_pictures(page, "instance-children")
    waits.get_by_role("link", name="Open its job").click()
    page.get_by_role("link", name="a run of another runbook").click()
    page.get_by_role("link", name="Job", exact=True).click()
    expect(page.get_by_role("region", name="Invoked runbooks")).to_contain_text("Steered")
    both_pictures(page, "job-children")
    assert console == []
