"""An event, looked at: right or wrong, and what is learnt from it; found again; deleted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from parts.sentry import eventually


@pytest.fixture
def page(visit, own) -> Page:
    own.wait_for_events(1)
    return visit(own.address)


def taught_pictures(page: Page, classifier: str) -> int:
    return sum(page.request.get(f"/api/v1/classifiers/{classifier}").json()["examples"].values())


def open_person(page: Page) -> None:
    """The newest event of the lawn."""
    page.goto("/#/events?camera=lawn")
    page.get_by_role("article").filter(has_text="person").first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name="person")).to_be_visible()


def test_a_wrong_event_becomes_an_example_with_two_clicks(page, own, axe, shoot):
    open_person(page)
    before = taught_pictures(page, "lawn")
    page.get_by_role("button", name="Wrong").click()
    page.get_by_role("button", name="background", exact=True).click()
    expect(page.get_by_role("button", name="Undo").first).to_be_visible()
    assert taught_pictures(page, "lawn") == before + 1
    assert axe(page) == []
    shoot(page, "event-reviewed")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Taken back")).to_be_visible()
    assert taught_pictures(page, "lawn") == before


def test_a_review_is_kept_and_can_be_asked_for(page):
    open_person(page)
    page.get_by_role("button", name="Right").click()
    expect(page.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "true")
    page.goto("/#/events?review=right")
    expect(page.get_by_role("article")).to_have_count(1)


def test_an_event_shows_its_picture_and_why_it_was_decided_so(page, axe, shoot):
    open_person(page)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="Facts")).to_be_visible()
    expect(main.get_by_text("on the lawn").first).to_be_visible()
    page.wait_for_function(
        "() => [...document.images].every((each) => each.complete && each.naturalWidth > 0)"
    )
    assert axe(page) == []
    shoot(page, "event")


def deleted(page: Page) -> str:
    """The id of an event that was open, and whose deletion was asked for."""
    open_person(page)
    identity = re.search(r"/events/([^?]+)", page.url)[1]
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted: person, lawn.")).to_be_visible()
    return identity


def test_a_deletion_can_be_taken_back(page):
    identity = deleted(page)
    page.get_by_role("button", name="Undo").click()
    page.goto(f"/#/events/{identity}")
    expect(page.get_by_role("heading", level=1, name="person")).to_be_visible()
    assert page.request.get(f"/api/v1/events/{identity}").ok


def test_an_event_that_is_deleted_is_gone_for_good(page):
    identity = deleted(page)
    page.watch.allow("status of 404")
    eventually(lambda: page.request.get(f"/api/v1/events/{identity}").status == 404, "the deletion")
    page.goto(f"/#/events/{identity}")
    page.reload()
    expect(page.get_by_role("heading", name="This event is not kept any more")).to_be_visible()
