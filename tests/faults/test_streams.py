"""Cameras on their worst days, before the real process: what is lost, what comes back, who notices."""

from __future__ import annotations

import random
import signal
import statistics
import time

import pytest

from parts.broken_streams import Babbler, Wire, flipped, noisy, truncated
from parts.faultable import HOOK, QUICK_RETRY, SHORT_CLIPS, Witness
from parts.house import House
from parts.rtsp_server import RtspServer, why_not
from parts.sentry import Sentry, eventually
from parts.stubborn import SECONDS_TO_END, again, frames_go_on, inflicted, lost, of, restarts, rtsp, visits
from parts.vedette_process import TRACEBACK
from parts.webhook_peer import WebhookPeer

SOAK_SHARE = 0.08
DAMAGED = ("sound", "flipped", "truncated", "growing", "noisy")

pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "the RTSP server runs")


@pytest.fixture(scope="module")
def film(tmp_path_factory, person_clip):
    return visits(person_clip, tmp_path_factory.mktemp("visits") / "film.mp4", taken_seconds=3.0)


@pytest.fixture
def witness():
    with WebhookPeer().serving() as peer:
        yield Witness(peer)


@pytest.fixture
def house(at_home, tmp_path, witness):
    house = House(tmp_path, storage={"clips": SHORT_CLIPS})
    house.actions[HOOK] = {"kind": "webhook", "url": witness.peer.url(), "retry": QUICK_RETRY}
    return house


@pytest.fixture
def servers(house, film, tmp_path):
    """Two cameras on the same lawn."""
    with RtspServer(film, tmp_path) as porch, RtspServer(film, tmp_path) as yard:
        rtsp(house, "porch", porch.url(), HOOK)
        rtsp(house, "yard", yard.url(), HOOK)
        yield porch


@pytest.fixture
def wire(house, film, person_clip, tmp_path):
    """Five cameras, one of them sound; the noisy one is that one at the end of a wire."""
    house.damaged = {"flipped", "truncated", "noisy"}
    large = visits(person_clip, tmp_path / "large.mp4", size=(854, 480))
    with (
        RtspServer(film, tmp_path) as sound,
        RtspServer(film, tmp_path, spoil=flipped) as bytes_flipped,
        RtspServer(film, tmp_path, spoil=truncated) as broken_off,
        RtspServer(film, tmp_path, then=[large]) as growing,
        Wire(sound.port) as wire,
    ):
        ports = (each.port for each in (sound, bytes_flipped, broken_off, growing, wire))
        for name, port in zip(DAMAGED, ports, strict=True):
            rtsp(house, name, f"rtsp://127.0.0.1:{port}/camera", HOOK)
        yield wire


class Killed:
    name = "RTSP server killed"

    def begin(self, server):
        server.kill()

    def end(self, server):
        server.start()


class Stalled:
    name = "RTSP server stalled"

    def begin(self, server):
        server.stall()

    def end(self, server):
        server.resume()


class Babbling:
    name = "RTSP server answering garbage"

    def begin(self, server):
        server.kill()
        self._babbler = Babbler(server.port)

    def end(self, server):
        eventually(lambda: self._babbler.answered, "somebody who asks the babbler")
        self._babbler.close()
        server.start()


def opened(witness, camera, rule=None):
    """The ids of the camera's events that were told to begin."""
    return [
        letter["id"]
        for letter in witness.letters
        if letter["camera"] == camera
        and letter["phase"] == "open"
        and (letter["rule"] == "camera") == (rule == "camera")
    ]


def closed(witness, identity):
    return any(letter["id"] == identity and letter["phase"] == "close" for letter in witness.letters)


def outage(sentry, witness, server, fault):
    """One loss and one return; gives the event that was open, and how long the return took."""
    before = opened(witness, "porch")
    eventually(lambda: len(opened(witness, "porch")) > len(before), "somebody on the lawn")
    interrupted = opened(witness, "porch")[-1]
    losses = len(opened(witness, "porch", "camera"))
    fault.begin(server)
    eventually(lambda: len(opened(witness, "porch", "camera")) > losses, f"{fault.name} is told")
    frames_go_on(sentry, "yard", count=10)
    eventually(lambda: closed(witness, interrupted), "the end of the event that was open")
    frames = of(sentry, "porch")["frames"]
    fault.end(server)
    returned = time.monotonic()
    eventually(lambda: of(sentry, "porch")["frames"] > frames, "a frame after the return")
    took = time.monotonic() - returned
    told = opened(witness, "porch", "camera")[-1]
    eventually(lambda: closed(witness, told), "the return is told")
    return interrupted, took


def test_a_camera_that_is_lost_is_told_once_and_comes_back_and_the_other_does_not_notice(
    house, witness, servers, ledger, soak_seconds
):
    interrupted, seconds = [], []
    with Sentry(house.write()) as sentry:
        frames_go_on(sentry, "porch", "yard")
        for _ in again(soak_seconds, SOAK_SHARE):
            for fault in (Killed(), Stalled(), Babbling()):
                with inflicted(ledger, fault.name):
                    event, took = outage(sentry, witness, servers, fault)
                    interrupted.append(event)
                    seconds.append(took)
        assert of(sentry, "yard")["reconnects"] == 0
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    assert TRACEBACK not in sentry.text
    events = {event.id: event for event in house.events()}
    assert {events[each].close_reason for each in interrupted} == {"the camera was lost"}
    told = [(event.camera, event.close_reason) for event in events.values() if event.rule == "camera"]
    assert told == [("porch", "the camera is back")] * len(seconds)
    assert set(witness.keys.values()) == {1}, "a letter came twice"
    missing = lost(house, witness)
    ledger.note("RTSP server killed", injected=0, lost=len(missing))
    ledger.say(
        f"a frame again after the stream's return: median {statistics.median(seconds):.2f} s,"
        f" worst {max(seconds):.2f} s, of {len(seconds)}"
    )
    assert missing == []


def test_damaged_streams_are_watched_as_well_as_can_be_and_a_sound_one_is_not_disturbed(
    house, witness, wire, ledger, soak_seconds
):
    with Sentry(house.write()) as sentry:
        frames_go_on(sentry, *DAMAGED)
        for number in again(soak_seconds, SOAK_SHARE / 2):
            damage(sentry, wire, ledger, number)
        for name in ("sound", "growing"):
            assert of(sentry, name)["reconnects"] == 0
            assert of(sentry, name)["corrupt"] == 0
        assert {name: restarts(sentry, f"camera {name}") for name in DAMAGED} == dict.fromkeys(DAMAGED, 0)
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    assert TRACEBACK not in sentry.text
    assert {event.camera for event in house.events() if event.rule != "camera"} >= {"sound", "growing"}
    missing = lost(house, witness)
    ledger.note("bitstream with bytes flipped", injected=0, lost=len(missing))
    assert missing == []


def heard(sentry, camera):
    """How often the camera's stream was damaged or lost."""
    now = of(sentry, camera)
    return now["reconnects"] + now["corrupt"]


def damage(sentry, wire, ledger, number):
    """Each camera is damaged in its own way, and goes on."""
    with inflicted(ledger, "bytes flipped on the wire"):
        before = heard(sentry, "noisy")
        wire.spoil = noisy(random.Random(number))
        frames_go_on(sentry, "sound", count=15)
        # A decoder conceals some of it: it goes on until one flip too many has come.
        eventually(lambda: heard(sentry, "noisy") > before, "the noise on the wire")
        wire.spoil = bytes
        frames_go_on(sentry, "noisy")
    for camera, fault in (("flipped", "bytes flipped"), ("truncated", "packets broken off")):
        with inflicted(ledger, f"bitstream with {fault}"):
            corrupt = of(sentry, camera)["corrupt"]
            eventually(lambda of_=camera, n=corrupt: of(sentry, of_)["corrupt"] > n, "damage")
            frames_go_on(sentry, camera)
    with inflicted(ledger, "picture's size changed in mid-stream"):
        eventually(lambda: "changed its picture" in str(of(sentry, "growing")["last_error"]), "the change")
        frames_go_on(sentry, "growing", count=10)
