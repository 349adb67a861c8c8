"""Every place of the navigation, as whoever may do everything sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parts.browser import PHONE, SHAPES, is_wider_than_the_screen

PLACES = {
    "live": "Live",
    "teach": "Teach",
    "events": "Events",
    "why": "Why",
    "setup": "Set-up",
    "system": "System",
    "people": "People",
}
# What is only there when a place has been told what it asked for.
TOLD = {
    "live": "on the lawn",
    "teach": "feeder",
    "events": "person",
    "why": "on the lawn",
    "setup": "on the right perch",
    "system": "perch",
    "people": "Nobody logs in here",
}
FIRST_LOAD_BYTES = 200_000

every_place = pytest.mark.parametrize("place", PLACES)


@pytest.fixture
def eventful(shown):
    """Something has happened on both cameras."""
    shown.wait_for_events(2)
    return shown


def open_place(page: Page, place: str) -> None:
    page.goto(f"/#/{place}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(TOLD[place])
    expect(page.get_by_text("Loading")).to_have_count(0)
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)


@every_place
def test_a_place_is_one_page_with_one_heading_and_its_own_title(page, place):
    open_place(page, place)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page).to_have_title(f"{PLACES[place]} · Vedette")
    link = page.get_by_role("navigation", name="Pages").get_by_role("link", name=PLACES[place], exact=True)
    expect(link).to_have_attribute("aria-current", "page")


@every_place
def test_axe_has_nothing_against_a_place(page, eventful, place, axe):
    found = []
    for shape, size in SHAPES.items():
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            open_place(page, place)
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            found += [f"{shape}, {theme}: {each}" for each in axe(page)]
    assert found == []


@every_place
def test_a_phone_shows_a_place_without_scrolling_sideways(page, eventful, place):
    page.set_viewport_size(PHONE)
    open_place(page, place)
    assert not is_wider_than_the_screen(page)


@every_place
def test_pictures_of_a_place_are_there_to_be_looked_at(page, eventful, place, shoot):
    open_place(page, place)
    shoot(page, place)


def test_the_navigation_goes_everywhere_on_a_phone(page):
    page.set_viewport_size(PHONE)
    open_place(page, "live")
    navigation = page.get_by_role("navigation", name="Pages")
    for place, name in PLACES.items():
        link = navigation.get_by_role("link", name=name, exact=True)
        more = navigation.get_by_role("button", name="More")
        if not link.is_visible():
            more.click()
        link.click()
        expect(page).to_have_url(f"{page.watch.address}/#/{place}")
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        expect(more).to_have_attribute("aria-expanded", "false")


def test_the_first_load_is_small(page):
    sizes = {}

    def note(response):
        path = response.url.removeprefix(page.watch.address)
        if not path.startswith("/api/"):
            sizes[path] = response.request.sizes()["responseBodySize"]

    page.on("requestfinished", lambda request: note(request.response()))
    open_place(page, "live")
    page.wait_for_load_state("load")
    assert any(path.endswith(".js") for path in sizes)
    assert 1000 < sum(sizes.values()) < FIRST_LOAD_BYTES, sizes
