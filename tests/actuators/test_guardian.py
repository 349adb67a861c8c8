"""The guardian as a process of its own, driven through its pipes."""

import os
import subprocess
import sys

import pytest

from parts.guardian_pins import WatchedPins, until
from vedette.actuators.boot_clock import boot_seconds
from vedette.actuators.guardian import REFUSED
from vedette.actuators.guardian_messages import (
    Farewell,
    PinPlan,
    Plan,
    Refusal,
    Report,
    ServoRange,
    Wanted,
    decode,
    encode,
)

FLAP = PinPlan("flap", 17, 1.0, 0.0)
SERVO = PinPlan("arm", 18, -45.0, 45.0, None, ServoRange(-90, 90, 0.001, 0.002, 0.05))


class Child:
    """A guardian's process."""

    def __init__(self, environment, *pins, first=None):
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "vedette.actuators.guardian"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
        )
        self.sequence = 0
        self.write(encode(Plan(1.0, pins)) if first is None else first)

    def write(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def want(self, *acting):
        self.sequence += 1
        self.write(encode(Wanted(self.sequence, boot_seconds(), acting)))

    def hear(self):
        return decode(self.process.stdout.readline())

    def hear_until(self, condition):
        while not condition(report := self.hear()):
            pass
        return report

    def end(self):
        """Closes its input; gives its exit code, its last word and its errors."""
        said, errors = self.process.communicate(timeout=20)
        return self.process.returncode, said.splitlines(keepends=True), errors.decode()


@pytest.fixture
def pins(tmp_path):
    return WatchedPins(tmp_path)


@pytest.fixture
def started(pins):
    children = []

    def start(*plans, first=None, **environment):
        children.append(Child({**pins.environment, **environment}, *plans, first=first))
        return children[-1]

    yield start
    for child in children:
        child.process.kill()
        child.process.wait()
        for stream in (child.process.stdin, child.process.stdout, child.process.stderr):
            stream.close()


def test_it_reports_what_it_reads_back_from_the_pin(started, pins):
    child = started(FLAP)
    assert child.hear() == Report(-1, 0, "it has just started", child_pins("safe", 1.0))
    child.want()
    child.want("flap")
    report = child.hear_until(lambda report: report.pins[0].state == "acting")
    assert report.pins[0].value == 0.0
    assert pins.level() == 0.0


def child_pins(state, value):
    from vedette.actuators.guardian_messages import PinReport

    return (PinReport("flap", state, "it has just started", value, 0),)


def test_a_servo_is_turned_to_its_angles_and_back_before_the_end(started, pins):
    child = started(SERVO)
    child.want()
    child.want("arm")
    report = child.hear_until(lambda report: report.pins[0].state == "acting")
    assert report.pins[0].value == pytest.approx(45.0)
    code, said, _ = child.end()
    assert code == 0
    assert decode(said[-1]).pins[0].value == pytest.approx(-45.0)
    _, function, duty = pins.history(18)[-1]
    assert (function, duty) == ("output", pytest.approx(0.00125 / 0.02))


def test_a_silent_appliance_is_one_that_is_gone(started, pins):
    child = started(FLAP)
    child.want()
    child.want("flap")
    child.hear_until(lambda report: report.pins[0].state == "acting")
    report = child.hear_until(lambda report: report.pins[0].state == "safe")
    assert report.pins[0].reason == "the heartbeat stopped for 1 s"
    assert report.trips == 1
    _, _, errors = child.end()
    assert "vedette guardian: the heartbeat stopped for 1 s: flap safe (pin reads 1.0)" in errors


def test_a_line_without_an_end_is_no_message(started, pins):
    child = started(FLAP)
    child.want()
    child.want("flap")
    child.hear_until(lambda report: report.pins[0].state == "acting")
    child.write(b"x" * 200_000)
    assert child.hear_until(lambda report: report.trips > 0).pins[0].state == "safe"


def test_a_farewell_ends_it_without_a_word_to_the_person(started, pins):
    child = started(FLAP)
    child.want()
    child.want("flap")
    child.hear_until(lambda report: report.pins[0].state == "acting")
    child.write(encode(Farewell()))
    code, said, errors = child.end()
    assert (code, errors) == (0, "")
    assert decode(said[-1]).pins[0].state == "safe"
    assert pins.history()[-1][1:] == ("output", 1.0)


def test_an_appliance_that_does_not_listen_holds_it_up_in_nothing(started, pins):
    child = started(FLAP)
    child.want()
    for _ in range(3000):
        child.want("flap")
    assert pins.comes_to(0.0)
    assert pins.comes_to(1.0)


@pytest.mark.parametrize(
    "first", [b"", b"nonsense\n", encode(Farewell())], ids=["nothing", "nonsense", "bye"]
)
def test_without_a_plan_it_takes_nothing(started, pins, first):
    code, said, _ = started(first=first).end()
    assert code == REFUSED
    assert decode(said[-1]).message == "the guardian was given no plan."
    assert pins.history() == []


def test_without_gpiozero_it_says_what_to_install(started, tmp_path):
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "gpiozero.py").write_text("raise ImportError('there is none')")
    code, said, _ = started(FLAP, PYTHONPATH=str(tmp_path / "without")).end()
    assert code == REFUSED
    assert decode(said[-1]) == Refusal("actuator flap: gpiozero is not installed.", "Install vedette[gpio].")


def test_without_such_pins_it_says_so(started):
    code, said, _ = started(FLAP, GPIOZERO_PIN_FACTORY="no-such-factory").end()
    assert code == REFUSED
    assert "actuator flap: pin 17 is not to be had: BadPinFactory" in decode(said[-1]).message


def test_it_is_small_and_knows_nothing_of_the_rest_of_the_house(started):
    code = (
        "import sys; import vedette.actuators.guardian;"
        "print([name for name in sys.modules if name in ('numpy', 'pydantic', 'cv2', 'av', 'logging')])"
    )
    found = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_nothing_is_written_into_the_folder_where_it_is_started(started, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    child = started(FLAP)
    child.hear()
    child.end()
    assert list((tmp_path / "here").iterdir()) == []
    assert until(lambda: child.process.poll() is not None)
