"""Who one is: the one-time link, logging in and out, and what a viewer sees, and does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parts.sentry import eventually
from parts.stage import Stage

ADMIN, VIEWER = "maria", "paul"
PASSWORD, OTHER_PASSWORD = "copper-lantern-otter-42", "quiet-harbour-violet-7"
REFUSED = (r"status of 40[13]", r"status of 429")
FOR_ADMINS = ("Teach", "Set-up")


@pytest.fixture
def claimed(visit, first_start: Stage) -> Page:
    """The first admin, who has just followed the link."""
    page = visit(first_start.address)
    page.goto(first_start.welcome)
    page.get_by_label("Your name").fill(ADMIN)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Set the password and begin").click()
    expect(page).to_have_title("Live · Vedette")
    return page


def log_in(page: Page, name: str, password: str) -> None:
    page.goto("/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def add_viewer(page: Page) -> None:
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("button", name="Add somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(VIEWER)
    dialog.get_by_role("radio", name="Look").check()
    dialog.get_by_role("textbox", name="Password").fill(OTHER_PASSWORD)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name=f"Change {VIEWER}")).to_be_visible()


def test_a_first_start_asks_for_the_link_and_shows_nothing(visit, first_start, axe, shoot):
    page = visit(first_start.address)
    page.goto("/#/system")
    expect(page.get_by_role("heading", name="Nobody has a password here yet")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert axe(page) == []
    shoot(page, "first-start")


def test_the_link_makes_the_first_admin_once(claimed, first_start, visit, axe, shoot):
    expect(claimed.get_by_role("button", name=f"Log out {ADMIN}")).to_be_visible()
    assert "code=" not in claimed.url
    late = visit(first_start.address)
    late.goto(first_start.welcome)
    expect(late.get_by_role("heading", name="This link has been used")).to_be_visible()
    assert axe(late) == []


def test_the_form_of_the_link_is_accessible(visit, first_start, axe, shoot):
    page = visit(first_start.address)
    page.goto(first_start.welcome)
    expect(page.get_by_label("Your name")).to_be_visible()
    assert axe(page) == []
    shoot(page, "welcome")


def test_a_wrong_password_is_refused_and_the_right_one_is_not(claimed, first_start, visit, axe, shoot):
    page = visit(first_start.address)
    page.watch.allow(*REFUSED)
    log_in(page, ADMIN, "not-the-password-at-all")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert axe(page) == []
    shoot(page, "log-in")
    log_in(page, ADMIN, PASSWORD)
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name=f"Log out {ADMIN}")).to_be_visible()


def test_who_logs_out_sees_nothing_more_in_any_tab(claimed):
    claimed.watch.allow(*REFUSED)
    other = claimed.context.new_page()
    other.goto(f"{claimed.watch.address}/#/events")
    expect(other).to_have_title("Events · Vedette")
    claimed.get_by_role("button", name=f"Log out {ADMIN}").click()
    expect(claimed.get_by_role("button", name="Log in")).to_be_visible()
    assert claimed.request.get("/api/v1/events").status == 401
    other.reload()
    expect(other.get_by_role("button", name="Log in")).to_be_visible()


def test_a_viewer_sees_no_control_of_admins_and_the_service_refuses_them(claimed, first_start, visit, shoot):
    add_viewer(claimed)
    shoot(claimed, "people-with-a-viewer")
    page = visit(first_start.address)
    page.watch.allow(*REFUSED)
    log_in(page, VIEWER, OTHER_PASSWORD)
    navigation = page.get_by_role("navigation", name="Pages")
    expect(navigation).to_be_visible()
    for name in FOR_ADMINS:
        expect(navigation.get_by_role("link", name=name, exact=True)).to_have_count(0)
    page.goto("/#/people")
    expect(page.get_by_role("heading", name=VIEWER)).to_be_visible()
    expect(page.get_by_role("button", name="Add somebody")).to_have_count(0)
    for place, name in zip(("teach", "setup"), FOR_ADMINS, strict=True):
        page.goto(f"/#/{place}")
        expect(page.get_by_role("heading", name=f"{name} is for admins")).to_be_visible()
        expect(page.get_by_role("link", name="Go to the cameras")).to_be_visible()
    session = page.request.get("/api/v1/session").json()
    proof = {"X-CSRF-Token": session["csrf_token"], "Origin": first_start.address}
    refused = [
        page.request.post("/api/v1/system/reload", headers=proof),
        page.request.get("/api/v1/people"),
        page.request.post("/api/v1/people", headers=proof, data={"name": "eve", "role": "admin"}),
        page.request.get("/api/v1/configuration"),
    ]
    assert [each.status for each in refused] == [403] * len(refused)
    assert page.request.get("/api/v1/cameras").ok


def test_somebody_who_is_removed_is_out_at_once(claimed, first_start, visit):
    add_viewer(claimed)
    page = visit(first_start.address)
    page.watch.allow(*REFUSED, "WebSocket", "ERR_INCOMPLETE_CHUNKED")
    log_in(page, VIEWER, OTHER_PASSWORD)
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    claimed.get_by_role("button", name=f"Remove {VIEWER}").click()
    claimed.get_by_role("dialog").get_by_role("button", name=f"Remove {VIEWER}").click()
    expect(claimed.get_by_role("button", name=f"Change {VIEWER}")).to_have_count(0)
    eventually(lambda: page.request.get("/api/v1/events").status == 401, "a refusal")
    page.reload()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
