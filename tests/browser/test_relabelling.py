"""What was taught wrong is put right in the page: relabelled, removed, undone; by the keyboard as well."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

CLASSIFIER = "lawn"


@pytest.fixture
def page(visit, own) -> Page:
    opened = visit(own.address)
    opened.goto(f"/#/teach/{CLASSIFIER}")
    expect(opened.get_by_role("heading", level=1, name=CLASSIFIER)).to_be_visible()
    return opened


def counts(page: Page) -> dict[str, int]:
    return page.request.get(f"/api/v1/classifiers/{CLASSIFIER}").json()["examples"]


def opener(page: Page, label: str, count: str = r"\d+") -> Locator:
    """The button that shows all pictures of a class."""
    return page.get_by_role("button", name=re.compile(rf"^{count} pictures? of {label}$"))


def all_pictures(page: Page, label: str) -> Locator:
    opener(page, label).click()
    return page.get_by_role("dialog")


def test_a_picture_is_relabelled_and_the_answer_is_taught_at_once(page, axe, shoot):
    before = counts(page)
    dialog = all_pictures(page, "person")
    dialog.get_by_role("option").first.click()
    dialog.get_by_label("What they show instead").fill("background")
    shoot(page, "relabelling")
    dialog.get_by_role("button", name="Relabel").click()
    expect(dialog.get_by_role("option")).to_have_count(before["person"] - 1)
    assert counts(page) == {"background": before["background"] + 1, "person": before["person"] - 1}
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").first.click()
    expect(opener(page, "person", str(before["person"]))).to_be_visible()
    assert counts(page) == before
    page.get_by_role("button", name="Redo").first.click()
    expect(opener(page, "person", str(before["person"] - 1))).to_be_visible()


def test_pictures_are_chosen_and_removed_without_a_mouse(page):
    before = counts(page)
    opener(page, "person").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("option").first.focus()
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowRight")
    expect(dialog.get_by_text("2 chosen")).to_be_visible()
    page.keyboard.press("Delete")
    expect(dialog.get_by_role("option")).to_have_count(before["person"] - 2)
    assert counts(page)["person"] == before["person"] - 2


def test_a_picture_that_looks_wrong_is_put_right_with_one_click(page):
    before = counts(page)
    dialog = all_pictures(page, "person")
    first = dialog.get_by_role("option").first
    name = first.get_attribute("aria-label").rpartition(",")[0]
    first.click()
    dialog.get_by_label("What they show instead").fill("background")
    dialog.get_by_role("button", name="Relabel").click()
    expect(dialog.get_by_text("0 chosen")).to_be_visible()
    page.keyboard.press("Escape")
    wrong = page.get_by_role("region", name="Which pictures look wrong").get_by_role("listitem")
    this = wrong.filter(has=page.get_by_role("img", name=name))
    this.get_by_role("button", name="It is person").click()
    expect(this).to_have_count(0)
    assert counts(page) == before
