from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.looks import NOT_LOOKED, entered, film, left, seen, unknown
from vedette.errors import ConfigurationError
from vedette.rules.presence import Presence, PresenceSettings

observations = st.one_of(
    st.just(NOT_LOOKED), st.builds(seen, st.floats(0, 1)), st.builds(unknown, st.floats(0, 1))
)
streams = st.lists(st.tuples(st.floats(-1.0, 5.0), observations), max_size=50)
questions = st.fixed_dictionaries(
    {
        "enter_probability": st.floats(0.75, 0.95),
        "leave_probability": st.floats(0.05, 0.7),
        "half_life_seconds": st.floats(0.1, 60.0),
        "correlation_seconds": st.floats(0.01, 3.0),
        "decide_on_single_frame": st.booleans(),
    }
)


def presence(**settings):
    return Presence(PresenceSettings(name="at the door", classifier="cats", label="cat", **settings))


def judged(rule, stream):
    """Every verdict; times may stand still and run backwards."""
    now = 100.0
    for gap, observation in stream:
        now += gap
        yield observation, rule.judge(now, observation)


@given(streams, questions)
def test_it_changes_exactly_where_it_says_so(stream, settings):
    state = "undecided"
    for _, verdict in judged(presence(**settings), stream):
        assert verdict.has_changed == (verdict.state != state)
        state = verdict.state


@given(streams, questions)
def test_it_changes_only_on_a_look_that_crosses_a_threshold(stream, settings):
    for observation, verdict in judged(presence(**settings), stream):
        if verdict.has_changed:
            assert observation is not NOT_LOOKED
            if verdict.state == "active":
                assert verdict.evidence >= verdict.enter_at
            else:
                assert verdict.evidence <= verdict.leave_at


@given(streams, questions)
def test_beyond_a_threshold_a_look_leaves_no_doubt(stream, settings):
    for observation, verdict in judged(presence(**settings), stream):
        if observation is not NOT_LOOKED and verdict.evidence >= verdict.enter_at:
            assert verdict.state == "active"
        if observation is not NOT_LOOKED and verdict.evidence <= verdict.leave_at:
            assert verdict.state == "inactive"


@given(streams, questions)
def test_entering_and_leaving_alternate_and_nothing_becomes_undecided_again(stream, settings):
    changes = [verdict.state for _, verdict in judged(presence(**settings), stream) if verdict.has_changed]
    assert all(one != other for one, other in pairwise(changes))
    assert "undecided" not in changes


@given(streams, questions, st.lists(st.floats(0.0, 1e6), min_size=1, max_size=20))
def test_not_looking_never_changes_the_state(stream, settings, gaps):
    rule = presence(**settings)
    list(judged(rule, stream))
    before, now = rule.is_active, 1000.0
    for gap in gaps:
        now += gap
        verdict = rule.judge(now, NOT_LOOKED)
        assert not verdict.has_changed
        assert rule.is_active == before


def test_the_state_is_what_the_verdict_says():
    rule = presence()
    assert not rule.is_active
    assert rule.wants_looks
    assert rule.judge(0.0, NOT_LOOKED).state == "undecided"
    list(film(rule, 0.95, 2, 10))
    assert rule.is_active
    assert rule.wants_looks
    list(film(rule, 0.05, 5, 10, since=2))
    assert not rule.is_active
    assert not rule.wants_looks


def entering_and_leaving(rate):
    """Seconds to enter and to leave after the scene changed."""
    rule = presence(enter_probability=0.95)
    list(film(rule, 0.2, 3, rate))
    enters = entered(film(rule, 0.8, 5, rate, since=3.0)) - 3.0
    return enters, left(film(rule, 0.2, 5, rate, since=8.0)) - 8.0


@pytest.mark.parametrize("rate", [5.0, 10.0, 25.0, 60.0])
def test_it_enters_and_leaves_at_the_same_time_at_any_frame_rate(rate):
    assert entering_and_leaving(rate) == pytest.approx(entering_and_leaving(500.0), abs=0.05 + 1 / rate)


def test_one_wrong_frame_neither_enters_nor_leaves():
    rule = presence()
    list(film(rule, 0.02, 2, 10))
    assert rule.judge(2.0, seen(1.0)).state == "inactive"
    list(film(rule, 0.98, 4, 10, since=2.1))
    assert rule.judge(6.1, seen(0.0)).state == "active"


def test_on_a_single_frame_it_enters_where_that_was_asked_for():
    rule = presence(decide_on_single_frame=True, single_frame_confidence=0.9)
    list(film(rule, 0.02, 2, 10))
    assert rule.judge(2.0, seen(0.89)).state == "inactive"
    verdict = rule.judge(2.03, seen(0.91))
    assert (verdict.state, verdict.has_changed) == ("active", True)
    assert verdict.reason == "cat 0.91 on a single frame, 0.90 needed"
    assert rule.judge(2.06, seen(0.5)).state == "active"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.5, 1.0))
def test_on_a_single_frame_it_is_the_first_that_is_sure_enough(confidences, needed):
    rule = presence(decide_on_single_frame=True, single_frame_confidence=needed)
    for number, confidence in enumerate(confidences):
        verdict = rule.judge(number / 30, seen(confidence))
        if confidence >= needed:
            assert verdict.state == "active"
            return


def test_an_unknown_picture_speaks_against_the_label_however_well_it_would_fit():
    rule = presence(decide_on_single_frame=True)
    verdicts = [rule.judge(number / 10, unknown(1.0)) for number in range(20)]
    assert verdicts[-1].state == "inactive"
    assert verdicts[-1].confidence == 0.25
    assert verdicts[-1].reason.startswith("unknown picture, cat 0.25, evidence -")


def test_an_unknown_picture_may_say_nothing():
    rule = presence(unknown_confidence=0.5)
    verdicts = [rule.judge(number / 10, unknown(1.0)) for number in range(20)]
    assert verdicts[-1].state == "undecided"


def test_it_is_left_though_the_camera_looks_only_now_and_then():
    """While a state is active, the loop looks at a still scene every few seconds."""
    rule = presence()
    list(film(rule, 0.95, 3, 10))
    times = [3 + number / 10 for number in range(400)]
    verdicts = [
        (now, rule.judge(now, seen(0.05) if round(now * 10) % 20 == 0 else NOT_LOOKED)) for now in times
    ]
    assert left(verdicts) < 10


def test_it_stays_active_through_looks_that_confirm_it_now_and_then():
    rule = presence()
    list(film(rule, 0.95, 3, 10))
    for number in range(100):
        assert rule.judge(3 + 5.0 * number, NOT_LOOKED).state == "active"
        assert rule.judge(3 + 5.0 * number + 2.5, seen(0.9)).state == "active"


def test_reasons_are_sentences():
    rule = presence()
    assert rule.judge(0.0, seen(0.8)).reason == "cat 0.80, evidence 1.4 of 2.2 needed"
    assert rule.judge(1.0, NOT_LOOKED).reason == "not looked: nothing moves; evidence fades to 1.2"
    assert rule.judge(2.0, seen(0.8)).reason == "cat 0.80, evidence 2.4 of 2.2 needed"
    assert rule.judge(3.0, seen(0.3)).reason == "cat 0.30, evidence 1.3, ends at -0.8"
    assert "-0.0" not in rule.judge(60.0, seen(0.499)).reason


def test_a_label_that_the_classifier_does_not_know_is_an_error():
    with pytest.raises(ConfigurationError, match="does not know 'cat'; it knows background, dog"):
        presence().judge(0.0, seen(0.5, label="dog"))


def test_it_says_which_classifier_and_label_it_is_of():
    rule = presence()
    assert (rule.name, rule.classifier, rule.label) == ("at the door", "cats", "cat")
