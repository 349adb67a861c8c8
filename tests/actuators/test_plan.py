import pytest

from parts.guardian_scene import flap
from vedette.actuators.guardian_messages import decode, encode
from vedette.actuators.plan import plan


def planned(device, **settings):
    return plan([flap(device=device, **settings)], 1.0).pins[0]


@pytest.mark.parametrize(
    ("device", "safe", "acting"),
    [
        pytest.param({"kind": "relay", "pin": 4, "safe": "low"}, 0, 1, id="relay off"),
        pytest.param({"kind": "relay", "pin": 4, "safe": "high"}, 1, 0, id="relay on"),
        pytest.param({"kind": "lock", "pin": 4, "locked_at": "low", "safe": "locked"}, 0, 1, id="door"),
        pytest.param({"kind": "lock", "pin": 4, "locked_at": "high", "safe": "locked"}, 1, 0, id="door 1"),
        pytest.param({"kind": "lock", "pin": 4, "locked_at": "high", "safe": "unlocked"}, 0, 1, id="way out"),
        pytest.param(
            {"kind": "servo", "pin": 4, "safe_degrees": 10, "acting_degrees": -5}, 10, -5, id="servo"
        ),
    ],
)
def test_the_pin_is_given_its_safe_value_and_its_other_one(device, safe, acting):
    pin = planned(device)
    assert (pin.pin, pin.safe, pin.acting) == (4, safe, acting)
    assert (pin.servo is not None) == (device["kind"] == "servo")


def test_the_longest_hold_goes_along():
    relay = {"kind": "relay", "pin": 4, "safe": "low"}
    assert planned(relay).maximum_hold_seconds == 60
    assert planned(relay, maximum_hold_seconds="unlimited").maximum_hold_seconds is None


def test_the_guardian_reads_the_plan_that_was_written():
    servo = {"kind": "servo", "pin": 18, "safe_degrees": 0, "acting_degrees": 90}
    intended = plan([flap(), flap(device=servo)], 0.5)
    assert decode(encode(intended)) == intended
