"""Makes events for ever and says which were acknowledged. Run as a process to be killed."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from functools import partial
from itertools import count
from os import urandom
from pathlib import Path
from time import monotonic

from parts.happenings import frame, verdict
from parts.record_keeping import Post
from vedette.events.identity import event_id
from vedette.events.journal import Journal
from vedette.events.lifecycle import EventRecorder, close_left_open
from vedette.events.snapshots import SnapshotFolder
from vedette.store.store import Store

CAMERAS = 3


def say(phase, event, jpeg):
    sys.stdout.write(f"{phase.value} {event.id}\n")
    sys.stdout.flush()


def film(camera: str, journal: Journal) -> None:
    recorder = EventRecorder(camera, journal.put, partial(event_id, random_bytes=urandom))
    for number in count():
        while journal.status.waiting > 20:
            threading.Event().wait(0.001)
        shown = frame(monotonic(), camera, at=datetime.now(UTC))
        recorder.observe(shown, verdict("inactive" if number % 3 == 2 else "active"), "prey")


def main(storage: str) -> None:
    folder = Path(storage)
    with Store.open(folder) as store:
        journal = Journal(store.events, SnapshotFolder(folder), Post(), [say])
        journal.start()
        close_left_open(store.events, journal.put)
        hands = [
            threading.Thread(target=film, args=(f"camera-{number}", journal), daemon=True)
            for number in range(CAMERAS)
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()


if __name__ == "__main__":
    main(sys.argv[1])
