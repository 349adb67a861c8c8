import pytest

from parts.guardian_scene import CLEAN, LOCK, PREY, lock
from vedette.actuators.binding import NamingRule, RuleReference, bind
from vedette.errors import ConfigurationError

YARD = RuleReference("yard", "prey", "cats")
RULES = [NamingRule(CLEAN, ("flap", "log")), NamingRule(PREY, ("log",)), NamingRule(YARD, ("log",))]


def test_an_actuator_is_bound_to_the_rules_that_name_it():
    (flap,) = bind({"flap": lock()}, RULES)
    assert flap.rules == (CLEAN,)
    assert flap.cameras == ("door",)


def test_an_interlock_is_a_rule_of_the_same_camera_unless_another_is_named():
    (flap,) = bind({"flap": lock(interlocks=("prey",))}, RULES)
    assert flap.interlocks == (PREY,)
    (flap,) = bind({"flap": lock(interlocks=("yard/prey", "prey", "prey"))}, RULES)
    assert flap.interlocks == (YARD, PREY)
    assert flap.cameras == ("door", "yard")


@pytest.mark.parametrize("wanted", ["mouse", "yard/clean", "door/", ""])
def test_an_interlock_that_is_no_rule_is_refused_with_those_that_are(wanted):
    with pytest.raises(ConfigurationError, match="known are door/clean, door/prey, yard/prey"):
        bind({"flap": lock(interlocks=(wanted,))}, RULES)


def test_two_actuators_on_one_pin_are_refused():
    with pytest.raises(ConfigurationError, match="pin 17 is given to flap and gate"):
        bind({"gate": lock(), "flap": lock()}, RULES)
    assert len(bind({"flap": lock(), "gate": lock(device={**LOCK, "pin": 18})}, RULES)) == 2


def test_what_no_rule_names_is_bound_to_nothing_and_stays_safe():
    (lamp,) = bind({"lamp": lock()}, RULES)
    assert lamp.rules == ()
