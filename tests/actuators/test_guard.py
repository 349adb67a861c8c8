import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.actuators.guard import Guard
from vedette.actuators.guardian_messages import Farewell, PinPlan, Plan, Report, Wanted, encode
from vedette.errors import ActuatorError

SAFE, ACTING = 1.0, 0.0


class WirePin:
    """A pin that may be stuck, or gone."""

    def __init__(self):
        self.value = 0.5
        self.is_stuck = self.is_gone = False

    def drive(self, value):
        if self.is_gone:
            raise ActuatorError("gone")
        if not self.is_stuck:
            self.value = value

    def read(self):
        if self.is_gone:
            raise ActuatorError("gone")
        return self.value


class Guarded:
    """A guard of one pin, `flap`, and of a second one that stays safe."""

    def __init__(self, hold=60.0, watchdog=1.0):
        self.now = 1000.0
        self.sequence = 0
        self.pin, self.other = WirePin(), WirePin()
        plan = Plan(
            watchdog, (PinPlan("flap", 17, SAFE, ACTING, hold), PinPlan("lamp", 18, SAFE, ACTING, None))
        )
        self.guard = Guard(plan, {"flap": self.pin, "lamp": self.other}, self.now)

    def want(self, *acting, late=0.0):
        self.sequence += 1
        self.line(encode(Wanted(self.sequence, self.now - late, acting)))

    def line(self, line):
        self.guard.take(line, self.now)
        self.guard.tick(self.now)

    def later(self, seconds):
        self.now += seconds
        self.guard.tick(self.now)

    def act(self):
        self.want()
        self.want("flap")
        assert self.pin.value == ACTING

    @property
    def flap(self):
        return self.guard.report.pins[0]


def test_every_pin_is_safe_from_the_first_moment():
    guarded = Guarded()
    assert (guarded.pin.value, guarded.other.value) == (SAFE, SAFE)
    assert guarded.flap.state == "safe"
    assert guarded.flap.reason == "it has just started"


def test_a_wish_from_before_it_was_told_to_be_safe_once_moves_nothing():
    guarded = Guarded()
    guarded.want("flap")
    assert guarded.pin.value == SAFE
    guarded.act()
    assert guarded.flap.state == "acting"
    assert guarded.flap.reason == ""
    assert guarded.other.value == SAFE


def test_it_is_safe_as_soon_as_it_is_not_wanted():
    guarded = Guarded()
    guarded.act()
    guarded.want("lamp")
    assert (guarded.pin.value, guarded.other.value) == (SAFE, ACTING)
    assert guarded.flap.changes == 2


def test_without_a_heartbeat_it_goes_safe_and_stays_so_until_it_was_wanted_safe():
    guarded = Guarded()
    guarded.act()
    guarded.later(0.9)
    assert guarded.pin.value == ACTING
    guarded.later(0.2)
    assert guarded.pin.value == SAFE
    assert guarded.flap.reason == "the heartbeat stopped for 1 s"
    assert guarded.guard.report.trips == 1
    guarded.want("flap")
    assert guarded.pin.value == SAFE
    guarded.act()


def test_heartbeats_that_lay_in_the_pipe_are_none():
    guarded = Guarded()
    guarded.act()
    guarded.later(0.5)
    guarded.want("flap", late=1.5)
    assert guarded.pin.value == SAFE
    assert "1.5 s late" in guarded.flap.reason


def test_a_heartbeat_counts_from_when_it_was_sent():
    guarded = Guarded()
    guarded.act()
    guarded.later(0.7)
    guarded.want("flap", late=0.6)
    guarded.later(0.5)
    assert guarded.pin.value == SAFE


def test_a_heartbeat_from_the_future_is_no_heartbeat():
    guarded = Guarded()
    guarded.act()
    guarded.want("flap", late=-10.0)
    assert guarded.pin.value == SAFE


def test_a_heartbeat_that_is_repeated_is_no_heartbeat():
    guarded = Guarded()
    guarded.act()
    guarded.sequence -= 1
    guarded.want("flap")
    assert guarded.pin.value == SAFE
    assert "out of its order" in guarded.flap.reason


def test_nothing_acts_longer_than_it_may_whatever_is_wanted():
    guarded = Guarded(hold=3.0)
    guarded.act()
    for _ in range(40):
        guarded.later(0.1)
        guarded.want("flap")
    assert guarded.pin.value == SAFE
    assert guarded.flap.reason == "it has acted for 3 s, the most that it may"
    guarded.act()


def test_where_no_longest_hold_was_said_there_is_none():
    guarded = Guarded(hold=None)
    guarded.act()
    for _ in range(100):
        guarded.later(0.9)
        guarded.want("flap")
    assert guarded.pin.value == ACTING


def test_a_farewell_is_safe_and_the_end():
    guarded = Guarded()
    guarded.act()
    guarded.line(encode(Farewell()))
    assert guarded.pin.value == SAFE
    assert guarded.guard.is_dismissed


WRONG = {
    "nothing": b"",
    "no JSON": b"acting: flap",
    "half a line": encode(Wanted(3, 1000.0, ("flap",)))[:-6],
    "not UTF-8": b'{"kind":"wanted","acting":["\xff"]}',
    "a list": b"[]",
    "another kind": b'{"kind":"open"}',
    "a kind that is no text": b'{"kind":[]}',
    "a stranger's name": encode(Wanted(3, 1000.0, ("flap", "gate"))),
    "not a list": b'{"kind":"wanted","sequence":3,"sent_at":1000.0,"acting":"flap"}',
    "no time": b'{"kind":"wanted","sequence":3,"sent_at":NaN,"acting":["flap"]}',
    "a key too many": b'{"kind":"wanted","sequence":3,"sent_at":1000.0,"acting":["flap"],"hold":9}',
    "a truth for a number": b'{"kind":"wanted","sequence":true,"sent_at":1000.0,"acting":["flap"]}',
    "a second plan": encode(Plan(9.0, ())),
    "its own words": encode(Report(3, 0, "", ())),
    "deep": b'{"kind":' + b"[" * 100_000,
}


@pytest.mark.parametrize("line", list(WRONG.values()), ids=list(WRONG))
def test_a_line_that_is_not_understood_makes_everything_safe(line):
    guarded = Guarded()
    guarded.act()
    guarded.line(line)
    assert guarded.pin.value == SAFE
    assert guarded.guard.report.trips == 1
    guarded.act()


def test_a_pin_that_does_not_obey_is_unknown_and_tried_again():
    guarded = Guarded()
    guarded.act()
    guarded.pin.is_stuck = True
    guarded.want()
    assert guarded.flap.state == "unknown"
    assert guarded.flap.error == "pin 17 was set to 1 and reads 0.0"
    guarded.pin.is_stuck = False
    guarded.later(0.1)
    assert guarded.flap.state == "safe"
    assert guarded.flap.error is None


def test_a_pin_that_cannot_act_is_set_back_to_safe():
    guarded = Guarded()
    guarded.want()
    guarded.pin.is_stuck = True
    guarded.want("flap")
    assert guarded.flap.state == "safe"
    assert guarded.flap.reason == "its pin did not obey"


def test_a_pin_that_is_moved_by_something_else_while_it_acts_goes_safe():
    guarded = Guarded()
    guarded.act()
    guarded.pin.value = 0.7
    guarded.later(0.1)
    assert guarded.pin.value == SAFE
    assert guarded.flap.reason == "its pin is not as it was set"


def test_a_pin_that_is_moved_while_it_is_safe_is_set_back_by_the_next_heartbeat():
    guarded = Guarded()
    guarded.want()
    guarded.pin.value = ACTING
    guarded.want()
    assert guarded.pin.value == SAFE


def test_a_pin_that_is_gone_hinders_no_other():
    guarded = Guarded()
    guarded.act()
    guarded.want("flap", "lamp")
    guarded.pin.is_gone = True
    guarded.later(2.0)
    assert guarded.flap.state == "unknown"
    assert guarded.flap.value is None
    assert guarded.other.value == SAFE


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("want"), st.booleans(), st.floats(0, 3)),
        st.tuples(st.just("later"), st.floats(0, 2)),
        st.tuples(st.just("line"), st.binary(max_size=40) | st.sampled_from(list(WRONG.values())[:-1])),
    ),
    max_size=50,
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_whatever_is_written_it_acts_only_on_a_heartbeat_that_is_not_old(steps):
    guarded = Guarded(hold=2.0)
    heard_at = wanted = None
    for kind, *told in steps:
        if kind == "want":
            is_wanted, late = told
            guarded.want(*(["flap"] if is_wanted else []), late=late)
            heard_at, wanted = guarded.now - late, is_wanted
        elif kind == "later":
            guarded.later(*told)
        else:
            guarded.line(*told)
            wanted = False
        if guarded.pin.value != SAFE:
            assert wanted
            assert guarded.now - heard_at <= 1.0
            assert guarded.flap.state == "acting"
        else:
            assert guarded.flap.state == "safe"


def test_a_report_is_one_line_of_json():
    line = encode(Guarded().guard.report)
    assert line.count(b"\n") == 1
    assert json.loads(line)["pins"][0]["name"] == "flap"
