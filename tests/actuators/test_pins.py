import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

from vedette.actuators.guardian_messages import PinPlan, ServoRange
from vedette.actuators.pins import take
from vedette.errors import ActuatorError

SERVO = ServoRange(0, 180, 0.0005, 0.0025, 0.1)


@pytest.fixture
def factory():
    before, Device.pin_factory = Device.pin_factory, MockFactory(pin_class=MockPWMPin)
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


@pytest.mark.parametrize("safe", [0.0, 1.0])
def test_a_pin_is_taken_at_its_safe_level_and_reads_what_it_was_set_to(factory, safe):
    pin = take(PinPlan("flap", 17, safe, 1.0 - safe))
    wire = factory.pin(17)
    assert (wire.function, wire.state, pin.read()) == ("output", safe, safe)
    pin.drive(1.0 - safe)
    assert (wire.state, pin.read()) == (1.0 - safe, 1.0 - safe)


def test_a_servo_is_taken_at_its_safe_angle(factory):
    pin = take(PinPlan("arm", 18, 45.0, 180.0, servo=SERVO))
    assert factory.pin(18).state == pytest.approx(0.001 / 0.02)
    pin.drive(180.0)
    assert factory.pin(18).state == pytest.approx(0.0025 / 0.02)
    assert pin.read() == pytest.approx(180.0)


def test_a_pin_that_another_device_has_is_not_to_be_had(factory):
    held = take(PinPlan("flap", 17, 0.0, 1.0))
    with pytest.raises(ActuatorError, match="actuator gate: pin 17 is not to be had") as refused:
        take(PinPlan("gate", 17, 0.0, 1.0))
    assert "no other program" in refused.value.remedy
    assert held.read() == 0.0


def test_a_pin_that_fails_later_is_an_error_of_ours(factory):
    pin = take(PinPlan("flap", 17, 0.0, 1.0))
    factory.pin(17).function = "input"
    with pytest.raises(ActuatorError, match="actuator flap: its pin does not obey"):
        pin.drive(1.0)


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    # `take` says which library is meant, for its whole process.
    for name in ("LG_WD", "GPIOZERO_PIN_FACTORY"):
        monkeypatch.setenv(name, "")
