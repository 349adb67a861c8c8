"""The board with a real guardian on watched pins; see test_safe_states for what is killed."""

import subprocess
import threading
import time

import pytest

from parts.guardian_pins import WatchedPins, until
from parts.guardian_scene import CLEAN, LOCKED, PREY, STILL, UNLOCKED, flap, says, trail
from vedette.actuators.binding import Binding, RuleReference
from vedette.actuators.board import ActuatorBoard
from vedette.actuators.settings import GpioSettings
from vedette.errors import ActuatorError

ACTIVE, INACTIVE = says("active"), says("inactive")
LAMP = Binding(
    "lamp",
    GpioSettings(kind="gpio", device={"kind": "relay", "pin": 22, "safe": "low"}),
    (RuleReference("yard", "clean", "cats"),),
)


@pytest.fixture
def pins(tmp_path, monkeypatch):
    pins = WatchedPins(tmp_path)
    for name, value in pins.environment.items():
        monkeypatch.setenv(name, value)
    return pins


@pytest.fixture
def board(pins):
    with ActuatorBoard([flap(freshness_seconds=30.0), LAMP]) as board:
        yield board


def show(board, *verdicts, **others):
    board.observe(trail(time.monotonic(), *verdicts, **{"took": 0.0, **others}))


def test_started_it_is_known_to_be_safe(board, pins):
    assert {name: status.state for name, status in board.status.items()} == {"flap": "safe", "lamp": "safe"}
    assert pins.level() == LOCKED
    assert pins.level(22) == 0.0
    assert board.is_running


def test_a_decision_reaches_the_pin_and_its_report_comes_back(board, pins):
    show(board, ACTIVE)
    assert pins.comes_to(UNLOCKED)
    assert until(lambda: board.status["flap"].state == "acting")
    assert board.status["flap"].reason == "door/clean is active"
    assert pins.level(22) == 0.0
    show(board, INACTIVE)
    assert pins.comes_to(LOCKED)
    assert until(lambda: board.status["flap"].changes == 2)
    assert board.status["flap"].reason == "door/clean is inactive, not active"
    assert board.status["flap"].last_error is None


def test_a_fault_of_one_camera_leaves_the_others_actuators_alone(board, pins):
    show(board, ACTIVE)
    show(board, ACTIVE, camera="yard")
    assert pins.comes_to(UNLOCKED)
    assert pins.comes_to(1.0, 22)
    board.fault("door", "camera door has died")
    assert pins.comes_to(LOCKED)
    assert pins.level(22) == 1.0
    board.fault(None, "the network has failed")
    assert pins.comes_to(0.0, 22)


def test_a_fault_is_told_to_the_pin_even_if_the_next_look_decides_anew_at_once(board, pins):
    show(board, ACTIVE)
    assert pins.comes_to(UNLOCKED)
    before = len(pins.history())
    board.fault("door", "the stream was lost")
    assert until(lambda: (show(board, ACTIVE), pins.level() == UNLOCKED and len(pins.history()) > before)[1])
    assert LOCKED in [level for _, _, level in pins.history()[before - 1 :]]


def test_looks_are_wanted_after_a_fault(board):
    assert board.wants_looks("door")
    show(board, ACTIVE)
    assert not board.wants_looks("door")
    board.fault(None, "the network has failed")
    assert board.wants_looks("door")
    assert not board.wants_looks("street")


def test_trails_of_cameras_without_actuators_are_passed_over(board):
    show(board, ACTIVE, camera="street")
    assert board.status["flap"].state == "safe"


def test_a_listener_is_told_of_every_change_and_may_fail_or_wait(pins):
    told, gate = [], threading.Event()

    def waits(name, status):
        gate.wait(20)
        raise RuntimeError(name)

    def listens(name, status):
        told.append((name, status.state))

    with ActuatorBoard([flap()], [waits, listens]) as board:
        show(board, ACTIVE)
        assert pins.comes_to(UNLOCKED)
        gate.set()
        assert until(lambda: told == [("flap", "safe"), ("flap", "acting")])


def test_many_cameras_threads_may_observe_at_once(board, pins):
    def film(camera):
        for _ in range(500):
            show(board, INACTIVE, camera=camera, seen=STILL)

    threads = [threading.Thread(target=film, args=(camera,)) for camera in ("door", "yard", "door", "street")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert board.status["flap"].state == "safe"
    show(board, ACTIVE)
    assert pins.comes_to(UNLOCKED)


def test_a_decision_that_fails_is_a_fault_and_no_camera_hears_of_it(board, pins):
    show(board, ACTIVE)
    assert pins.comes_to(UNLOCKED)
    broken = trail(time.monotonic(), ACTIVE)
    object.__setattr__(broken, "observations", None)
    board.observe(broken)
    assert pins.comes_to(LOCKED)
    assert "should not happen" in board.status["flap"].reason


def test_without_pins_the_start_is_refused_with_its_remedy_and_nothing_runs(pins, monkeypatch):
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "no-such-factory")
    board = ActuatorBoard([flap()])
    with pytest.raises(ActuatorError, match="pin 17 is not to be had") as refused:
        board.start()
    assert "group gpio" in refused.value.remedy
    assert not board.is_running
    assert board.status["flap"].state == "unknown"
    assert "pin 17 is not to be had" in board.status["flap"].reason
    board.close()


def test_a_guardian_that_cannot_be_started_is_refused_too():
    def hire(plan, hears):
        raise ActuatorError("no more processes.")

    with pytest.raises(ActuatorError, match="no more processes"):
        ActuatorBoard([flap()], hire=hire).start()


def test_a_board_without_actuators_needs_no_guardian():
    def hire(plan, hears):
        raise AssertionError

    with ActuatorBoard([], hire=hire) as board:
        show(board, ACTIVE)
        board.fault(None, "the network has failed")
        assert board.status == {}
        assert board.is_running
    board.close()


def test_closed_twice_is_closed_once_and_nothing_acts_afterwards(pins):
    board = ActuatorBoard([flap(interlocks=(PREY,)), LAMP])
    board.start()
    board.close()
    board.close()
    show(board, ACTIVE, says("inactive", "prey"))
    assert board.status["flap"].state == "safe"
    assert pins.level() == LOCKED
    assert not board.is_running


def test_closed_before_it_was_started_is_nothing():
    board = ActuatorBoard([flap(rules=(CLEAN,))])
    board.close()
    assert board.status["flap"].state == "unknown"


def test_nothing_of_it_is_left_running(pins):
    before = set(threading.enumerate())
    with ActuatorBoard([flap()]):
        assert {thread.name for thread in set(threading.enumerate()) - before} == {
            "actuators",
            "actuator news",
            "guardian reports",
        }
    assert set(threading.enumerate()) == before
    assert subprocess._active == []
