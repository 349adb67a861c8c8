"""Threads that die, networks that hang, in the real process: the others go on, and all comes back."""

from __future__ import annotations

import signal

import pytest

from parts.faultable import HOOK, QUICK_RETRY, SHORT_CLIPS, Witness
from parts.house import House
from parts.mosquitto import Mosquitto
from parts.rtsp_server import RtspServer, why_not
from parts.sentry import Sentry, eventually
from parts.stubborn import SECONDS_TO_END, again, frames_go_on, inflicted, lost, restarts, rtsp, visits
from parts.unruly import Unruly
from parts.webhook_peer import WebhookPeer

SOAK_SHARE = 0.05
NETWORK = "network of lawn"

pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "the RTSP server runs")


@pytest.fixture(scope="module")
def camera(tmp_path_factory, person_clip):
    folder = tmp_path_factory.mktemp("camera")
    with RtspServer(visits(person_clip, folder / "film.mp4", taken_seconds=1.0), folder) as server:
        yield server


@pytest.fixture
def unruly(tmp_path):
    return Unruly(tmp_path)


@pytest.fixture
def witness():
    with WebhookPeer().serving() as peer:
        yield Witness(peer)


@pytest.fixture
def house(at_home, tmp_path, witness, camera):
    house = House(tmp_path, storage={"clips": SHORT_CLIPS})
    house.actions[HOOK] = {"kind": "webhook", "url": witness.peer.url(), "retry": QUICK_RETRY}
    for name in ("porch", "yard"):
        # What is lost is tested with the streams; here a camera may be silent for a while.
        rtsp(house, name, camera.url(), HOOK, health={"lost_after_seconds": 20})
    return house


def begun_again(sentry, part, count=1):
    eventually(lambda: restarts(sentry, part) >= count, f"{part} begun again")


def thread_dies(sentry, unruly):
    before = restarts(sentry, "camera porch"), restarts(sentry, "camera yard")
    unruly.order("gate of porch dies")
    frames_go_on(sentry, "yard")
    begun_again(sentry, "camera porch", before[0] + 1)
    assert restarts(sentry, "camera yard") == before[1]


def thread_hangs(sentry, unruly):
    before = restarts(sentry, "camera porch"), restarts(sentry, "camera yard")
    unruly.order("gate of porch hangs")
    frames_go_on(sentry, "yard")
    begun_again(sentry, "camera porch", before[0] + 1)
    assert restarts(sentry, "camera yard") == before[1]
    unruly.release()


def network_fails(sentry, unruly):
    before = restarts(sentry, NETWORK)
    unruly.tell("network fails")
    begun_again(sentry, NETWORK, before + 1)
    frames_go_on(sentry, "porch", "yard")
    unruly.call_back("network fails")


def network_hangs(sentry, unruly):
    before = restarts(sentry, NETWORK)
    unruly.order("network hangs")
    begun_again(sentry, NETWORK, before + 1)
    unruly.release()


FAULTS = {
    "camera thread dies": thread_dies,
    "camera thread hangs": thread_hangs,
    "network fails": network_fails,
    "network hangs": network_hangs,
    "action worker dies": lambda _, unruly: unruly.order("worker dies"),
    "actions' loop ends": lambda _, unruly: unruly.order("worker ends"),
}


def test_whatever_dies_or_hangs_comes_back_and_the_others_go_on(house, unruly, witness, ledger, soak_seconds):
    with Sentry(house.write(), **unruly.environment()) as sentry:
        frames_go_on(sentry, "porch", "yard")
        for _ in again(soak_seconds, SOAK_SHARE):
            for name, suffer in FAULTS.items():
                with inflicted(ledger, name):
                    suffer(sentry, unruly)
                    frames_go_on(sentry, "porch", "yard")
                    witness.hears_more(1, f"events after: {name}")
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    missing = lost(house, witness)
    ledger.note("camera thread dies", injected=0, lost=len(missing))
    assert missing == []


def stuck_camera(house, unruly, sentry):
    unruly.order("gate of porch hangs")


def stuck_network(house, unruly, sentry):
    unruly.order("network hangs")


def dead_broker(house, unruly, sentry):
    house.broker.stop()
    eventually(lambda: sentry.get("/api/v1/system").json()["storage"]["pending"], "letters that wait")


@pytest.mark.parametrize(
    "state", [stuck_camera, stuck_network, dead_broker], ids=lambda each: each.__name__.replace("_", " ")
)
def test_told_to_stop_it_ends_in_time_and_well_whatever_hangs(house, unruly, tmp_path, ledger, state):
    house.broker = Mosquitto(tmp_path / "broker")
    with house.broker.serving():
        house.actions[HOOK] = {"kind": "mqtt", "host": "127.0.0.1", "port": house.broker.port}
        with (
            inflicted(ledger, f"SIGTERM with a {state.__name__.replace('_', ' ')}"),
            Sentry(house.write(), **unruly.environment()) as sentry,
        ):
            frames_go_on(sentry, "porch", "yard")
            state(house, unruly, sentry)
            assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    events = house.events()
    assert [event.id for event in events if event.is_open] == []
    assert [event.id for event in events if event.snapshot is None] == []
