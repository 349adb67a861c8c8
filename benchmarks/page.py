"""Does the page stay smooth over thousands of events? Frames while they scroll, against an empty page's.

    python benchmarks/page.py
    python benchmarks/page.py --events 20000 --json
    python benchmarks/page.py --save NAME    # writes benchmarks/reference/NAME-page.csv

A real service with that many events, each with its picture, in Debian's Chromium, which paints without a
GPU here. A page that scrolls at every frame, 80 pixels further, is late where the time between two frames
is longer than the screen's: the slowest of a hundred is what one sees as a jerk.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from ruamel.yaml import YAML

from vedette.assembly.build import build_clip
from vedette.benchmarking.appliance_process import ApplianceProcess, free_port
from vedette.benchmarking.comparison import Figure, SelfTimed, compare_seconds
from vedette.benchmarking.report import publish
from vedette.catalog.fetch import obtain
from vedette.events.identity import event_id
from vedette.events.snapshots import SnapshotFolder
from vedette.pixels.picture import encode_jpeg
from vedette.store.store import Store
from vedette.values.event import Event

HERE = Path(__file__).parent
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
SCREEN = {"width": 1280, "height": 800}
SLOWEST = 99
LATE_MS = 50
CAMERAS, LABELS = ("door", "yard", "shed"), ("cat", "mouse", "person", "train")
FRAMES = 600
PICTURES = 40

SCROLL = """(frames) => new Promise((done) => {
  scrollTo(0, 0);
  const gaps = [];
  let last = null;
  requestAnimationFrame(function step(now) {
    if (last !== null) gaps.push(now - last);
    last = now;
    scrollBy({ top: 80, behavior: "instant" });
    if (gaps.length < frames) requestAnimationFrame(step);
    else done({ gaps, at: scrollY });
  });
})"""
EMPTY = "<body style='margin:0;height:200000px;background:linear-gradient(#fff,#888)'></body>"


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--save", metavar="NAME")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(Path(scratch), asked.events, asked.rounds)
    save_to = HERE / "reference" / f"{asked.save}-page.csv" if asked.save else None
    publish(figures, as_json=asked.json, save_to=save_to)


def measure(scratch: Path, events: int, rounds: int) -> list[Figure]:
    """The service is started once; each turn opens its page anew."""
    fill(scratch / "storage", events)
    port = free_port()
    gaps: list[np.ndarray] = []
    with (
        ApplianceProcess(configuration(scratch, port), scratch),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        scroll = partial(scrolled, browser, f"http://127.0.0.1:{port}/#/events", gaps)
        figure = compare_seconds(
            SelfTimed(f"the slowest of a hundred frames, {events} events", scroll),
            SelfTimed("an empty page", partial(scrolled, browser, None, [])),
            rounds=rounds,
        )
        browser.close()
    late = float((np.concatenate(gaps) > LATE_MS).mean() * 100)
    return [figure, Figure(f"frames later than {LATE_MS} ms", late, "%", rounds=rounds)]


def scrolled(browser: Browser, address: str | None, gaps: list[np.ndarray]) -> float:
    """Seconds between two frames that one in a hundred exceeds, from the top of the list downwards."""
    page = browser.new_page(viewport=SCREEN)
    try:
        show(page, address)
        told = page.evaluate(SCROLL, FRAMES)
    finally:
        page.close()
    if told["at"] < FRAMES * 80 * 0.9:
        raise RuntimeError(f"it scrolled {told['at']} pixels only")
    gaps.append(np.array(told["gaps"]))
    return float(np.percentile(gaps[-1], SLOWEST) / 1000)


def show(page: Page, address: str | None) -> None:
    """The list with its first pictures, or an empty page."""
    if address is None:
        page.set_content(EMPTY)
        return
    # The service may not listen yet.
    for _ in range(300):
        try:
            page.goto(address)
            break
        except Exception:  # noqa: BLE001 - whatever Chromium calls it
            page.wait_for_timeout(100)
    page.wait_for_function("() => document.querySelectorAll('main article img').length > 8")
    page.wait_for_timeout(500)


def fill(folder: Path, count: int) -> None:
    """Closed events of the last six days, each with a picture of its own name."""
    source = build_clip("finch", obtain("finch"))
    pictures = [encode_jpeg(frame.rgb()) for frame, _ in zip(source.frames(), range(PICTURES), strict=False)]
    source.close()
    newest, between = datetime.now(UTC) - timedelta(minutes=1), timedelta(days=6) / count
    snapshots = SnapshotFolder(folder)
    with Store.open(folder) as store:
        for number in range(count):
            opened = newest - between * (count - number)
            event = Event(
                id=event_id(opened, secrets.token_bytes),
                camera=CAMERAS[number % len(CAMERAS)],
                rule="seen",
                label=LABELS[number % len(LABELS)],
                opened_at=opened,
                updated_at=opened,
                closed_at=opened + timedelta(seconds=number % 90),
                score=0.5 + number % 50 / 100,
            )
            path = snapshots.keep(event.id, opened, pictures[number % PICTURES])
            store.events.record(replace(event, snapshot=path), [])


def configuration(scratch: Path, port: int) -> Path:
    """A service without a camera: only the page is measured."""
    path = scratch / "page.yaml"
    described = {
        "storage": {"folder": str(scratch / "storage")},
        "service": {"port": port, "access": "anyone"},
    }
    YAML().dump(described, path)
    return path


if __name__ == "__main__":
    main()
