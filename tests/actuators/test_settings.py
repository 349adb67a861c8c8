import pytest
from pydantic import ValidationError

from parts.guardian_scene import LOCK, lock
from vedette.actuators.settings import GpioSettings

RELAY = {"kind": "relay", "pin": 22, "safe": "low"}
SERVO = {"kind": "servo", "pin": 18, "safe_degrees": -45, "acting_degrees": 45}


def without(device, key):
    return {name: value for name, value in device.items() if name != key}


@pytest.mark.parametrize(
    ("device", "key"),
    [
        pytest.param(RELAY, "safe", id="relay"),
        pytest.param(LOCK, "safe", id="lock"),
        pytest.param(LOCK, "locked_at", id="lock's level"),
        pytest.param(SERVO, "safe_degrees", id="servo"),
    ],
)
def test_a_safe_state_must_be_declared(device, key):
    assert GpioSettings(kind="gpio", device=device).device.kind == device["kind"]
    with pytest.raises(ValidationError, match=key):
        GpioSettings(kind="gpio", device=without(device, key))


def test_what_is_released_while_nothing_happens_must_say_for_how_long():
    assert lock().maximum_hold_seconds == 60
    with pytest.raises(ValidationError, match="say maximum_hold_seconds"):
        lock(release_while="inactive")
    assert lock(release_while="inactive", maximum_hold_seconds="unlimited").interlocks == ()


@pytest.mark.parametrize("hold", [None, 0, -1, "never", float("inf"), float("nan")])
def test_no_hold_is_unlimited_by_mistake(hold):
    with pytest.raises(ValidationError):
        lock(maximum_hold_seconds=hold)


@pytest.mark.parametrize(
    "wrong",
    [
        {"acting_degrees": 91},
        {"acting_degrees": -45},
        {"minimum_degrees": 90},
        {"minimum_pulse_seconds": 0.002},
    ],
    ids=str,
)
def test_a_servo_reaches_both_of_its_angles(wrong):
    with pytest.raises(ValidationError):
        GpioSettings(kind="gpio", device={**SERVO, **wrong})


@pytest.mark.parametrize("pin", [0, 28, "17a", 2.5])
def test_a_pin_is_one_of_the_header(pin):
    with pytest.raises(ValidationError):
        GpioSettings(kind="gpio", device={**RELAY, "pin": pin})
