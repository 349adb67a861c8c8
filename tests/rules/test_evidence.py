import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.rules.evidence import MOST, MOST_OF_A_LOOK, Evidence, Memory, log_odds

MEMORY = Memory(half_life_seconds=5.0, correlation_seconds=0.15)
confidences = st.floats(0.0, 1.0)
gaps = st.floats(0.0, 10.0)
memories = st.builds(Memory, st.floats(0.1, 100.0), st.floats(0.01, 10.0))
looks = st.lists(st.tuples(gaps, st.none() | confidences), max_size=40)


def gathered(steps, memory=MEMORY):
    evidence, now = Evidence(), 0.0
    for gap, confidence in steps:
        now += gap
        if confidence is None:
            evidence = evidence.faded(now, memory)
        else:
            evidence = evidence.with_look(now, confidence, memory)
    return evidence


@given(looks, memories)
def test_evidence_is_bounded(steps, memory):
    assert abs(gathered(steps, memory).nats) <= MOST


@given(st.lists(st.tuples(gaps, confidences, confidences), min_size=1, max_size=40), memories)
def test_more_confident_looks_never_give_less_evidence(steps, memory):
    less = gathered([(gap, min(one, other)) for gap, one, other in steps], memory)
    more = gathered([(gap, max(one, other)) for gap, one, other in steps], memory)
    assert more.nats >= less.nats - 1e-9


@given(looks, memories)
def test_for_and_against_weigh_the_same(steps, memory):
    mirrored = [(gap, None if confidence is None else 1.0 - confidence) for gap, confidence in steps]
    assert gathered(mirrored, memory).nats == pytest.approx(-gathered(steps, memory).nats, abs=1e-6)


@given(confidences, memories)
def test_the_first_look_counts_in_full_and_no_more_than_is_trusted(confidence, memory):
    nats = Evidence().with_look(7.0, confidence, memory).nats
    trusted = min(max(confidence, 0.15), 0.85)
    assert nats == pytest.approx(log_odds(trusted))
    assert abs(nats) <= MOST_OF_A_LOOK + 1e-9


@given(st.floats(0.6, 1.0), st.floats(0.0, 0.05))
def test_looks_in_one_moment_count_as_one(confidence, moment):
    one = gathered([(0.0, confidence)])
    many = gathered([(0.0, confidence)] + [(moment / 100, confidence)] * 100)
    assert many.nats <= one.nats * (1 + moment / (2 * MEMORY.correlation_seconds)) + 1e-6


@given(st.sampled_from([10.0, 15.0, 30.0, 60.0, 120.0]), st.floats(0.52, 0.8))
def test_a_second_of_film_tells_the_same_at_any_frame_rate(rate, confidence):
    def after_a_second(frames_a_second):
        return gathered([(1 / frames_a_second, confidence)] * (round(frames_a_second) + 1)).nats

    assert after_a_second(rate) == pytest.approx(after_a_second(1000.0), rel=0.1)


@given(st.floats(0.52, 0.85), st.floats(1.0, 500.0))
def test_a_second_of_film_is_worth_a_bounded_number_of_looks(confidence, rate):
    steps = [(1 / rate, confidence)] * (int(rate) + 1)
    assert gathered(steps).nats <= log_odds(confidence) * (1 + 1 / (2 * MEMORY.correlation_seconds)) + 1e-6


def test_looks_that_are_far_apart_count_in_full():
    both = gathered([(0.0, 0.7), (3.0, 0.7)], Memory(half_life_seconds=1e9, correlation_seconds=0.15))
    assert both.nats == pytest.approx(2 * log_odds(0.7))


@given(st.floats(0.01, 100.0), st.floats(0.0, 100.0))
def test_evidence_fades_by_half_in_a_half_life_and_never_changes_sign(half_life, elapsed):
    memory = Memory(half_life, 0.15)
    start = Evidence().with_look(0.0, 0.8, memory)
    faded = start.faded(elapsed, memory)
    assert faded.nats == pytest.approx(start.nats * math.pow(0.5, elapsed / half_life))
    assert start.faded(half_life, memory).nats == pytest.approx(start.nats / 2)


@given(st.lists(st.floats(0.0, 5.0), min_size=1, max_size=20))
def test_fading_in_steps_is_fading_at_once(steps):
    start = Evidence().with_look(0.0, 0.8, MEMORY)
    stepwise, now = start, 0.0
    for step in steps:
        now += step
        stepwise = stepwise.faded(now, MEMORY)
    assert stepwise.nats == pytest.approx(start.faded(now, MEMORY).nats)


@given(confidences, st.floats(0.0, 1e9))
def test_a_time_that_is_repeated_or_runs_backwards_adds_and_fades_nothing(confidence, back):
    start = Evidence().with_look(100.0, 0.8, MEMORY)
    assert start.with_look(100.0 - back, confidence, MEMORY).nats == start.nats
    assert start.faded(100.0 - back, MEMORY).nats == start.nats


def test_after_time_ran_backwards_evidence_is_gathered_as_before():
    restarted = Evidence().with_look(100.0, 0.5, MEMORY).with_look(0.0, 0.8, MEMORY)
    assert restarted.with_look(1.0, 0.8, MEMORY).nats == pytest.approx(log_odds(0.8), rel=0.01)
