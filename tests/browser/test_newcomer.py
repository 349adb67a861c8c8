"""From the first start to a class that raises an event, through the page alone; and how long it takes."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Request, expect

from parts.newcomer import Newcomer

PICTURES = 4
"""Of each class: a beginning."""


class Clock:
    """When requests of teaching were answered: milliseconds since 1970, as the browser measured."""

    def __init__(self, page: Page) -> None:
        self.collected: list[tuple[float, float]] = []
        self.answered: list[tuple[float, float]] = []
        page.on("requestfinished", self._note)

    def _note(self, request: Request) -> None:
        begin = request.timing["startTime"]
        span = (begin, begin + max(0.0, request.timing["responseEnd"]))
        if request.method == "POST" and "/examples" in request.url:
            self.collected.append(span)
        if request.method == "GET" and "/answer?" in request.url:
            self.answered.append(span)

    def last_frame_to_answer(self, page: Page) -> float:
        """Seconds from asking for the last frame to the first answer asked for once it was taught."""
        while True:
            # One that was under way when the button was let go may come later, and is the last one then.
            began, ended = self.collected[-1]
            done = [done for asked, done in self.answered if asked >= ended]
            if done:
                return (min(done) - began) / 1000
            page.wait_for_event("requestfinished")


def claim(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill("maria")
    page.get_by_role("textbox", name="Password").fill("copper-lantern-otter-42")
    page.get_by_role("button", name="Set the password and begin").click()


def add_camera(page: Page, url: str) -> None:
    page.get_by_role("link", name="Add a camera").click()
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    page.get_by_label("Address", exact=True).fill(url)
    page.get_by_role("button", name="Test the camera").click()
    expect(page.get_by_role("img", name="What the camera shows now")).to_be_visible()
    page.get_by_label("What shall it be called?").fill("garden")
    page.get_by_role("button", name="Add it and go on").click()


def go_back_and_decide_the_same(page: Page) -> None:
    page.get_by_role("button", name="Back to “What to watch for”").click()
    expect(page.get_by_label("In a word")).to_have_value("person")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("link", name="Go to Teach")).to_be_visible()
    made = page.request.get("/api/v1/classifiers").json()
    assert [each["name"] for each in made] == ["person"]


@pytest.fixture
def figure(record_property):
    """Says a figure when all tests are done."""
    return lambda text: record_property("figure", text)


def test_a_newcomer_goes_from_the_first_start_to_an_event(visit, first_start, eyes, shoot, figure):
    page = visit(first_start.address)
    clock = Clock(page)
    opened = time.monotonic()
    claim(page, first_start.welcome)
    add_camera(page, first_start.lawn.url())
    page.get_by_role("group", name="Ideas").get_by_role("button", name="person").click()
    page.get_by_role("button", name="Go on").click()
    go_back_and_decide_the_same(page)
    page.get_by_role("link", name="Go to Teach").click()

    expect(page.get_by_role("img", name="What garden sees now")).to_be_visible()
    newcomer = Newcomer(page, eyes, "person", "garden")
    newcomer.draw_region()
    expect(page.get_by_role("button", name="person: hold to collect")).to_be_visible()
    newcomer.collect("background", 1, with_somebody=False)
    newcomer.collect("person", 1, with_somebody=True)
    answer = page.locator(".answered .label")
    expect(answer).to_have_text(re.compile(r"^(person|background|unknown)$"))
    taught = time.monotonic() - opened
    # The clip plays again and again: what is not nearly the same has to be waited for.
    newcomer.collect("background", PICTURES, with_somebody=False)
    newcomer.collect("person", PICTURES, with_somebody=True)
    again = clock.last_frame_to_answer(page)
    figure(f"from opening the page to the first answer on the live picture: {taught:.1f} s")
    figure(f"from the last collected frame to the new answer: {again:.2f} s")
    shoot(page, "teach-a-classifier")

    page.get_by_role("link", name=re.compile("tell me when person is seen")).click()
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_role("heading", name="is in force at garden")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Events", exact=True).click()
    expect(page.get_by_role("article").get_by_text("person", exact=True).first).to_be_visible()
    shoot(page, "first-event")
