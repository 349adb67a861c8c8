"""The moving picture in a real browser: it plays, what is seen is drawn over it, a lost camera comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, WebSocket, expect

from parts.browser import PHONE, is_wider_than_the_screen
from parts.stage import stage

_PLAYS_ON = """([least]) => {
  const video = document.querySelector('video:not([hidden])');
  if (!video || !video.videoWidth) return false;
  window.began ??= video.currentTime;
  return video.currentTime - window.began > least ? [video.videoWidth, video.videoHeight] : false;
}"""
_SHOWS_A_PICTURE = """() => {
  const canvas = document.querySelector('canvas:not([hidden])');
  if (!canvas || canvas.width < 64) return false;
  const small = new OffscreenCanvas(8, 8).getContext('2d', { willReadFrequently: true });
  small.drawImage(canvas, 0, 0, 8, 8);
  const pixels = small.getImageData(0, 0, 8, 8).data;
  return pixels.some((value, place) => place % 4 !== 3 && value > 60);
}"""
_NO_MEDIA_SOURCE = "delete window.MediaSource; delete window.ManagedMediaSource"
ITS_ABSENCE = (r"WebSocket", r"ERR_CONNECTION")


def plays_on(page: Page, seconds: float = 2.0) -> list[int]:
    """Wait until the video has gone on for so long; its width and height."""
    page.evaluate("() => delete window.began")
    return page.wait_for_function(_PLAYS_ON, arg=[seconds]).json_value()


def state(page: Page, word: str) -> None:
    expect(page.locator("main header").get_by_text(word, exact=True)).to_be_visible()


@pytest.mark.parametrize("camera", ["lawn", "perch"])
def test_the_cameras_own_video_plays(page, camera):
    page.goto(f"/#/live/{camera}")
    assert plays_on(page) == [1280, 720]
    behind = page.evaluate("() => { const v = document.querySelector('video'); return v.paused }")
    assert behind is False


def test_what_is_seen_is_drawn_over_it_and_can_be_left_away(page):
    page.goto("/#/live/lawn")
    plays_on(page, 0.5)
    label = page.locator("figure").get_by_text("lawn", exact=True)
    expect(label).to_be_visible()
    mask = page.locator("figure svg polygon[points]")
    expect(mask).to_have_count(1)
    page.get_by_role("checkbox", name="Show what is seen").uncheck()
    expect(label).to_have_count(0)
    expect(mask).to_have_count(0)


def test_it_is_said_how_long_a_decision_takes_and_how_old_the_picture_is(page):
    page.goto("/#/live/lawn")
    figures = page.locator("figcaption")
    expect(figures.get_by_text(re.compile(r"Frame to decision \d+\.\d ms"))).to_be_visible()
    expect(figures.get_by_text(re.compile(r"Picture \d+\.\d s old"))).to_be_visible()


def test_a_rules_evidence_stands_between_its_thresholds(page):
    page.goto("/#/live/lawn")
    bar = page.get_by_role("meter", name="on the lawn")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"Evidence .*begins at 2\.2, ends at -0\.8"))


def test_a_browser_that_plays_no_fragments_is_shown_pictures(page):
    page.add_init_script(_NO_MEDIA_SOURCE)
    page.goto("/#/live/perch")
    page.wait_for_function(_SHOWS_A_PICTURE)
    expect(page.locator("figure").get_by_text("feeder", exact=True)).to_be_visible()


def test_all_cameras_at_a_glance_and_one_large(page):
    page.goto("/#/live")
    for name, rule in (("lawn", "on the lawn"), ("perch", "at the feeder")):
        card = page.get_by_role("article").filter(has=page.get_by_role("heading", name=name))
        expect(card.get_by_text(rule, exact=True)).to_be_visible()
        expect(card.get_by_text(re.compile(r"\d+ frames/s"))).to_be_visible()
    page.get_by_role("heading", name="perch").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name="perch")).to_be_visible()


def test_the_keyboard_goes_from_camera_to_camera_and_back(page):
    page.goto("/#/live/lawn")
    expect(page.get_by_role("heading", level=1, name="lawn")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1, name="perch")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", level=1, name="lawn")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1, name="Live")).to_be_visible()


def test_who_does_not_see_a_camera_holds_no_socket(page):
    sockets: list[WebSocket] = []

    def note(socket: WebSocket) -> None:
        sockets.append(socket)

    page.on("websocket", note)
    page.goto("/#/live/lawn")
    plays_on(page, 0.5)
    page.goto("/#/system")
    expect(page.get_by_role("heading", level=1, name="System")).to_be_visible()
    assert sockets
    for _ in range(100):
        if all(each.is_closed() for each in sockets):
            return
        page.wait_for_timeout(100)
    pytest.fail("a socket stayed open")


def test_one_socket_serves_for_as_long_as_one_looks(page):
    opened: list[str] = []

    def note(socket: WebSocket) -> None:
        opened.append(socket.url)

    page.on("websocket", note)
    page.goto("/#/live/lawn")
    plays_on(page, 0.5)
    for _ in range(3):  # the cameras' health is asked for again and again meanwhile
        with page.expect_response("**/api/v1/cameras"):
            pass
    assert len(opened) == 1


def test_a_camera_that_is_not_there_is_said(page):
    page.goto("/#/live/garden")
    expect(page.get_by_text("There is no camera called garden.")).to_be_visible()
    page.get_by_role("link", name="These are the cameras.").click()
    expect(page.get_by_role("heading", name="lawn")).to_be_visible()


def test_a_large_camera_fits_a_phone(page):
    page.set_viewport_size(PHONE)
    page.goto("/#/live/lawn")
    plays_on(page, 0.5)
    assert not is_wider_than_the_screen(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(page, axe, theme):
    page.emulate_media(color_scheme=theme)
    page.goto("/#/live/lawn")
    plays_on(page, 0.5)
    assert axe(page) == []


@pytest.fixture
def own(tmp_path, built, lite0_int8, person_clip, finch_clip):
    """A service whose camera the test may take away."""
    with stage(tmp_path, page=built) as playing:
        yield playing


def test_a_lost_camera_is_said_with_since_when_and_why_and_comes_back(own, visit):
    page = visit(own.address)
    page.watch.allow(*ITS_ABSENCE)
    page.goto("/#/live/lawn")
    plays_on(page, 0.5)
    state(page, "Live")
    own.lawn.kill()
    state(page, "Lost")
    told = page.get_by_text(re.compile(r"Lost since \d\d:\d\d:\d\d\. .+ It comes back by itself\."))
    expect(told).to_be_visible()
    own.lawn.start()
    state(page, "Live")
    expect(told).to_have_count(0)
    plays_on(page)


def test_a_service_that_was_away_is_watched_again(own, visit):
    page = visit(own.address)
    page.watch.allow(*ITS_ABSENCE, r"ERR_", r"Failed to load")
    page.goto("/#/live/perch")
    plays_on(page, 0.5)
    own.stop()
    expect(page.get_by_text("Vedette does not answer").first).to_be_visible()
    own.start()
    plays_on(page)


def test_pictures_of_it_are_taken(page, shoot):
    for name, address in (("live-large", "/#/live/lawn"), ("live-all", "/#/live")):
        page.goto(address)
        page.wait_for_function("() => [...document.querySelectorAll('video')].every(v => v.videoWidth)")
        shoot(page, name)
