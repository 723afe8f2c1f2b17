"""Schedules, from the dialog to the run that they hold up, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.acceptance.browsing import picture
from tests.acceptance.installation import Installation

CLEAN = """\
settings: {schedule: Sites/Never}
activities:
  count:
    type: utilities.compare-values
    inputs: {first_value: a, relation: equals, second_value: a}
"""


def both_pictures(page: Page, name: str) -> None:
    """The page as it is, in light and in dark."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        picture(page, f"{name}-{scheme}")


def test_a_schedule_is_painted_by_mouse_and_keyboard(
    signed_in: Page, product: Installation, console: list[str]
) -> None:
    """The next permitted times follow what is painted."""
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    page.get_by_role("link", name="Schedules").click()
    page.get_by_role("button", name="New schedule").click()
    dialog.get_by_label("Name").fill("Sites/Nights")
    expect(dialog.get_by_text("without end")).to_be_visible()
    dialog.get_by_role("button", name="Deny all hours").click()
    expect(dialog.get_by_text("There are none")).to_be_visible()
    dialog.get_by_label("Monday 20:00 to 21:00").hover()
    page.mouse.down()
    dialog.get_by_label("Friday 23:00 to 24:00").hover()
    page.mouse.up()
    dialog.get_by_label("Sunday 00:00 to 01:00").focus()
    for key in ("Space", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    dialog.get_by_role("button", name="Add an exception").click()
    dialog.get_by_label("Date of exception 1").fill("2027-12-24")
    dialog.get_by_label("Time zone").fill("Tokyo")
    page.get_by_role("option", name="Asia/Tokyo").click()
    windows = dialog.get_by_label("Next permitted times").get_by_role("listitem")
    expect(windows).to_have_count(10)
    expect(windows.nth(1)).to_contain_text("(UTC+09:00)")
    both_pictures(page, "schedule-dialog")
    windows.last.scroll_into_view_if_needed()
    both_pictures(page, "schedule-dialog-end")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Sites/Nights")).to_contain_text(
        "Mon-Fri 20-24; Sun 0-3".replace("-", "\N{EN DASH}")
    )
    both_pictures(page, "schedules")
    assert console == []


def test_a_mistake_in_days_of_the_month_is_told_at_the_field(signed_in: Page, console: list[str]) -> None:
    """While one writes; a schedule with it is not stored."""
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    page.get_by_role("link", name="Schedules").click()
    page.get_by_role("button", name="New schedule").click()
    dialog.get_by_label("Name").fill("Sites/Month")
    dialog.get_by_text("Days of the month").click()
    field = dialog.get_by_role("textbox", name="Days of the month")
    field.fill("1-5, 7-last")
    expect(dialog.get_by_text("'last' cannot be part of a range (at character 8)")).to_be_visible()
    both_pictures(page, "schedule-month-days")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be part of a range")
    field.fill("1-5, last")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Sites/Month")).to_contain_text("Days 1-5, last")
    assert [text for text in console if "422" not in text] == []


def test_a_runbook_keeps_to_its_schedule(signed_in: Page, product: Installation, console: list[str]) -> None:
    """It is not started, an event says why, and the schedule is neither renamed unnoticed nor deleted."""
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    product.command("schedule", "set", "Sites/Never", "--weekdays", "monday", "--hours", "sunday 0-1")
    product.add("Clean up", CLEAN)
    product.wait_for_status(product.start("Clean up"), "canceled")
    page.get_by_role("link", name="Events").click()
    expect(page.get_by_text("Runbook 'Clean up' was not permitted to start.")).to_be_visible()
    page.get_by_role("link", name="Schedules").click()
    page.get_by_role("button", name="Change Sites/Never").click()
    dialog.get_by_label("Name").fill("Sites/Sometimes")
    expect(dialog.get_by_text("until they name another schedule: Clean up.")).to_be_visible()
    both_pictures(page, "schedule-rename")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete Sites/Never").click()
    dialog.get_by_role("button", name="Delete schedule").click()
    expect(dialog.get_by_role("alert")).to_contain_text("used by 'Clean up'")
    assert [text for text in console if "409" not in text] == []
