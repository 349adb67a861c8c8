from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from parts.looks import NOT_LOOKED, entered, film, left, seen, unknown
from vedette.rules.absence import Absence, AbsenceSettings

observations = st.one_of(
    st.just(NOT_LOOKED), st.builds(seen, st.floats(0, 1)), st.builds(unknown, st.floats(0, 1))
)
streams = st.lists(st.tuples(st.floats(-1.0, 5.0), observations), max_size=50)
questions = st.fixed_dictionaries({"is_expected": st.booleans(), "after_seconds": st.floats(0.0, 10.0)})


def absence(**settings):
    return Absence(AbsenceSettings(name="bicycle gone", classifier="shed", label="cat", **settings))


def judged(rule, stream):
    now = 100.0
    for gap, observation in stream:
        now += gap
        yield observation, rule.judge(now, observation)


def test_what_was_there_and_left_is_gone_after_some_seconds():
    rule = absence(after_seconds=4.0)
    assert left(film(rule, 0.95, 2, 10)) < 1
    assert not rule.wants_looks
    seemed = 2.0
    verdicts = list(film(rule, 0.05, 10, 10, since=seemed))
    assert seemed + 4.0 <= entered(verdicts) < seemed + 6.0
    assert rule.is_active
    assert [verdict.has_changed for _, verdict in verdicts].count(True) == 1


def test_it_wants_to_look_again_while_it_waits():
    rule = absence(after_seconds=100.0)
    list(film(rule, 0.95, 2, 10))
    list(film(rule, 0.05, 2, 10, since=2))
    assert not rule.is_active
    assert rule.wants_looks


def test_it_ends_when_the_thing_is_back():
    rule = absence(after_seconds=0.0)
    list(film(rule, 0.95, 2, 10))
    list(film(rule, 0.05, 3, 10, since=2))
    assert rule.is_active
    assert left(film(rule, 0.95, 3, 10, since=5)) < 7
    assert not rule.is_active


def test_what_comes_back_in_between_starts_the_wait_anew():
    rule = absence(after_seconds=5.0)
    list(film(rule, 0.95, 2, 10))
    for since in (2.0, 8.0, 14.0):
        list(film(rule, 0.05, 4, 10, since=since))
        list(film(rule, 0.95, 2, 10, since=since + 4))
    assert not rule.is_active


def test_what_was_never_there_is_not_missed():
    rule = absence(after_seconds=0.0)
    *_, (_, verdict) = film(rule, 0.02, 30, 5)
    assert verdict.state == "inactive"
    assert verdict.reason.endswith("; cat was not there yet")


def test_what_is_expected_is_missed_from_the_start():
    rule = absence(after_seconds=3.0, is_expected=True)
    assert 3.0 <= entered(film(rule, 0.02, 30, 5)) < 5.0


def test_seconds_without_a_look_count_only_once_the_next_look_finds_it_gone():
    rule = absence(after_seconds=5.0)
    list(film(rule, 0.95, 2, 10))
    list(film(rule, 0.05, 2, 10, since=2))
    for now in (10.0, 100.0, 1000.0):
        assert rule.judge(now, NOT_LOOKED).state == "inactive"
    verdict = rule.judge(1001.0, seen(0.05))
    assert (verdict.state, verdict.has_changed) == ("active", True)


def test_an_unknown_picture_is_weak_evidence_that_it_is_gone():
    rule = absence(after_seconds=0.0)
    list(film(rule, 0.95, 2, 10))
    verdict = rule.judge(2.5, unknown(0.9))
    assert verdict.confidence == 0.75
    assert verdict.reason.startswith("unknown picture, no cat 0.75")


def test_reasons_say_how_long_it_is_gone():
    rule = absence(after_seconds=5.0, is_expected=True, enter_probability=0.8)
    assert rule.judge(0.0, seen(0.1)).reason == "no cat 0.90, evidence 1.7 of 1.4 needed; gone for 0 s of 5 s"
    assert rule.judge(2.0, seen(0.1)).reason.endswith("; gone for 2 s of 5 s")


@given(streams, questions)
def test_it_changes_exactly_where_it_says_so_and_only_on_a_look(stream, settings):
    state, rule = "undecided", absence(**settings)
    for observation, verdict in judged(rule, stream):
        assert verdict.has_changed == (verdict.state != state)
        assert not (verdict.has_changed and observation is NOT_LOOKED)
        assert rule.is_active == (verdict.state == "active")
        state = verdict.state


@given(streams, questions)
def test_entering_and_leaving_alternate(stream, settings):
    changes = [verdict.state for _, verdict in judged(absence(**settings), stream) if verdict.has_changed]
    assert all(one != other for one, other in pairwise(changes))
    assert "undecided" not in changes


@given(streams)
def test_unless_it_is_expected_it_is_never_active_before_it_was_seen(stream):
    rule, most = absence(after_seconds=0.0), 0.0
    for observation, verdict in judged(rule, stream):
        if observation is not NOT_LOOKED:
            most = max(most, 1.0 - verdict.confidence)
        if verdict.state == "active":
            assert most > 0.5
