"""Counters and computer groups, from the dialog to the run, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.acceptance.browsing import picture
from tests.acceptance.installation import Installation

COUNT = """\
activities:
  count:
    type: utilities.modify-counter
    inputs: {counter: Mail/Tries, action: Increment, value: 2}
"""


def both_pictures(page: Page, name: str) -> None:
    """The page as it is, in light and in dark."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        picture(page, f"{name}-{scheme}")


def test_a_counter_is_made_counted_and_deleted(signed_in: Page, product: Installation, console: list[str]) -> None:
    """By its page and by a run; a change beyond a bound is refused with its reason."""
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    page.get_by_role("link", name="Counters").click()
    page.get_by_role("button", name="New counter").click()
    dialog.get_by_label("Name").fill("Mail/Tries")
    dialog.get_by_label("Maximum").fill("5")
    both_pictures(page, "counter-dialog")
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("row", name="Mail/Tries")
    expect(row).to_contain_text("at most 5")
    product.add("Count", COUNT)
    product.wait_for_status(product.start("Count"), "success")
    page.reload()
    page.get_by_role("button", name="Change the value of Mail/Tries").click()
    expect(dialog).to_contain_text("It stands at 2")
    dialog.get_by_label("By").fill("4")
    dialog.get_by_role("button", name="Change value").click()
    expect(dialog.get_by_role("alert")).to_contain_text("its maximum is 5")
    both_pictures(page, "counter-value")
    dialog.get_by_label("By").fill("3")
    dialog.get_by_role("button", name="Change value").click()
    expect(dialog).to_be_hidden()
    expect(row.get_by_role("cell", name="5", exact=True)).to_be_visible()
    both_pictures(page, "counters")
    page.get_by_role("button", name="Delete Mail/Tries").click()
    dialog.get_by_role("button", name="Delete counter").click()
    expect(page.get_by_text("No counters")).to_be_visible()
    assert [text for text in console if "422" not in text] == []


def test_a_computer_group_is_made_of_ranges_and_groups(
    signed_in: Page, product: Installation, console: list[str]
) -> None:
    """Its members are shown, and a part of another group is not deleted."""
    page, dialog = signed_in, signed_in.get_by_role("dialog")
    product.command("computer-group", "set", "Sites/Db", "--computer", "db.example.org")
    page.get_by_role("link", name="Computer groups").click()
    page.get_by_role("button", name="New computer group").click()
    dialog.get_by_label("Name").fill("Sites/All")
    dialog.get_by_label("Kind of entry 1").select_option("Range")
    dialog.get_by_label("Entry 1", exact=True).fill("web[01-12].example.org")
    dialog.get_by_role("button", name="Add an entry").click()
    dialog.get_by_label("Kind of entry 2").select_option("Group")
    dialog.get_by_label("Entry 2", exact=True).click()
    page.get_by_role("option", name="Sites/Db").click()
    both_pictures(page, "computer-group-dialog")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Members of Sites/All").click()
    expect(dialog.get_by_role("listitem")).to_have_count(13)
    both_pictures(page, "computer-group-members")
    page.keyboard.press("Escape")
    both_pictures(page, "computer-groups")
    page.get_by_role("button", name="Delete Sites/Db").click()
    dialog.get_by_role("button", name="Delete computer group").click()
    expect(dialog.get_by_role("alert")).to_contain_text("part of 'Sites/All'")
    assert [text for text in console if "409" not in text] == []
