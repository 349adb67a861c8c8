from hypothesis import given
from hypothesis import strategies as st

from vedette.gates.persistence import Persistence

steps = st.lists(st.tuples(st.floats(0.0, 2.0), st.booleans()), max_size=40)


def test_motion_counts_once_it_has_lasted():
    persistence = Persistence(minimum_seconds=0.25, hold_seconds=1.0)
    phases = [persistence.observe(tenth / 10, is_moving=True) for tenth in range(5)]
    assert phases == ["brief", "brief", "brief", "moving", "moving"]


def test_it_is_held_a_moment_longer_and_then_begins_anew():
    persistence = Persistence(minimum_seconds=0.2, hold_seconds=0.5)
    for tenth in range(4):
        persistence.observe(tenth / 10, is_moving=True)
    assert persistence.observe(0.6, is_moving=False) == "held"
    assert persistence.observe(0.7, is_moving=True) == "moving"
    assert persistence.observe(1.1, is_moving=False) == "held"
    assert persistence.observe(1.3, is_moving=False) == "still"
    assert persistence.observe(1.4, is_moving=True) == "brief"


def test_frames_without_motion_in_between_that_are_shorter_than_what_must_last_do_not_end_it():
    persistence = Persistence(minimum_seconds=0.3, hold_seconds=0.5)
    phases = [persistence.observe(tenth / 10, is_moving=tenth != 2) for tenth in range(4)]
    assert phases == ["brief", "brief", "still", "moving"]


@given(steps, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_it_opens_only_on_motion_and_closes_only_without(stream, minimum, hold):
    persistence, now, was_open = Persistence(minimum, hold), 0.0, False
    for step, is_moving in stream:
        now += step
        phase = persistence.observe(now, is_moving)
        is_open = phase in ("moving", "held")
        assert (phase in ("moving", "brief")) == is_moving
        if is_open != was_open:
            assert is_open == is_moving
        was_open = is_open


@given(steps, st.floats(0.01, 1.0))
def test_a_single_frame_of_motion_never_opens_it(stream, minimum):
    persistence, now = Persistence(minimum, 0.5), 0.0
    for step, _ in stream:
        now += step + minimum + 0.01
        assert persistence.observe(now, is_moving=True) == "brief"
        now += minimum + 0.01
        assert persistence.observe(now, is_moving=False) == "still"
