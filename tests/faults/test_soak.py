"""Two cameras, events, letters and questions for a long time: what it takes of the machine stays."""

from __future__ import annotations

import random
import signal
import statistics
import time
from collections.abc import Iterator

import httpx
import pytest

from parts.faultable import HOOK, at_rest, faultable, losses
from parts.rtsp_server import RtspServer, why_not
from parts.sentry import Sentry, eventually
from parts.soak_samples import Sample, sample, trend
from parts.stubborn import frames_go_on, of, rtsp, visits

CAMERAS = 2
SHORT_SECONDS = 8.0
LONGEST_OUTAGE_SECONDS = 4.0
MOST_GROWTH = 0.05
"""Of the resident memory, over all that is measured, which is two thirds of the soak."""
EXPLAIN_KILOBYTES = 6_400
"""What a camera's explain log takes; it was there from the start, and is touched row by row in an hour."""
MOST_DESCRIPTORS = 4

_QUESTIONS = ("/api/v1/events", "/api/v1/cameras", "/api/v1/system", "/metrics", "/readyz", "/api/v1/outbox")


@pytest.fixture
def film(tmp_path, person_clip):
    return visits(person_clip, tmp_path / "visits.mp4")


def asked(sentry: Sentry, client: httpx.Client) -> None:
    """A person's browser and a monitoring look on."""
    for path in _QUESTIONS:
        assert client.get(path).status_code in {200, 503}
    for event in client.get("/api/v1/events", params={"limit": 1}).json()["events"]:
        for media in (event["snapshot"], event["clip"]):
            assert media is None or client.get(media).status_code == 200


def outage(sentry: Sentry, camera: RtspServer, chance: random.Random) -> float:
    """The camera's server dies and comes back; the seconds from its return to the first frame."""
    camera.kill()
    eventually(lambda: of(sentry, "porch")["state"] != "running", "the loss")
    time.sleep(chance.uniform(0, LONGEST_OUTAGE_SECONDS))
    frames = of(sentry, "porch")["frames"]
    camera.start()
    back = time.monotonic()
    eventually(lambda: of(sentry, "porch")["frames"] > frames, "a frame after the outage")
    return time.monotonic() - back


def soak(sentry: Sentry, camera: RtspServer, seconds: float) -> tuple[list[Sample], list[float]]:
    """Ask, measure and break the camera's connection, for so long."""
    chance = random.Random(11)
    samples, reconnections = [], []
    began = time.monotonic()
    next_outage = began + seconds / 4
    with httpx.Client(base_url=sentry.address, timeout=20) as client:
        while time.monotonic() < began + seconds:
            asked(sentry, client)
            samples.append(sample(sentry.pid))
            if time.monotonic() >= next_outage:
                reconnections.append(outage(sentry, camera, chance))
                next_outage = time.monotonic() + max(5.0, seconds / 60)
            time.sleep(0.25)
    return samples, reconnections


def told(samples: list[Sample], reconnections: list[float]) -> Iterator[str]:
    """The figures, a sentence each."""
    seconds = samples[-1].seconds - samples[0].seconds
    memory, descriptors, threads = (trend(samples, what) for what in ("kilobytes", "descriptors", "threads"))
    yield (
        f"soak of {seconds:.0f} s, after its first third: memory {memory.mean / 1000:.1f} MB, "
        f"{memory.slope * 60:+.1f} kB a minute"
    )
    for name, line in (("descriptors", descriptors), ("threads", threads)):
        yield f"soak: {line.mean:.1f} {name}, {line.slope * 3600:+.1f} an hour"
    yield (
        f"soak: {len(reconnections)} reconnections after the stream was back: "
        f"median {statistics.median(reconnections):.2f} s, worst {max(reconnections):.2f} s"
    )


def test_memory_and_descriptors_stay_as_they_are(at_home, tmp_path, film, ledger, soak_seconds):
    if reason := why_not():
        pytest.skip(reason)
    seconds = soak_seconds or SHORT_SECONDS
    with RtspServer(film, tmp_path) as camera, faultable(tmp_path, film) as (house, witness):
        rtsp(house, "porch", camera.url(), HOOK)
        with Sentry(house.write()) as sentry:
            witness.hears_more(1, "the first event")
            frames_go_on(sentry, "porch", "lawn")
            samples, reconnections = soak(sentry, camera, seconds)
            del house.cameras["porch"]
            at_rest(sentry, house)
            assert sentry.ends(signal.SIGTERM, 10) == 0
        lost = losses(house, witness)
    ledger.note("stream lost in a soak", injected=len(reconnections), survived=len(reconnections))
    ledger.note("soak", survived=not lost, lost=len(lost))
    for sentence in told(samples, reconnections) if soak_seconds else ["soak: too short for a slope"]:
        ledger.say(sentence)
    ledger.say(f"soak: {len(witness.acknowledged)} events, {witness.repeats} letters repeated")
    assert lost == []
    if soak_seconds:
        memory = trend(samples, "kilobytes")
        assert memory.rise < MOST_GROWTH * memory.mean + CAMERAS * EXPLAIN_KILOBYTES
        assert trend(samples, "descriptors").rise < MOST_DESCRIPTORS
        assert trend(samples, "threads").rise < MOST_DESCRIPTORS
