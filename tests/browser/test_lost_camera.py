"""A camera that is gone is told of, where it is looked at, and seen again when it is back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

AWAY = ("WebSocket", "ERR_", "status of 503")


@pytest.fixture
def page(visit, own) -> Page:
    opened = visit(own.address)
    opened.watch.allow(*AWAY)
    return opened


def camera(page: Page, name: str) -> Locator:
    """Its card among all of them."""
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=name))


def test_a_lost_camera_is_seen_on_its_card_and_so_is_its_return(page, own, axe, shoot):
    page.goto("/#/live")
    expect(camera(page, "lawn").get_by_text("Live", exact=True)).to_be_visible()
    own.lawn.kill()
    expect(camera(page, "lawn").get_by_text("Lost", exact=True)).to_be_visible()
    expect(camera(page, "perch").get_by_text("Playing", exact=True)).to_be_visible()
    assert axe(page) == []
    shoot(page, "live-camera-lost")
    own.lawn.start()
    expect(camera(page, "lawn").get_by_text("Live", exact=True)).to_be_visible()


def test_whoever_looks_at_it_is_told_since_when_and_sees_it_move_again(page, own, shoot):
    page.goto("/#/live/lawn")
    moving = page.get_by_role("main").locator("video")
    expect(moving).to_be_visible()
    page.wait_for_function("() => document.querySelector('main video').currentTime > 0.5")
    own.lawn.kill()
    told = page.get_by_role("main").get_by_role("status").filter(has_text="Lost since")
    expect(told).to_be_visible()
    expect(told).to_contain_text("It comes back by itself.")
    shoot(page, "live-one-camera-lost")
    own.lawn.start()
    expect(told).to_have_count(0)
    page.evaluate("() => { window.before = document.querySelector('main video').currentTime }")
    page.wait_for_function("() => document.querySelector('main video').currentTime !== window.before")
