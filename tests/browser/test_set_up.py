"""Set-up: what the page changes stands in the file, beside the comments of whoever wrote it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from vedette.config.loading import load_config

COMMENT = "# The camera by the shed; its cable is loose."


@pytest.fixture
def page(visit, own) -> Page:
    own.stop()
    file = own.house.configuration
    file.write_text(file.read_text().replace("cameras:\n", f"cameras:\n  {COMMENT}\n", 1))
    own.start()
    return visit(own.address)


def test_a_rule_is_changed_its_effect_is_seen_before_and_the_comments_stay(page, own, axe, shoot):
    before = load_config(own.house.configuration).cameras["lawn"].rules[0].enter_probability
    page.goto("/#/setup")
    page.get_by_role("link", name="on the lawn").click()
    surely = page.get_by_role("slider", name="An event begins")
    surely.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("status").filter(has_text="in all")).to_be_visible()
    shown = page.get_by_role("heading", name="with these settings")
    expect(shown).to_be_visible()
    assert axe(page) == []
    shoot(page, "setup-rule")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is in force")).to_be_visible()
    written = own.house.configuration.read_text()
    assert COMMENT in written
    rule = load_config(own.house.configuration).cameras["lawn"].rules[0]
    assert rule.enter_probability == pytest.approx(before - 0.05)


def test_an_action_is_tried_before_it_is_needed(page, own):
    page.goto("/#/setup")
    page.get_by_role("button", name="Test").first.click()
    expect(page.get_by_text("was carried out").or_(page.get_by_text("It worked")).first).to_be_visible()


def test_a_camera_that_cannot_be_reached_is_told_why(page, axe, shoot):
    page.goto("/#/setup/camera")
    page.get_by_label("Address", exact=True).fill("rtsp://127.0.0.1:9/nothing")
    page.get_by_role("button", name="Test the camera").click()
    expect(page.get_by_text("No picture:")).to_be_visible()
    assert axe(page) == []
    shoot(page, "setup-camera-not-reached")
