"""Debian's Chromium, and what a page must not do in it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    WebError,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "out" / "screenshots"
AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"

PATIENCE_MS = 45_000
"""How long a locator is waited for: the machine may be slow, and everything else runs beside it."""

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
SHAPES = {"desktop": DESKTOP, "phone": PHONE}

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)
_WCAG_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def chromium() -> str | None:
    """Where it is."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def why_not() -> str | None:
    """Why this machine cannot show the page; None if it can."""
    return None if chromium() else "there is no Chromium: apt-get install chromium fonts-dejavu-core"


class Chromium:
    """A headless browser; one that crashed is begun anew, for the next test."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser = self._launched()

    def new_context(self, **options: object) -> BrowserContext:
        """See Playwright."""
        if not self._browser.is_connected():
            self._browser = self._launched()
        return self._browser.new_context(**options)

    def close(self) -> None:
        """All of its pages with it."""
        self._browser.close()

    def _launched(self) -> Browser:
        return self._playwright.chromium.launch(executable_path=chromium(), args=list(_FLAGS))


@contextmanager
def browsing() -> Iterator[Chromium]:
    """While it is open, this thread can run no event loop of its own."""
    with sync_playwright() as playwright:
        browser = Chromium(playwright)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What a context's pages did that they must not: errors, forbidden code, requests to elsewhere."""

    address: str
    found: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, *patterns: str) -> None:
        """What a test expects: the service is stopped, a request refused."""
        self.allowed.extend(patterns)

    @property
    def troubles(self) -> list[str]:
        return [each for each in self.found if not any(re.search(one, each) for one in self.allowed)]

    def attend(self, context: BrowserContext) -> None:
        context.on("console", self._hear)
        context.on("weberror", self._note)
        context.on("request", self._see)

    def _note(self, failure: WebError) -> None:
        where = failure.page.url if failure.page else "?"
        self.found.append(f"thrown on {where}: {failure.error.stack or failure.error}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            where = message.location.get("url", "")
            self.found.append(f"{message.type}: {message.text} ({where})")

    def _see(self, request: Request) -> None:
        home = re.sub(r"^http", "(http|ws)", re.escape(self.address))
        if not re.match(rf"({home}(/|$)|blob:{home}|data:)", request.url):
            self.found.append(f"a request to elsewhere: {request.url}")


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA, each with where and why. Only in the page's own frame."""
    tags = json.dumps(_WCAG_AA)
    # Evaluated by the debugger, not by the page: its policy stays as it is.
    page.evaluate(f"() => {{ {AXE.read_text()} }}")
    # A video that goes on without an end cannot be loaded before.
    options = f"{{ runOnly: {tags}, resultTypes: ['violations'], preload: false }}"
    found = page.evaluate(f"() => axe.run({options})")
    return [
        f"{each['id']}: {each['help']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def is_wider_than_the_screen(page: Page) -> bool:
    """Whether one must scroll sideways to see all of it."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth > innerWidth"))


_HAS_SETTLED = """() => {
  const seen = (each) => {
    const { top, bottom, width } = each.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight && each.checkVisibility();
  };
  const main = document.querySelector("main");
  return !/Loading/.test(main.innerText)
    && [...main.querySelectorAll("img[src]")].filter(seen).every((img) => img.naturalWidth > 0);
}"""


def shoot(page: Page, name: str) -> list[Path]:
    """Light and dark, desktop and phone, for people to look at; the page is left as it was.

    It is waited for the pictures that are seen: one that cannot be loaded fails.
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    written = []
    for shape, viewport in SHAPES.items():
        page.set_viewport_size(viewport)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            page.wait_for_function(_HAS_SETTLED)
            path = SCREENSHOTS / f"{name}-{shape}-{theme}.png"
            page.screenshot(path=path, animations="disabled", timeout=PATIENCE_MS)
            written.append(path)
    page.emulate_media(color_scheme="light")
    if size:
        page.set_viewport_size(size)
    return written
