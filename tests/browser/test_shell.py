"""What surrounds every page: colours, addresses, and a service that goes and comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

LIGHT, DARK = "light", "dark"
ITS_ABSENCE = (
    r"ERR_CONNECTION_REFUSED",
    r"ERR_INCOMPLETE_CHUNKED",
    r"ERR_EMPTY",
    r"ERR_CONNECTION_RESET",
    r"WebSocket",
    r"ERR_NETWORK",
)


def shown_theme(page):
    return page.locator("html")


def test_the_colours_are_the_devices_until_somebody_chooses(page):
    page.emulate_media(color_scheme="dark")
    page.goto("/")
    expect(shown_theme(page)).to_have_attribute("data-theme", DARK)
    page.emulate_media(color_scheme="light")
    expect(shown_theme(page)).to_have_attribute("data-theme", LIGHT)


def test_chosen_colours_are_kept(page):
    page.goto("/")
    page.get_by_role("combobox", name="Colours").select_option("Dark")
    expect(shown_theme(page)).to_have_attribute("data-theme", DARK)
    before = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.reload()
    expect(shown_theme(page)).to_have_attribute("data-theme", DARK)
    expect(page.get_by_role("combobox", name="Colours")).to_have_value(DARK)
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == before


@pytest.mark.parametrize("address", ["/#/nowhere", "/#/%E0%A4%A", "/#/../etc", "/#/<b>"])
def test_an_unknown_address_says_so_and_leads_on(page, address):
    page.goto(address)
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Go to the cameras").click()
    expect(page).to_have_title("Live · Vedette")


def test_back_goes_back(page):
    page.goto("/#/live")
    page.get_by_role("link", name="Events", exact=True).click()
    expect(page).to_have_title("Events · Vedette")
    page.go_back()
    expect(page).to_have_title("Live · Vedette")


def test_a_service_that_is_gone_is_told_of_and_seen_when_it_is_back(visit, own):
    page = visit(own.address)
    page.watch.allow(*ITS_ABSENCE)
    page.goto("/#/system")
    state = page.get_by_role("status").filter(has_text="Connected")
    expect(state).to_be_visible()
    own.stop()
    expect(page.get_by_text("Vedette does not answer").first).to_be_visible()
    own.start()
    expect(state).to_be_visible()


def test_a_page_that_is_opened_before_the_service_is_there_shows_it_when_it_comes(visit, own):
    page = visit(own.address)
    page.watch.allow(*ITS_ABSENCE)
    page.goto("/#/system")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.route("**/api/v1/session", lambda route: route.abort())
    page.watch.allow("ERR_FAILED")
    page.reload()
    expect(page.get_by_text("Vedette does not answer")).to_be_visible()
    page.unroute("**/api/v1/session")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_page_that_could_not_be_loaded_comes_when_the_service_does(visit, own):
    page = visit(own.address)
    page.watch.allow(*ITS_ABSENCE, "Failed to", "preload")
    page.goto("/#/people")
    expect(page.get_by_role("heading", level=1, name="People")).to_be_visible()
    own.stop()
    page.get_by_role("link", name="Why", exact=True).click()
    expect(page.get_by_text("This page could not be loaded")).to_be_visible()
    own.start()
    expect(page.get_by_role("heading", level=1, name="Why")).to_be_visible()


def test_moving_pictures_that_are_left_let_go_of_their_connection(page):
    """A browser has six for a service: the seventh question would never be answered."""
    page.goto("/#/system")
    for turn in range(8):
        camera = ("lawn", "perch")[turn % 2]
        page.evaluate("(to) => { location.hash = to }", f"#/setup/masks/{camera}")
        page.wait_for_function("() => document.querySelector('main img')?.naturalWidth > 0")
        page.evaluate("() => { location.hash = '#/system' }")
        expect(page.get_by_role("heading", level=1, name="System")).to_be_visible()
    page.get_by_role("link", name="Events", exact=True).click()
    expect(page.get_by_role("article").first).to_be_visible()


def test_a_tab_that_is_not_seen_holds_no_connection_and_knows_all_when_it_is_seen_again(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(page.watch.address)))
    page.goto("/#/live")
    expect(page.get_by_role("status").filter(has_text="Connected")).to_be_visible()
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    asked.clear()
    page.evaluate(hide, False)
    with page.expect_response("**/api/v1/cameras"):
        expect(page.get_by_role("status").filter(has_text="Connected")).to_be_visible()
    assert asked.count("/api/v1/live") == 1
