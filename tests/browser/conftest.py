"""The real service, looked at with a real browser; what the page must never do fails any test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from parts import browser as ground
from parts import rtsp_server
from parts.newcomer import Eyes
from parts.stage import FILM, Stage, bare_stage, prepare, stage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A machine without a browser or a camera server says so."""
    here = Path(__file__).parent
    reason = ground.why_not() or rtsp_server.why_not()
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(280))
            if reason:
                item.add_marker(pytest.mark.skip(reason=reason))


# Not for the session: while Playwright is there, no other test of this process can run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[ground.Chromium]:
    expect.set_options(timeout=ground.PATIENCE_MS)
    with ground.browsing() as opened:
        yield opened


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, lite0_int8, person_clip, finch_clip) -> Path:
    """What was taught, and what a camera sends, for every stage of this process."""
    return prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory, built, prepared) -> Iterator[Stage]:
    """Two taught cameras, which anybody may look at; for tests that leave them as they are."""
    with stage(tmp_path_factory.mktemp("stage"), page=built, prepared=prepared) as playing:
        yield playing


@pytest.fixture
def own(tmp_path, built, prepared) -> Iterator[Stage]:
    """The same, for one test alone, which may do with it what it wants."""
    with stage(tmp_path, page=built, prepared=prepared) as playing:
        yield playing


@pytest.fixture
def first_start(tmp_path, built, prepared) -> Iterator[Stage]:
    """Nobody has a password, nothing is configured; a camera waits to be found."""
    with bare_stage(tmp_path, built, prepared) as playing:
        yield playing


@pytest.fixture(scope="session")
def eyes(prepared) -> Eyes:
    """Of somebody who sees when the lawn is empty."""
    return Eyes(prepared / FILM)


@pytest.fixture
def visit(browser, request) -> Iterator[Callable[..., Page]]:
    """Opens the page of a service in a context of its own: `visit(stage)`; `visit.watch` is what it did."""
    opened: list[tuple[BrowserContext, ground.Watch]] = []

    def visiting(address: str, **options: object) -> Page:
        context = browser.new_context(
            **{
                "base_url": address,
                "viewport": ground.DESKTOP,
                "locale": "en-GB",
                "timezone_id": "Europe/Berlin",
                "reduced_motion": "reduce",
                **options,
            }
        )
        context.set_default_timeout(ground.PATIENCE_MS)
        watch = ground.Watch(address)
        watch.attend(context)
        opened.append((context, watch))
        page = context.new_page()
        page.watch = watch
        return page

    yield visiting
    troubles = [trouble for _, watch in opened for trouble in watch.troubles]
    for context, _ in opened:
        context.close()
    assert troubles == []


@pytest.fixture
def page(visit, shown) -> Page:
    """The page of the two cameras, not yet opened; `page.watch.allow(...)` for what a test expects."""
    return visit(shown.address)


@pytest.fixture
def shoot(record_property) -> Callable[[Page, str], None]:
    """Writes a page's four pictures under this name; where they lie is said when all tests are done."""

    def shooting(page: Page, name: str) -> None:
        ground.shoot(page, name)
        record_property("pictures", str(ground.SCREENSHOTS))

    return shooting


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """What axe-core has against a page, at WCAG 2.2 AA."""
    if not ground.AXE.exists():
        pytest.skip("axe-core is not installed: make page")
    return ground.violations
