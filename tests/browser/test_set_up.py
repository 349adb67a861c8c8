"""Set-up: what the page changes stands in the file, beside the comments of whoever wrote it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parts.sentry import eventually
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


def test_a_classifier_is_put_to_a_camera_and_taken_off_unless_a_rule_asks_it(page, own, axe, shoot):
    page.goto("/#/setup/camera/lawn")
    taken_off = page.get_by_role("button", name="Take off lawn")
    expect(taken_off).to_be_disabled()
    expect(page.get_by_text("Asked by “on the lawn”")).to_be_visible()
    page.get_by_label("One more").select_option("feeder")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name="Take off feeder")).to_be_enabled()
    assert load_config(own.house.configuration).cameras["lawn"].classifiers == ("lawn", "feeder")
    assert axe(page) == []
    shoot(page, "setup-camera")
    page.get_by_role("button", name="Take off feeder").click()
    expect(page.get_by_role("button", name="Take off feeder")).to_have_count(0)
    assert load_config(own.house.configuration).cameras["lawn"].classifiers == ("lawn",)


def test_an_action_is_made_within_a_rule_and_the_rule_stays_as_it_was_typed(page, own, axe):
    page.goto("/#/setup/rules?camera=lawn")
    page.get_by_label("What shall the rule be called?").fill("somebody")
    page.get_by_role("button", name="Add an action").click()
    form = page.get_by_role("dialog")
    form.get_by_label("What is to be done?").select_option("log")
    name = form.get_by_label("What shall it be called?")
    name.fill("log")
    expect(form.get_by_text("There is an action called log already.")).to_be_visible()
    expect(form.get_by_role("button", name="Save and choose it")).to_be_disabled()
    name.fill("second log")
    assert axe(page) == []
    form.get_by_role("button", name="Save and choose it").click()
    expect(page.get_by_role("checkbox", name="second-log")).to_be_checked()
    expect(page.get_by_label("What shall the rule be called?")).to_have_value("somebody")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is in force")).to_be_visible()
    assert load_config(own.house.configuration).cameras["lawn"].rules[-1].actions == ("log", "second-log")


def test_another_page_begins_at_its_top_and_the_way_back_leads_to_where_one_was(page):
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/#/setup")
    add = page.get_by_role("link", name="Add an action")
    add.scroll_into_view_if_needed()
    eventually(lambda: page.evaluate("scrollY > 200 && history.state?.top === scrollY"), "where one is")
    before = page.evaluate("scrollY")
    add.press("Enter")
    expect(page.get_by_role("heading", name="New action")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    eventually(lambda: abs(page.evaluate("scrollY") - before) < 2, "where one was")
