"""Cameras that are hard on who watches them, and how one looks at what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from parts.fault_ledger import FaultLedger
from parts.faultable import Witness, losses
from parts.house import QUICK_RECONNECTION, House
from parts.restless import restless_rule
from parts.sentry import Sentry, eventually
from vedette.values.outbox import OutboxState

RATE = 10
SECONDS_TO_END = 5
LOST_AFTER_SECONDS = 1.5

_EMPTY_SECONDS = (0.2, 1.6)
_TAKEN_SECONDS = (3.0, 6.0)


def visits(
    clip: Path,
    path: Path,
    *,
    empty_seconds: float = 1.0,
    taken_seconds: float = 2.0,
    size: tuple[int, int] = (640, 360),
) -> Path:
    """The demonstration's lawn: empty for a while, then somebody is on it; a key frame every half second."""
    with av.open(str(clip)) as given:
        shown = [(each.time, each.reformat(*size, format="yuv420p")) for each in given.decode(video=0)]
    with av.open(str(path), "w") as written:
        stream = written.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.gop_size = RATE // 2
        stream.options = {"preset": "ultrafast", "bf": "0", "crf": "23"}
        number = 0
        for seconds, (since, until) in ((empty_seconds, _EMPTY_SECONDS), (taken_seconds, _TAKEN_SECONDS)):
            pictures = [picture for at, picture in shown if since <= at < until]
            for step in range(round(seconds * RATE)):
                picture = pictures[step % len(pictures)]
                picture.pts, picture.time_base = number, Fraction(1, RATE)
                written.mux(stream.encode(picture))
                number += 1
        written.mux(stream.encode())
    return path


def rtsp(house: House, name: str, url: str, *actions: str, **more: Any) -> None:
    """A camera of the house that is quickly given up and quickly sought; every frame is looked at."""
    source = {
        "kind": "rtsp",
        "url": url,
        "connect_timeout_seconds": 2,
        "read_timeout_seconds": 2,
        "reconnection": QUICK_RECONNECTION,
    }
    house.camera(
        name,
        source,
        **{
            "gate": {"kind": "none"},
            "rules": [restless_rule(*actions)],
            "health": {"lost_after_seconds": LOST_AFTER_SECONDS, "actions": list(actions)},
            **more,
        },
    )


def of(sentry: Sentry, name: str) -> dict[str, Any]:
    """A camera, as the API shows it."""
    return next(each for each in sentry.get("/api/v1/cameras").json() if each["name"] == name)


def restarts(sentry: Sentry, part: str) -> int:
    """How often the part was begun again, as the API tells."""
    return int(sentry.get("/api/v1/system").json()["restarts"].get(part, 0))


def frames_go_on(sentry: Sentry, *names: str, count: int = 5) -> None:
    """Wait until each of these cameras has given so many more frames."""

    def frames() -> dict[str, int]:
        return {each["name"]: each["frames"] for each in sentry.get("/api/v1/cameras").json()}

    before = frames()

    def go_on() -> bool:
        now = frames()
        for name in names:
            before[name] = min(before[name], now[name])  # it may have been built anew meanwhile
        return all(now[name] >= before[name] + count for name in names)

    eventually(go_on, f"{count} more frames of {', '.join(names)}")


def lost(house: House, witness: Witness) -> list[str]:
    """See `losses`. What is still to be told at the end is not lost, nor a picture of a camera's loss."""
    waiting = {entry.key for entry in house.outbox() if entry.state is OutboxState.PENDING}
    excused = {f"letter {key} {what}" for key in waiting for what in ("is pending", "never came")}
    excused |= {
        f"event {event.id} has no whole picture" for event in house.events() if event.rule == "camera"
    }
    return [
        each
        for each in losses(house, witness)
        if each.partition(":")[0] not in excused and each not in excused
    ]


@contextmanager
def inflicted(ledger: FaultLedger, fault: str) -> Iterator[None]:
    """Counts a fault when it is injected, and that it was survived if the block ends well."""
    ledger.note(fault)
    yield
    ledger.note(fault, injected=0, survived=1)


def again(soak_seconds: float, share: float) -> Iterator[int]:
    """Once; in the long form again and again for that share of its time."""
    until = time.monotonic() + soak_seconds * share
    number = 0
    while number == 0 or time.monotonic() < until:
        yield number
        number += 1
