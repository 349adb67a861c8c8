"""Each part is killed in turn, and the pin is looked at from outside."""

import os
import signal
from pathlib import Path

import pytest

from parts.guardian_appliance import DoorProcess
from parts.guardian_pins import WatchedPins, until
from parts.guardian_scene import LOCKED, UNLOCKED


@pytest.fixture
def pins(tmp_path):
    return WatchedPins(tmp_path)


@pytest.fixture
def door(pins):
    door = DoorProcess(pins.environment)
    yield door
    if door.process.poll() is None:
        os.kill(door.process.pid, signal.SIGCONT)
    door.close()
    assert until(lambda: not any(is_alive(each) for each in door.guardians))


def is_alive(process):
    """Not a zombie either: nobody here waits for a grandchild."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def reopens(door, pins):
    """Only by looking: that the rule is still active moves nothing."""
    door.tell("still")
    assert not until(lambda: pins.level() == UNLOCKED, within=0.3)
    door.opened(pins)


def test_at_its_start_the_pin_is_safe_before_anything_was_seen(door, pins):
    assert pins.comes_to(LOCKED)
    assert until(lambda: door.states)
    driven = [level for _, function, level in pins.history() if function == "output"]
    assert set(driven[1:]) == {LOCKED}


def test_at_its_stop_the_pin_is_safe_and_is_not_let_go(door, pins):
    door.opened(pins)
    door.tell("stop")
    assert door.process.wait(20) == 0
    assert pins.history()[-1][1:] == ("output", LOCKED)
    assert until(lambda: door.state == "safe the appliance has stopped")


@pytest.mark.parametrize("signalled", [signal.SIGKILL, signal.SIGSEGV], ids=["kill -9", "a crash"])
def test_when_the_appliance_is_killed_the_pin_is_safe(door, pins, signalled):
    door.opened(pins)
    door.process.send_signal(signalled)
    assert pins.comes_to(LOCKED)
    assert until(lambda: not is_alive(door.guardians[0]))
    assert pins.history()[-1][1:] == ("output", LOCKED)
    assert until(lambda: any("the appliance is gone: flap safe (pin reads 1.0)" in e for e in door.errors))


def test_when_the_appliance_is_frozen_the_pin_is_safe_and_thawing_alone_does_not_open_it(door, pins):
    door.opened(pins)
    door.process.send_signal(signal.SIGSTOP)
    assert pins.comes_to(LOCKED)
    door.tell("still")
    door.process.send_signal(signal.SIGCONT)
    reopens(door, pins)


def test_when_the_boards_thread_dies_the_pin_is_safe_and_stays_so(door, pins):
    door.opened(pins)
    door.tell("thread dies")
    assert pins.comes_to(LOCKED)
    assert not until(lambda: pins.level() == UNLOCKED, within=0.5)


def test_when_the_appliance_is_locked_up_inside_the_pin_is_safe(door, pins):
    door.opened(pins)
    door.tell("hold the lock")
    assert pins.comes_to(LOCKED)


@pytest.mark.parametrize(
    "signalled",
    [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP],
    ids=["killed", "asked to end", "frozen"],
)
def test_when_the_guardian_is_gone_a_new_one_takes_the_pins_safe(door, pins, signalled):
    door.opened(pins)
    told = len(door.states)
    # Else the next look might open the door again before anybody here has seen that it was safe.
    door.tell("still")
    os.kill(door.guardians[0], signalled)
    assert pins.comes_to(LOCKED)
    # On a busy machine a new guardian may be given up for a slow one, and replaced as well.
    assert until(
        lambda: len(door.guardians) >= 2 and any(each.startswith("safe") for each in door.states[told:])
    )
    assert any(state.startswith("unknown the guardian of the pins") for state in door.states)
    reopens(door, pins)


def test_ctrl_c_in_the_appliances_terminal_is_not_for_the_guardian(door, pins):
    door.opened(pins)
    os.kill(door.guardians[0], signal.SIGINT)
    assert not until(lambda: pins.level() == LOCKED, within=0.5)
    assert os.getsid(door.guardians[0]) == door.guardians[0]


def test_when_the_camera_is_silent_the_pin_is_safe(door, pins):
    door.opened(pins)
    door.tell("silent")
    assert pins.comes_to(LOCKED)
    assert until(lambda: "camera door: no frame for 1 s" in door.state)


def test_when_the_network_does_not_serve_the_pin_is_safe(door, pins):
    door.opened(pins)
    door.tell("busy")
    assert pins.comes_to(LOCKED)
    assert until(lambda: "no network looked for 0.5 s" in door.state)
    reopens(door, pins)


@pytest.mark.parametrize("fault", ["fault the network failed", "camera the camera's thread died"])
def test_at_a_fault_the_pin_is_safe_at_once(door, pins, fault):
    door.opened(pins)
    door.tell("still")
    door.tell(fault)
    assert pins.comes_to(LOCKED)
    assert until(lambda: fault.split(maxsplit=1)[1] in door.state)
    reopens(door, pins)


def test_a_pin_that_does_not_obey_is_told_and_never_called_safe(door, pins):
    door.opened(pins)
    pins.stick(UNLOCKED)
    door.tell("look inactive")
    assert until(lambda: door.state.startswith("unknown pin 17 was set to 1 and reads 0.0"))
    pins.unstick()
    assert pins.comes_to(LOCKED)
    assert until(lambda: door.state.startswith("safe"))
