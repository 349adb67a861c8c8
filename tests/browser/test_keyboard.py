"""Without a mouse: Tab goes through everything, and where it is can be seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parts.browser import DESKTOP, PHONE

PLACES = ("live", "teach", "events", "why", "setup", "system", "people")

_REACHABLE = """() => [...document.querySelectorAll(
  'a[href], button, input, select, textarea, summary, video[controls], [tabindex="0"]'
)].filter((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility({visibilityProperty: true})
  && !each.closest('[inert]')
  && !(each.type === 'radio' && (each.checked
    ? false
    : document.querySelector(`input[type=radio][name="${each.name}"]:checked`)
      || document.querySelector(`input[type=radio][name="${each.name}"]`) !== each)))
 .map((each, index) => each.dataset.reach ??= `${index} ${Math.random()}`)"""
_FOCUSED = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const {outlineStyle, boxShadow} = getComputedStyle(focused);
  return {reach: focused.dataset.reach ?? '', isSeen: outlineStyle !== 'none' || boxShadow !== 'none',
          html: focused.outerHTML.slice(0, 160)};
}"""
MOST_STEPS = 400


def walk(page: Page) -> list[dict[str, object]]:
    """Tab from the top until the focus leaves the page: where it stood."""
    page.locator("body").evaluate(
        "body => { body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex') }"
    )
    stops = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop is None or (stops and stop["reach"] == stops[0]["reach"]):
            return stops
        stops.append(stop)
    return stops


@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("place", PLACES)
def test_tab_reaches_everything_and_shows_where_it_is(page, place, shape):
    page.set_viewport_size(shape)
    page.goto(f"/#/{place}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wanted = set(page.evaluate(_REACHABLE))
    stops = walk(page)
    assert len(wanted) > 3
    # What has come in the meantime is not missed; what has gone is not either.
    still = set(page.evaluate(_REACHABLE))
    assert wanted & still <= {stop["reach"] for stop in stops}
    # A time has several stops; where one is within it, the browser itself shows.
    seen = {stop["reach"] for stop in stops if stop["isSeen"]}
    assert [stop["html"] for stop in stops if stop["reach"] not in seen] == []


def test_the_first_stop_skips_to_the_content(page):
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    expect(page).to_have_url(f"{page.watch.address}/")
