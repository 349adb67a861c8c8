"""A lock that the real process drives: whatever happens, the pin is safe, and stays so without a look."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from parts.guardian_pins import WatchedPins
from parts.house import House
from parts.restless import restless_rule
from parts.rtsp_server import RtspServer, why_not
from parts.sentry import Sentry, eventually
from parts.stubborn import SECONDS_TO_END, again, frames_go_on, inflicted, restarts, rtsp, visits
from parts.unruly import Unruly
from parts.vedette_process import TRACEBACK

SOAK_SHARE = 0.05
LOCKED, UNLOCKED = 1.0, 0.0
LOCK = {
    "kind": "gpio",
    "device": {"kind": "lock", "pin": 17, "locked_at": "high", "safe": "locked"},
    "maximum_hold_seconds": "unlimited",
    "freshness_seconds": 1.0,
    "overload_seconds": 1.0,
}

pytestmark = pytest.mark.skipif(why_not() is not None, reason=why_not() or "the RTSP server runs")


@pytest.fixture(scope="module")
def film(tmp_path_factory, person_clip):
    """Somebody stays on the lawn."""
    folder = tmp_path_factory.mktemp("film")
    return visits(person_clip, folder / "film.mp4", empty_seconds=0.0, taken_seconds=3.0)


class Door:
    """A lock that is open while somebody is on the lawn, in the real process."""

    def __init__(self, folder, server):
        self.house = House(folder, storage={"clips": {"enabled": False}})
        self.house.actions["lock"] = LOCK
        self.pins = WatchedPins(folder)
        self.unruly = Unruly(folder)
        self.server = server
        rtsp(self.house, "lawn", server.url(), "lock", health={"lost_after_seconds": 1.5})
        self.environment = self.unruly.environment(**self.pins.environment)

    def sentry(self):
        return Sentry(self.house.write(), **self.environment)

    def opens(self, sentry):
        eventually(lambda: self.pins.level() == UNLOCKED, "the lock to open")
        eventually(lambda: self.status(sentry)["state"] == "acting", "that it is said to be open")

    def is_safe(self):
        eventually(lambda: self.pins.level() == LOCKED, "the lock to close")

    def says_it_is_safe(self, sentry, *reasons):
        """By the service: it is safe, for one of these reasons."""
        eventually(lambda: self.status(sentry)["state"] == "safe", "that it is said to be safe")
        said = self.status(sentry)["reason"]
        assert not reasons or any(reason in said for reason in reasons), said

    @staticmethod
    def status(sentry):
        (only,) = sentry.get("/api/v1/actuators").json()
        return only

    def guardian(self, sentry):
        """The process number of the guardian."""
        children = Path(f"/proc/{sentry.pid}/task").glob("*/children")
        for child in {int(number) for each in children for number in each.read_text().split()}:
            # It may be gone by now.
            with suppress(FileNotFoundError, ProcessLookupError):
                if b"vedette.actuators.guardian" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        return None

    def opened_since(self, count):
        """How often the pin was set to open since it had changed so many times."""
        return [level for _, function, level in self.pins.history()[count:] if function == "output"].count(
            UNLOCKED
        )


@pytest.fixture
def door(at_home, tmp_path, film):
    with RtspServer(film, tmp_path) as server:
        yield Door(tmp_path, server)


def camera_lost(door, sentry):
    door.server.kill()
    door.is_safe()
    door.says_it_is_safe(sentry, "lawn")
    eventually(lambda: "is lost" in sentry.text, "the loss")
    stays_safe(door)
    door.server.start()


def network_hangs(door, sentry):
    before = restarts(sentry, "network of lawn")
    door.unruly.order("network hangs")
    door.is_safe()
    door.says_it_is_safe(sentry)
    eventually(lambda: restarts(sentry, "network of lawn") > before, "another network")
    door.unruly.release()


def network_fails(door, sentry):
    door.unruly.tell("network fails")
    door.is_safe()
    door.says_it_is_safe(sentry)
    stays_safe(door)
    door.unruly.call_back("network fails")


def thread_dies(door, sentry):
    count = len(door.pins.history())
    door.unruly.order("gate of lawn dies")
    eventually(lambda: LOCKED in [level for _, _, level in door.pins.history()[count:]], "the lock to close")


def guardian_killed(door, sentry):
    count, guardian = len(door.pins.history()), door.guardian(sentry)
    os.kill(guardian, signal.SIGKILL)
    eventually(lambda: door.guardian(sentry) not in {guardian, None}, "another guardian")
    eventually(lambda: LOCKED in [level for _, _, level in door.pins.history()[count:]], "its safe beginning")


def guardian_stopped(door, sentry):
    count, guardian = len(door.pins.history()), door.guardian(sentry)
    os.kill(guardian, signal.SIGSTOP)
    eventually(lambda: door.guardian(sentry) not in {guardian, None}, "another guardian")
    eventually(lambda: LOCKED in [level for _, _, level in door.pins.history()[count:]], "its safe beginning")


def appliance_stopped(door, sentry):
    sentry.tell(signal.SIGSTOP)
    door.is_safe()
    stays_safe(door)
    sentry.tell(signal.SIGCONT)
    eventually(lambda: "vedette guardian: the heartbeat stopped" in sentry.text, "the guardian's own words")


def reload(door, sentry):
    """Another lock takes over: safe first, and a fresh decision for it."""
    count = len(door.pins.history())
    hold = 50 + count % 10
    door.house.actions["lock"] = {**LOCK, "maximum_hold_seconds": hold}
    door.house.write()
    sentry.tell(signal.SIGHUP)
    eventually(lambda: LOCKED in [level for _, _, level in door.pins.history()[count:]], "the lock to close")


def camera_changed(door, sentry):
    """Its rule begins anew."""
    count = len(door.pins.history())
    probability = door.house.cameras["lawn"]["rules"][0].get("leave_probability")
    rule = restless_rule("lock", leave_probability=0.35 if probability == 0.4 else 0.4)
    rtsp(door.house, "lawn", door.server.url(), "lock", health={"lost_after_seconds": 1.5}, rules=[rule])
    door.house.write()
    sentry.tell(signal.SIGHUP)
    eventually(lambda: LOCKED in [level for _, _, level in door.pins.history()[count:]], "the lock to close")


def stays_safe(door):
    """Nothing opens it while there is nothing to decide on."""
    count = len(door.pins.history())
    until = door.pins.comes_to(UNLOCKED, within=0.7)
    assert not until
    assert door.opened_since(count) == 0


FAULTS = [
    camera_lost,
    network_hangs,
    network_fails,
    thread_dies,
    guardian_killed,
    guardian_stopped,
    appliance_stopped,
    reload,
    camera_changed,
]


def test_whatever_fails_the_lock_is_safe_and_opens_again_by_a_fresh_look_only(door, ledger, soak_seconds):
    with door.sentry() as sentry:
        door.opens(sentry)
        assert door.pins.history()[1][1:] == ("output", LOCKED), "safe from the first moment"
        for _ in again(soak_seconds, SOAK_SHARE):
            for fault in FAULTS:
                with inflicted(ledger, f"lock open, and: {fault.__name__.replace('_', ' ')}"):
                    fault(door, sentry)
                    frames_go_on(sentry, "lawn", count=3)
                    door.opens(sentry)
        assert sentry.ends(signal.SIGTERM, SECONDS_TO_END) == 0
    assert TRACEBACK not in sentry.text.replace("was told to die", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda each: each.name)
def test_after_its_end_the_lock_is_safe_and_stays_so_until_somebody_is_seen_again(door, ledger, number, film):
    with ExitStack() as runs, inflicted(ledger, f"lock open, and: {number.name}"):
        sentry = runs.enter_context(door.sentry())
        door.opens(sentry)
        code = sentry.ends(number, SECONDS_TO_END)
        assert code == (0 if number is signal.SIGTERM else -number)
        door.is_safe()
        stays_safe(door)
        if number is not signal.SIGTERM:
            assert "vedette guardian: the appliance is gone: lock safe" in sentry.text
        door.server.kill()
        again_there = runs.enter_context(door.sentry())
        eventually(lambda: "answers on" in again_there.text, "the next start")
        door.says_it_is_safe(again_there)
        stays_safe(door)
        door.server.start()
        door.opens(again_there)
        assert again_there.ends(signal.SIGTERM, SECONDS_TO_END) == 0
        door.is_safe()
